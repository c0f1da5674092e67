"""The breaker: when nearly everything is a dead letter, the reader is broken and not the events.

A producer's mistakes come one at a time. A release that cannot read what it should read would pour
a topic into the dead letters; the breaker stops it before. It counts each partition by itself, so
that one that is full of rubbish stops no other.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Final

from order_projector.projection.ports import Coordinates, DeadLetter, HeldBack, Partition

REASON_LENGTH: Final = 300
"""Characters of a reason: it stands in logs and in probes, and is in part a producer's text."""


class Tripped(Exception):
    """Too many of the recent events of a partition are dead letters; publish none of them."""

    def __init__(self, held: HeldBack) -> None:
        super().__init__(f"{held.topic}-{held.partition}: {held.reason}")
        self.held: Final = held


class Step(Enum):
    """Where an event is found to be a dead letter; each has a count of its own."""

    READING = auto()
    COMPUTING = auto()


@dataclass(frozen=True, slots=True)
class Limits:
    """What is too much in one partition.

    ``share`` of the last ``window`` events, judged once there have been so many; or ``run`` of
    them one after the other.
    """

    share: float
    run: int
    window: int


@dataclass(frozen=True, slots=True, order=True)
class _Refused:
    """A record that would be a dead letter, without its bytes: this is kept for a while."""

    offset: int
    code: str
    message: str


@dataclass(slots=True)
class _Batch:
    """What a batch had of one partition."""

    first: int
    last: int
    run: int
    """Dead letters one after the other at its end."""
    events: int = 0
    dead: int = 0
    refused: tuple[_Refused, ...] = ()
    """The first and the last of them."""


@dataclass(slots=True)
class _Window:
    """The recent batches of one partition."""

    batches: deque[_Batch] = field(default_factory=deque)
    events: int = 0
    dead: int = 0

    def begin(self, first: int, last: int) -> None:
        """Begin a batch; what it reads again is counted anew, and not twice."""
        while self.batches and self.batches[-1].last >= first:
            again = self.batches.pop()
            self.events -= again.events
            self.dead -= again.dead
        run = self.batches[-1].run if self.batches else 0
        self.batches.append(_Batch(first, last, run))

    def count(self, events: Sequence[Coordinates], refused: Mapping[int, _Refused]) -> int:
        """Count events of the batch that is begun; gives the longest run of dead letters."""
        batch, longest = self.batches[-1], 0
        if events and not refused:
            batch.run = 0
        for offset in sorted(at.offset for at in events) if refused else ():
            batch.run = batch.run + 1 if offset in refused else 0
            longest = max(longest, batch.run)
        for window in (batch, self):
            window.events += len(events)
            window.dead += len(refused)
        if refused:
            known = sorted((*batch.refused, *refused.values()))
            batch.refused = (known[0], known[-1])
        return longest

    def slide(self, window: int) -> None:
        """Let those batches go without which the window is full all the same."""
        while len(self.batches) > 1 and self.events - self.batches[0].events >= window:
            gone = self.batches.popleft()
            self.events -= gone.events
            self.dead -= gone.dead


class Breaker:
    """Counts the recent events of each partition, and the dead letters among them.

    Without limits it only counts.
    """

    def __init__(self, limits: Limits | None) -> None:
        self._limits: Final = limits
        self._windows: Final = dict[tuple[Step, Partition], _Window]()
        self._passing: Mapping[Partition, HeldBack] = {}

    def begin(self, records: Iterable[Coordinates]) -> None:
        """Begin a batch of these records. Those of one partition stand in their sequence."""
        bounds = dict[Partition, tuple[int, int]]()
        for at in records:
            where = (at.topic, at.partition)
            first, _ = bounds.get(where, (at.offset, 0))
            bounds[where] = (first, at.offset)
        for where, (first, last) in bounds.items():
            for step in Step:
                self._windows.setdefault((step, where), _Window()).begin(first, last)

    def weigh(
        self, step: Step, events: Iterable[Coordinates], dead_letters: Sequence[DeadLetter]
    ) -> None:
        """Count these events of the batch; the dead letters are those of some of them.

        Raises `Tripped` when that is too much for one of their partitions: then none of them may
        be dead-lettered.
        """
        refused = dict[Partition, dict[int, _Refused]]()
        for dead_letter in dead_letters:
            at = dead_letter.record.coordinates
            of_partition = refused.setdefault((at.topic, at.partition), {})
            of_partition[at.offset] = _refused(dead_letter)
        shares = dict[Partition, list[Coordinates]]()
        for at in events:
            shares.setdefault((at.topic, at.partition), []).append(at)
        for where, share in shares.items():
            self._weigh(step, where, share, refused.get(where, {}))

    def pass_over(self, passing: Mapping[Partition, HeldBack]) -> None:
        """Count nothing of what was held back here: somebody has looked at it and let it go."""
        self._passing = passing

    def forget(self, partition: Partition) -> None:
        """Begin to count this partition anew."""
        for step in Step:
            self._windows.pop((step, partition), None)

    def _weigh(
        self,
        step: Step,
        where: Partition,
        events: Sequence[Coordinates],
        refused: Mapping[int, _Refused],
    ) -> None:
        passing = self._passing.get(where)
        if passing is not None:
            events = [at for at in events if not passing.first <= at.offset <= passing.last]
            counted = {at.offset for at in events}
            refused = {offset: each for offset, each in refused.items() if offset in counted}
        window = self._windows.get((step, where))
        if window is None:  # forgotten since this batch began
            return
        longest = window.count(events, refused)
        if self._limits is None:
            return
        window.slide(self._limits.window)
        if refused and (excess := _excess(window, longest, self._limits)) is not None:
            batch = window.batches[-1]
            held = _held(where, batch.refused, excess)
            if passing is not None and batch.first <= passing.last and passing.first <= batch.last:
                held = _joined(passing, held)
            raise Tripped(held)


def _refused(dead_letter: DeadLetter) -> _Refused:
    offset, message = dead_letter.record.coordinates.offset, dead_letter.message[:REASON_LENGTH]
    return _Refused(offset, dead_letter.unusable or dead_letter.code, message)


def _excess(window: _Window, longest: int, limits: Limits) -> str | None:
    if longest >= limits.run:
        return f"{longest:,} events in a row would be dead letters"
    if window.events >= limits.window and window.dead > limits.share * window.events:
        return f"{window.dead:,} of the last {window.events:,} events would be dead letters"
    return None


def _held(where: Partition, refused: tuple[_Refused, ...], excess: str) -> HeldBack:
    first, last = refused
    return HeldBack(
        topic=where[0],
        partition=where[1],
        first=first.offset,
        last=last.offset,
        codes=(first.code, last.code),
        reason=f"{excess}, the last for {last.code}: {last.message}"[:REASON_LENGTH],
    )


def _joined(passing: HeldBack, held: HeldBack) -> HeldBack:
    """What is held back now, with what was let go and has not been passed yet.

    Otherwise two reasons in one batch would take turns: each time one is let go, the other one
    holds all of it back.
    """
    first = min(passing, held, key=lambda each: each.first)
    last = max(passing, held, key=lambda each: each.last)
    codes = (first.codes[0], last.codes[1])
    return replace(held, first=first.first, last=last.last, codes=codes)
