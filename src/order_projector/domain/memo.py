"""What was computed for a cart and may be needed again."""

from dataclasses import dataclass, field
from typing import Any, Final

_MOST_REMEMBERED: Final = 8

Remembered = dict[int, tuple[object, Any]]
"""What was computed of something, with that, by its hash.

Five hundred targets are slow to hash: they are hashed once, and compared only if found.
"""


@dataclass(slots=True)
class Memo:
    """What was computed, by what it follows from; of either, only a few things are remembered.

    ``of_units`` follows from the lines and their units, ``of_lines`` from the lines without what
    redemptions did to their units. The cart lets go of them when these change.
    """

    of_units: Remembered = field(default_factory=dict)
    of_lines: Remembered = field(default_factory=dict)

    def forget_units(self) -> None:
        """Forget what follows from the units of the lines."""
        if self.of_units:
            self.of_units.clear()

    def forget_lines(self) -> None:
        """Forget what follows from the lines, with their units or without."""
        if self.of_units:
            self.of_units.clear()
        if self.of_lines:
            self.of_lines.clear()


def recall(memo: Remembered, name: int, of: object) -> Any:
    """Return what was computed of this, whose hash is `name`, or None."""
    known = memo.get(name)
    return known[1] if known is not None and known[0] == of else None


def remember(memo: Remembered, name: int, of: object, value: object) -> None:
    """Keep what was computed of this, and forget the rest if it is too much."""
    if len(memo) >= _MOST_REMEMBERED:
        memo.clear()
    memo[name] = of, value
