"""How far the group has come in one assigned partition, and what was read of it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord


@dataclass(frozen=True, slots=True)
class PartitionOffsets:
    """The offsets of one partition, as the brokers report them.

    ``beginning`` is the offset of the oldest retained record, ``end`` the one after the newest
    readable record, ``committed`` the group's committed offset; None before the first commit.
    """

    beginning: int
    end: int
    committed: int | None

    @property
    def next(self) -> int:
        """The offset at which the group resumes."""
        return self.beginning if self.committed is None else self.committed

    @property
    def lag(self) -> int:
        """The number of records not committed yet."""
        return max(0, self.end - max(self.next, self.beginning))


@dataclass(frozen=True, slots=True)
class ReadRange:
    """Records of one partition from one read: their offsets, and the first one's timestamp.

    ``timestamp`` is in seconds of Unix time.
    """

    first: int
    last: int
    timestamp: float


@dataclass(slots=True)
class PartitionProgress:
    """What is known of a partition since its assignment; times are in seconds of Unix time."""

    offsets: PartitionOffsets | None = None
    """The last answer of the brokers."""
    reads: deque[ReadRange] = field(default_factory=deque)
    """The records that are read but not committed."""
    behind_since: float | None = None
    """When the oldest record that is not committed was first seen."""
    _next: int | None = None
    """The offset after the last record that was read."""
    _gap: tuple[int, int] | None = None
    """The range of offsets that no record was read of since the last answer."""

    def read(self, records: Sequence[ConsumerRecord], timestamp: float) -> None:
        """Note the records of one read; ``timestamp`` is the first one's.

        A gap in the offsets is a transaction marker, or a record that was removed.
        """
        first, last = records[0].offset, records[-1].offset
        if self._next is not None and first > self._next:
            begin = self._next if self._gap is None else self._gap[0]
            self._gap = (begin, first)
        self._next = last + 1
        self.reads.append(ReadRange(first, last, timestamp))

    def removed(self, current: PartitionOffsets) -> tuple[int, int]:
        """Return, once, the range of offsets removed before they were read; it may be empty."""
        begin, end = self._gap or (current.next, current.beginning)
        self._gap = None
        return begin, min(end, current.beginning)

    def answered(self, current: PartitionOffsets, now: float) -> bool:
        """Drop the reads that are committed; return whether the committed offset has advanced."""
        before, self.offsets = self.offsets, current
        while self.reads and self.reads[0].last < current.next:
            self.reads.popleft()
        if current.lag == 0:
            self.behind_since = None
        elif self.behind_since is None:
            self.behind_since = now
        return before is not None and (current.committed or 0) > before.next

    def lag_seconds(self, now: float) -> float:
        """Return the age of the oldest uncommitted record, or 0 if there is none.

        For a record that was not read yet, it is the time since it was first seen.
        """
        oldest = self.reads[0].timestamp if self.reads else self.behind_since
        return 0.0 if oldest is None else max(0.0, now - oldest)

    def has_passed(self, position: int) -> bool:
        """Whether the position may be committed: nothing below it is left to do."""
        offsets = self.offsets
        return offsets is not None and offsets.next < position <= offsets.end and not self.reads
