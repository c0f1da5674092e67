"""The group's offsets and lag in each assigned partition, queried from the brokers.

The consumer only knows a partition from its last fetch, which is outdated exactly when it matters:
while a batch waits for the database, a breaker is open or a broker does not answer. So a background
task queries the beginning and end offsets and the committed offsets once a second.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.consumer.assignment import Assignment, unassigned
from order_projector.adapters.kafka.consumer.progress import PartitionOffsets
from order_projector.adapters.kafka.consumer.steps import CurrentConsumer
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
    _assignment: Assignment = field(default_factory=unassigned)
    _waiting_since: float | None = None
    _reported_up_to: dict[TopicPartition, int] = field(default_factory=dict)
    """The offset below which removed records have been reported; kept across rebalances."""

    def begin(self, assignment: Assignment) -> None:
        """Note what is read and answered in this assignment from now on."""
        self._assignment = assignment

    def read(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        """Note the records of one partition from one read."""
        timestamp = records[0].timestamp
        seconds = timestamp / 1_000 if timestamp >= 0 else self.now()
        self._assignment.progress_of(partition).read(records, seconds)

    def asked(self) -> None:
        """Note that a query was sent."""
        if self._waiting_since is None:
            self._waiting_since = self.worker_state.clock()

    def answered(self, answer: Mapping[TopicPartition, PartitionOffsets]) -> None:
        """Update the state from the brokers' answer."""
        self._waiting_since = None
        for moved in self._assignment.progress.keys() - answer.keys():
            self._assignment.progress[moved].offsets = None
        advanced = False
        for partition, current in answer.items():
            progress = self._assignment.progress_of(partition)
            self._report_removed(partition, *progress.removed(current))
            advanced |= progress.answered(current, self.now())
        if advanced or (answer and not any(current.lag for current in answer.values())):
            self.worker_state.record_progress()

    def lags(self) -> Iterator[PartitionLag]:
        """Yield the lag of each partition."""
        for at, progress in self._assignment.progress.items():
            if progress.offsets is not None:
                seconds = progress.lag_seconds(self.now())
                yield PartitionLag(at.topic, at.partition, progress.offsets.lag, seconds)

    def passed(self, consumer: AIOKafkaConsumer) -> Mapping[TopicPartition, int]:
        """Return the positions that may be committed because no record below them is unfinished.

        They are ahead of the committed offsets if only transaction markers follow those.
        """
        progress = self._assignment.progress
        if not any(each.offsets for each in progress.values()):
            return {}
        return {
            partition: position
            for partition, position in private_api.positions(consumer).items()
            if partition in progress and progress[partition].has_passed(position)
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

    def _report_removed(self, partition: TopicPartition, begin: int, end: int) -> None:
        """Warn once about records that retention removed before they were read."""
        begin = max(begin, self._reported_up_to.get(partition, 0))
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


@dataclass(slots=True)
class OffsetWatch:
    """Queries the brokers about the offsets of the assigned partitions, periodically."""

    offsets: Offsets
    consumer: CurrentConsumer
    answer_within: float

    async def watch(self) -> None:
        """Query the brokers again and again, until cancelled."""
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
