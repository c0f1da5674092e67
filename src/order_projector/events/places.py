"""Where in an event a fault is: the path of a message, safe to be shown."""

from collections.abc import Iterable

Place = tuple[int | str, ...]
"""The names of members and the numbers of elements that lead to a value."""

_LONGEST_STEP = 64


def path(steps: Iterable[int | str]) -> str:
    """Return ``.order.items[1].price`` of its steps; a key of the sender's is escaped and cut."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{_shown(step)}" for step in steps)


def _shown(key: str) -> str:
    """A key on one line, whatever it holds; what cannot be printed is written as an escape."""
    cut = key if len(key) <= _LONGEST_STEP else f"{key[:_LONGEST_STEP]}..."
    if cut.isprintable():
        return cut
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in cut
    )
