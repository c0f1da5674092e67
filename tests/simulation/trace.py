"""What happened in a world, recorded so that a failure can be understood."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened; ``orders`` is None if it concerns all of them."""

    at: float
    who: str
    what: str
    orders: Collection[str] | None


@dataclass(slots=True)
class Trace:
    """Everything that happened, in order."""

    moments: list[Moment] = field(default_factory=list)

    def add(self, at: float, who: str, what: str, orders: Collection[str] | None = None) -> None:
        """Record a moment."""
        self.moments.append(Moment(at, who, what, orders))

    def of(self, order: str | None) -> str:
        """Return the last moments that concern an order, one line each."""
        mattering = [
            moment
            for moment in self.moments
            if order is None or moment.orders is None or order in moment.orders
        ]
        left_out = len(mattering) - LONGEST
        lines = [f"{one.at:10.3f}  {one.who:<10} {one.what}" for one in mattering[-LONGEST:]]
        if left_out > 0:
            lines.insert(0, f"            ({left_out} earlier lines left out)")
        return "\n".join(lines)
