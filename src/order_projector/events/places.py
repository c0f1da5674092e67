"""Where in an event a fault is: the path of a message, safe to be shown."""

from collections.abc import Iterator
from typing import Any

from order_projector.events.outcome import Code

Place = tuple[int | str, ...]
"""The names of members and the numbers of elements that lead to a value."""

_LONGEST_STEP = 64


class Fault(ValueError):
    """What is wrong at a place, seen from the value that is being judged, and the code of it."""

    def __init__(self, place: Place, reason: str, code: Code = Code.INVALID_EVENT) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason
        self.code = code


def path(data: Any, place: Place) -> str:
    """Return ``data.order.items[1].price``, as the data was sent: with its nulls, as a plain list.

    A key of the sender's is escaped, and cut where it is long.
    """
    return "data" + "".join(_steps(data, place))


def _steps(value: Any, place: Place) -> Iterator[str]:
    for step in place:
        at: int | str = step
        if isinstance(value, list):
            if not isinstance(step, int):
                continue  # a plain list stands where a list object could
            at = _with_nulls(value, step)
        yield f"[{at}]" if isinstance(at, int) else f".{_shown(at)}"
        value = _member(value, at)


def _with_nulls(value: list[Any], number: int) -> int:
    """Which element it is whose number was counted without nulls."""
    present = [at for at, each in enumerate(value) if each is not None]
    return present[number] if number < len(present) else number


def _member(value: Any, at: int | str) -> Any:
    try:
        return value[at]
    except (LookupError, TypeError):
        return None


def _shown(key: str) -> str:
    """A key on one line, whatever it holds; what cannot be printed is written as an escape."""
    cut = key if len(key) <= _LONGEST_STEP else f"{key[:_LONGEST_STEP]}..."
    if cut.isprintable():
        return cut
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in cut
    )
