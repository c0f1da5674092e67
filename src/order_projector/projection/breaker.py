"""The breaker: when nearly everything is a dead letter, the reader is broken and not the events.

A producer's mistakes come one at a time. A release that cannot read what it should read would pour
a topic into the dead letters; the breaker stops it before.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field


class Tripped(Exception):
    """Too many of the recent events are dead letters; the message says how many."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is too much.

    ``share`` of the last ``window`` events, judged once there have been so many; or ``run`` of
    them one after the other.
    """

    share: float
    run: int
    window: int


@dataclass(slots=True)
class Breaker:
    """Counts the recent events, and the dead letters among them. Without limits it only counts."""

    limits: Limits | None
    _run: int = 0
    _events: int = 0
    _dead: int = 0
    _batches: deque[tuple[int, int]] = field(default_factory=deque)
    """The events and the dead letters of the batches in the window."""

    def weigh(self, events: int, dead: Sequence[int]) -> None:
        """Take so many events into account; those at the positions `dead` are to be buried.

        Raises `Tripped` when that is too much: then none of them must be buried.
        """
        longest = self._longest_run(events, dead)
        self._slide(events, len(dead))
        if self.limits is None or not dead:
            return
        if longest >= self.limits.run:
            raise Tripped(f"{longest:,} events in a row would be dead letters")
        if self._events >= self.limits.window and self._dead > self.limits.share * self._events:
            raise Tripped(
                f"{self._dead:,} of the last {self._events:,} events would be dead letters"
            )

    def _longest_run(self, events: int, dead: Sequence[int]) -> int:
        longest, before = 0, -1
        for position in dead:
            self._run = self._run + 1 if position == before + 1 else 1
            longest, before = max(longest, self._run), position
        if before != events - 1:
            self._run = 0
        return longest

    def _slide(self, events: int, dead: int) -> None:
        """Takes a batch in, and lets those go without which the window is full all the same."""
        self._batches.append((events, dead))
        self._events += events
        self._dead += dead
        window = self.limits.window if self.limits is not None else 0
        while self._events - self._batches[0][0] >= window and len(self._batches) > 1:
            gone, gone_dead = self._batches.popleft()
            self._events -= gone
            self._dead -= gone_dead
