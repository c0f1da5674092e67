"""When each event of a paced stream is due, and how late it was sent."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """A number of events per second, from a moment on."""

    rate: int
    begin: float

    def due(self, position: int) -> float:
        """Return when the event at this position is due."""
        return self.begin + position / self.rate

    def due_by(self, moment: float) -> int:
        """Return how many events are due by this moment, inclusive."""
        return max(0, math.floor((moment - self.begin) * self.rate + 1e-6) + 1)

    def lateness(self, sent: Sequence[float], first: int = 0) -> list[float]:
        """Return the seconds between due and sent, for events from this position on."""
        return [moment - self.due(first + nth) for nth, moment in enumerate(sent)]
