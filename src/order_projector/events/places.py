"""Places of faults in an event, and their printable paths for error messages."""

from collections.abc import Iterator
from typing import Any

from order_projector.events.outcome import Code

Place = tuple[int | str, ...]
"""The member names and element indices that lead to a value."""

_LONGEST_STEP = 64


class Fault(ValueError):
    """A fault at a place, relative to the value being validated, with its error code."""

    def __init__(self, place: Place, reason: str, code: Code = Code.INVALID_EVENT) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason
        self.code = code


def path(data: Any, place: Place) -> str:
    """Return the path of a place in the data as sent, such as ``data.order.items[1].price``.

    Indices count the nulls that parsing drops, and steps that parsing adds are left out. A sender's
    key is escaped and truncated.
    """
    return "data" + "".join(_steps(data, place))


def _steps(value: Any, place: Place) -> Iterator[str]:
    for step in place:
        at: int | str = step
        if isinstance(value, list) and value:
            if not isinstance(step, int):
                continue  # a plain list was sent in place of a list object: no ``data`` member
            at = _with_nulls(value, step)
        yield f"[{at}]" if isinstance(at, int) else f".{_shown(at)}"
        value = _member(value, at)


def _with_nulls(value: list[Any], number: int) -> int:
    """Return the index of an element in a list with nulls, given its index without them."""
    present = [at for at, each in enumerate(value) if each is not None]
    return present[number] if number < len(present) else number


def _member(value: Any, at: int | str) -> Any:
    try:
        return value[at]
    except (LookupError, TypeError):
        return None


def _shown(key: str) -> str:
    """Return a key on one line, truncated, with unprintable characters escaped."""
    cut = key if len(key) <= _LONGEST_STEP else f"{key[:_LONGEST_STEP]}..."
    if cut.isprintable():
        return cut
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in cut
    )
