"""The group's offsets and lag in each assigned partition, queried from the brokers.

The consumer only knows a partition from its last fetch, which is outdated exactly when it matters:
while a batch waits for the database, a breaker is open or a broker does not answer. So a background
task queries the beginning and end offsets and the committed offsets once a second.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from order_projector.adapters.kafka import private_api
from order_projector.projection.worker_state import HealthReason, WorkerState
from order_projector.settings import described

_log: Final = logging.getLogger(__name__)

ASK_EVERY: Final = 1.0


class OffsetMetrics(Protocol):
    """The metrics port of the offsets."""

    def removed(self, count: int) -> None: ...


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far the group is behind in one partition: ``seconds`` is the age of the oldest record."""

    topic: str
    partition: int
    records: int
    seconds: float


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
class Offsets:
    """The offsets of the assigned partitions, and the records that are read but not committed.

    ``silent_after`` is the number of seconds without an answer after which the brokers count as
    silent; ``now`` returns Unix time.
    """

    metrics: OffsetMetrics
    worker_state: WorkerState
    silent_after: float
    now: Callable[[], float] = time.time
    partition_offsets: dict[TopicPartition, PartitionOffsets] = field(default_factory=dict)
    _waiting_since: float | None = None
    _read: dict[TopicPartition, deque[ReadRange]] = field(default_factory=dict)
    _expected: dict[TopicPartition, int] = field(default_factory=dict)
    _jumps: dict[TopicPartition, tuple[int, int]] = field(default_factory=dict)
    _behind_since: dict[TopicPartition, float] = field(default_factory=dict)
    _reported_up_to: dict[TopicPartition, int] = field(default_factory=dict)
    """The offset below which removed records have been reported; kept across rebalances."""

    def forget(self) -> None:
        """Forget the state of all partitions after a rebalance."""
        self.partition_offsets = {}
        for held in (self._read, self._expected, self._jumps, self._behind_since):
            held.clear()

    def read(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        """Note the records of one partition from one read.

        A gap in the offsets is a transaction marker, or a record that was removed.
        """
        first, last = records[0], records[-1]
        expected = self._expected.get(partition)
        if expected is not None and first.offset > expected:
            begin = self._jumps.get(partition, (expected, 0))[0]
            self._jumps[partition] = (begin, first.offset)
        self._expected[partition] = last.offset + 1
        timestamp = first.timestamp / 1_000 if first.timestamp >= 0 else self.now()
        read_range = ReadRange(first.offset, last.offset, timestamp)
        self._read.setdefault(partition, deque()).append(read_range)

    def asked(self) -> None:
        """Note that a query was sent."""
        if self._waiting_since is None:
            self._waiting_since = self.worker_state.clock()

    def answered(self, partition_offsets: Mapping[TopicPartition, PartitionOffsets]) -> None:
        """Update the state from the brokers' answer."""
        self._waiting_since = None
        for partition, current in partition_offsets.items():
            self._report_removed(partition, current)
            self._drop_done(partition, current)
        if _has_advanced(self.partition_offsets, partition_offsets) or _is_drained(
            partition_offsets
        ):
            self.worker_state.record_progress()
        self.partition_offsets = dict(partition_offsets)

    def lags(self) -> Iterator[PartitionLag]:
        """Yield the lag of each partition."""
        for at, current in self.partition_offsets.items():
            yield PartitionLag(at.topic, at.partition, current.lag, self._time_lag(at))

    def _time_lag(self, partition: TopicPartition) -> float:
        """Return the age of the oldest uncommitted record, or 0 if there is none.

        For a record that was not read yet, it is the time since it was first seen.
        """
        read_ranges = self._read.get(partition)
        oldest = read_ranges[0].timestamp if read_ranges else self._behind_since.get(partition)
        return 0.0 if oldest is None else max(0.0, self.now() - oldest)

    def passed(self, consumer: AIOKafkaConsumer) -> Mapping[TopicPartition, int]:
        """Return the positions that may be committed because no record below them is unfinished.

        They are ahead of the committed offsets if only transaction markers follow those.
        """
        if not self.partition_offsets:
            return {}
        return {
            partition: position
            for partition, position in private_api.positions(consumer).items()
            if (current := self.partition_offsets.get(partition)) is not None
            and current.next < position <= current.end
            and not self._read.get(partition)
        }

    async def unavailable_reason(self) -> HealthReason | None:
        """Return why the brokers count as silent, or None, for readiness."""
        waiting_since = self._waiting_since
        if (
            waiting_since is None
            or (silent_for := self.worker_state.clock() - waiting_since) < self.silent_after
        ):
            return None
        return HealthReason("broker: no answer", silent_for)

    def _drop_done(self, partition: TopicPartition, current: PartitionOffsets) -> None:
        read_ranges = self._read.get(partition, deque())
        while read_ranges and read_ranges[0].last < current.next:
            read_ranges.popleft()
        if current.lag == 0:
            self._behind_since.pop(partition, None)
        else:
            self._behind_since.setdefault(partition, self.now())

    def _report_removed(self, partition: TopicPartition, current: PartitionOffsets) -> None:
        """Warn once about records that retention removed before they were read."""
        begin, end = self._jumps.pop(partition, (current.next, current.beginning))
        begin, end = max(begin, self._reported_up_to.get(partition, 0)), min(end, current.beginning)
        if end <= begin:
            return
        self._reported_up_to[partition] = end
        self.metrics.removed(end - begin)
        _log.warning(
            "%s-%d: the records from offset %d to %d were deleted before they were read; the "
            "topic's retention is too short",
            partition.topic,
            partition.partition,
            begin,
            end - 1,
        )


def _has_advanced(
    before: Mapping[TopicPartition, PartitionOffsets],
    after: Mapping[TopicPartition, PartitionOffsets],
) -> bool:
    """Whether a committed offset has advanced between two answers."""
    return any(
        current.committed is not None
        and partition in before
        and current.committed > before[partition].next
        for partition, current in after.items()
    )


def _is_drained(partition_offsets: Mapping[TopicPartition, PartitionOffsets]) -> bool:
    return bool(partition_offsets) and not any(
        current.lag for current in partition_offsets.values()
    )


@dataclass(slots=True)
class OffsetWatch:
    """Queries the brokers periodically, as long as the worker runs."""

    offsets: Offsets
    consumer: Callable[[], AIOKafkaConsumer | None]
    answer_within: float
    _task: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        """Start querying in the background."""
        self._task = asyncio.create_task(self._keep_asking())

    async def stop(self) -> None:
        """Cancel the query in progress and stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=1.0)

    async def _keep_asking(self) -> None:
        while True:
            await asyncio.sleep(ASK_EVERY)
            consumer = self.consumer()
            partitions = sorted(consumer.assignment()) if consumer is not None else []
            if consumer is None or not partitions:
                continue
            try:
                await self._ask(consumer, partitions)
            except (KafkaError, OSError, TimeoutError) as error:
                _log.debug("cannot query the offsets: %s", described(error))
            except Exception:
                _log.exception("cannot query the offsets")

    async def _ask(self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> None:
        self.offsets.asked()
        async with asyncio.timeout(self.answer_within):
            ends, beginnings, committed = await asyncio.gather(
                consumer.end_offsets(partitions),
                consumer.beginning_offsets(partitions),
                private_api.committed(consumer, partitions),
            )
        if consumer.assignment() != set(partitions):  # reassigned during the query
            return
        self.offsets.answered(
            {
                each: PartitionOffsets(beginnings[each], ends[each], committed.get(each))
                for each in partitions
            }
        )
