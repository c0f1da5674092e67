"""The circuit breaker: if nearly every event is a dead letter, this release is at fault.

A producer's mistakes come one at a time. A release that cannot decode its input would dead-letter
a whole topic; the breaker stops it first. Each partition is counted separately, so that a bad one
stops no other.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Final

from order_projector.projection.ports import Coordinates, DeadLetter, HeldBack, Partition

REASON_LENGTH: Final = 300
"""Maximum characters of a reason: logs and probes show it, and part of it is a producer's text."""


class BreakerOpen(Exception):
    """Too many of the recent events of a partition are dead letters; publish none of them."""

    def __init__(self, held: HeldBack) -> None:
        super().__init__(f"{held.topic}-{held.partition}: {held.reason}")
        self.held: Final = held


class ProcessingPhase(Enum):
    """The phase in which an event becomes a dead letter; each phase is counted separately."""

    READING = auto()
    COMPUTING = auto()


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """The limits of one partition.

    At most ``max_ratio`` of the last ``window`` events, once there have been that many, and fewer
    than ``max_run`` consecutive ones may be dead letters.
    """

    max_ratio: float
    max_run: int
    window: int


@dataclass(frozen=True, slots=True, order=True)
class _Rejection:
    """A record that would be a dead letter, kept without its bytes while it is in the window."""

    offset: int
    code: str
    message: str


@dataclass(slots=True)
class _BatchCounts:
    """The counts of one partition in one batch."""

    first: int
    last: int
    run: int
    """Consecutive dead letters at its end."""
    events: int = 0
    dead: int = 0
    rejected: tuple[_Rejection, ...] = ()
    """The first and the last dead letter."""


@dataclass(slots=True)
class _Window:
    """The recent batches of one partition."""

    batches: deque[_BatchCounts] = field(default_factory=deque)
    events: int = 0
    dead: int = 0

    def begin(self, first: int, last: int) -> None:
        """Begin a batch; records that it reads again replace their earlier counts."""
        while self.batches and self.batches[-1].last >= first:
            again = self.batches.pop()
            self.events -= again.events
            self.dead -= again.dead
        run = self.batches[-1].run if self.batches else 0
        self.batches.append(_BatchCounts(first, last, run))

    def count(self, events: Sequence[Coordinates], rejected: Mapping[int, _Rejection]) -> int:
        """Count events of the current batch; return the longest run of dead letters."""
        batch, longest = self.batches[-1], 0
        if events and not rejected:
            batch.run = 0
        for offset in sorted(at.offset for at in events) if rejected else ():
            batch.run = batch.run + 1 if offset in rejected else 0
            longest = max(longest, batch.run)
        for window in (batch, self):
            window.events += len(events)
            window.dead += len(rejected)
        if rejected:
            known = sorted((*batch.rejected, *rejected.values()))
            batch.rejected = (known[0], known[-1])
        return longest

    def slide(self, window: int) -> None:
        """Drop the oldest batches that are no longer needed to fill the window."""
        while len(self.batches) > 1 and self.events - self.batches[0].events >= window:
            gone = self.batches.popleft()
            self.events -= gone.events
            self.dead -= gone.dead


class Breaker:
    """Counts the recent events of each partition, and the dead letters among them.

    Without limits it only counts.
    """

    def __init__(self, limits: BreakerLimits | None) -> None:
        self._limits: Final = limits
        self._windows: Final = dict[tuple[ProcessingPhase, Partition], _Window]()
        self._passing: Mapping[Partition, HeldBack] = {}

    def begin(self, records: Iterable[Coordinates]) -> None:
        """Begin a batch of these records; those of one partition must be in offset order."""
        bounds = dict[Partition, tuple[int, int]]()
        for at in records:
            where = (at.topic, at.partition)
            first, _ = bounds.get(where, (at.offset, 0))
            bounds[where] = (first, at.offset)
        for where, (first, last) in bounds.items():
            for phase in ProcessingPhase:
                self._windows.setdefault((phase, where), _Window()).begin(first, last)

    def record_events(
        self,
        phase: ProcessingPhase,
        events: Iterable[Coordinates],
        dead_letters: Sequence[DeadLetter],
    ) -> None:
        """Count these events of the batch; ``dead_letters`` belong to some of them.

        Raises `BreakerOpen` if a partition exceeds its limits: then do not publish any of
        the dead letters.
        """
        rejected = dict[Partition, dict[int, _Rejection]]()
        for dead_letter in dead_letters:
            at = dead_letter.record.coordinates
            of_partition = rejected.setdefault((at.topic, at.partition), {})
            of_partition[at.offset] = _rejection(dead_letter)
        by_partition = dict[Partition, list[Coordinates]]()
        for at in events:
            by_partition.setdefault((at.topic, at.partition), []).append(at)
        for where, events_of_partition in by_partition.items():
            self._record_partition(phase, where, events_of_partition, rejected.get(where, {}))

    def pass_over(self, passing: Mapping[Partition, HeldBack]) -> None:
        """Exclude these ranges from the counts: an operator has inspected and released them."""
        self._passing = passing

    def forget(self, partition: Partition) -> None:
        """Reset the counts of this partition."""
        for phase in ProcessingPhase:
            self._windows.pop((phase, partition), None)

    def _record_partition(
        self,
        phase: ProcessingPhase,
        where: Partition,
        events: Sequence[Coordinates],
        rejected: Mapping[int, _Rejection],
    ) -> None:
        passing = self._passing.get(where)
        if passing is not None:
            events = [at for at in events if not passing.first <= at.offset <= passing.last]
            counted = {at.offset for at in events}
            rejected = {offset: each for offset, each in rejected.items() if offset in counted}
        window = self._windows.get((phase, where))
        if window is None:  # forgotten since this batch began
            return
        longest = window.count(events, rejected)
        if self._limits is None:
            return
        window.slide(self._limits.window)
        if rejected and (trip_reason := _trip_reason(window, longest, self._limits)) is not None:
            batch = window.batches[-1]
            held = _held(where, batch.rejected, trip_reason)
            if passing is not None and batch.first <= passing.last and passing.first <= batch.last:
                held = _joined(passing, held)
            raise BreakerOpen(held)


def _rejection(dead_letter: DeadLetter) -> _Rejection:
    offset, message = dead_letter.record.coordinates.offset, dead_letter.message[:REASON_LENGTH]
    return _Rejection(offset, dead_letter.unusable or dead_letter.code, message)


def _trip_reason(window: _Window, longest: int, limits: BreakerLimits) -> str | None:
    if longest >= limits.max_run:
        return f"{longest:,} events in a row would be dead letters"
    if window.events >= limits.window and window.dead > limits.max_ratio * window.events:
        return f"{window.dead:,} of the last {window.events:,} events would be dead letters"
    return None


def _held(where: Partition, rejected: tuple[_Rejection, ...], trip_reason: str) -> HeldBack:
    first, last = rejected
    return HeldBack(
        topic=where[0],
        partition=where[1],
        first=first.offset,
        last=last.offset,
        codes=(first.code, last.code),
        reason=f"{trip_reason}, the last for {last.code}: {last.message}"[:REASON_LENGTH],
    )


def _joined(passing: HeldBack, held: HeldBack) -> HeldBack:
    """Merge the held range with a released one that has not been passed yet.

    Otherwise two reasons in one batch would alternate: each time one is released, the other one
    holds the batch back.
    """
    first = min(passing, held, key=lambda each: each.first)
    last = max(passing, held, key=lambda each: each.last)
    codes = (first.codes[0], last.codes[1])
    return replace(held, first=first.first, last=last.last, codes=codes)
