"""How far the group has come in each assigned partition, asked of the brokers.

What the consumer knows of a partition is what its last fetch said, which is old news exactly when
it matters: while a batch waits for the database, the breaker is open or a broker is silent. So the
ends and beginnings of the partitions and the committed offsets are asked for, beside everything
else, every few seconds.
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
from order_projector.settings import described
from order_projector.telemetry.collectors import Lag
from order_projector.telemetry.health import Reason
from order_projector.telemetry.worker_state import WorkerState

_log: Final = logging.getLogger(__name__)

ASK_EVERY: Final = 1.0


class OffsetMetrics(Protocol):
    """The metrics port of the offsets."""

    def removed(self, count: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the group has come in one partition, by the brokers' own word.

    ``beginning`` is the offset of the oldest record that is kept, ``end`` the one after the newest
    that may be read, ``committed`` where the group goes on; None while nothing was committed.
    """

    beginning: int
    end: int
    committed: int | None

    @property
    def next(self) -> int:
        """Where the group goes on."""
        return self.beginning if self.committed is None else self.committed

    @property
    def lag(self) -> int:
        """Records that are not done."""
        return max(0, self.end - max(self.next, self.beginning))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Records of one partition that were read together: their offsets, and the first's age.

    ``timestamp`` is in seconds of Unix time.
    """

    first: int
    last: int
    timestamp: float


@dataclass(slots=True)
class Offsets:
    """The standings of the assigned partitions, and the records that are read and not done.

    ``quiet_after`` seconds without an answer the brokers count as silent; ``now`` is Unix time.
    """

    metrics: OffsetMetrics
    worker_state: WorkerState
    quiet_after: float
    now: Callable[[], float] = time.time
    standings: dict[TopicPartition, Standing] = field(default_factory=dict)
    _waiting_since: float | None = None
    _read: dict[TopicPartition, deque[Stretch]] = field(default_factory=dict)
    _expected: dict[TopicPartition, int] = field(default_factory=dict)
    _jumps: dict[TopicPartition, tuple[int, int]] = field(default_factory=dict)
    _behind_since: dict[TopicPartition, float] = field(default_factory=dict)
    _told: dict[TopicPartition, int] = field(default_factory=dict)
    """Up to which offset removed records have been told of; kept when partitions move."""

    def forget(self) -> None:
        """Partitions have moved: what was known of them is their next reader's to find out."""
        self.standings = {}
        for held in (self._read, self._expected, self._jumps, self._behind_since):
            held.clear()

    def read(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        """Note records of one partition that were read together.

        An offset that was jumped over held a marker, or a record that is not there any more.
        """
        first, last = records[0], records[-1]
        expected = self._expected.get(partition)
        if expected is not None and first.offset > expected:
            begin = self._jumps.get(partition, (expected, 0))[0]
            self._jumps[partition] = (begin, first.offset)
        self._expected[partition] = last.offset + 1
        timestamp = first.timestamp / 1_000 if first.timestamp >= 0 else self.now()
        stretch = Stretch(first.offset, last.offset, timestamp)
        self._read.setdefault(partition, deque()).append(stretch)

    def asked(self) -> None:
        """The brokers owe an answer."""
        if self._waiting_since is None:
            self._waiting_since = self.worker_state.clock()

    def answered(self, standings: Mapping[TopicPartition, Standing]) -> None:
        """The brokers have answered."""
        self._waiting_since = None
        for partition, standing in standings.items():
            self._look_for_removed(partition, standing)
            self._drop_done(partition, standing)
        if _moved(self.standings, standings) or _is_empty(standings):
            self.worker_state.record_progress()
        self.standings = dict(standings)

    def lags(self) -> Iterator[Lag]:
        """How far the group is behind, by partition."""
        for at, standing in self.standings.items():
            yield Lag(at.topic, at.partition, standing.lag, self._time_lag(at))

    def _time_lag(self, partition: TopicPartition) -> float:
        """The age of the oldest record that is not done; 0 where there is none.

        Of a record that was not read yet it is the time since it was seen to wait.
        """
        stretches = self._read.get(partition)
        oldest = stretches[0].timestamp if stretches else self._behind_since.get(partition)
        return 0.0 if oldest is None else max(0.0, self.now() - oldest)

    def passed(self, consumer: AIOKafkaConsumer) -> Mapping[TopicPartition, int]:
        """The positions that the group is to commit, where nothing is left to be done below them.

        They differ from what is committed where markers of transactions were passed over.
        """
        if not self.standings:
            return {}
        return {
            partition: position
            for partition, position in private_api.positions(consumer).items()
            if (standing := self.standings.get(partition)) is not None
            and standing.next < position <= standing.end
            and not self._read.get(partition)
        }

    async def complaint(self) -> Reason | None:
        """Why the brokers count as silent, or None: for readiness."""
        since = self._waiting_since
        if since is None or (quiet := self.worker_state.clock() - since) < self.quiet_after:
            return None
        return Reason("broker: no answer", quiet)

    def _drop_done(self, partition: TopicPartition, standing: Standing) -> None:
        stretches = self._read.get(partition, deque())
        while stretches and stretches[0].last < standing.next:
            stretches.popleft()
        if standing.lag == 0:
            self._behind_since.pop(partition, None)
        else:
            self._behind_since.setdefault(partition, self.now())

    def _look_for_removed(self, partition: TopicPartition, standing: Standing) -> None:
        """Warn once of records that retention removed before they were read."""
        begin, end = self._jumps.pop(partition, (standing.next, standing.beginning))
        begin, end = max(begin, self._told.get(partition, 0)), min(end, standing.beginning)
        if end <= begin:
            return
        self._told[partition] = end
        self.metrics.removed(end - begin)
        _log.warning(
            "%s-%d: the records from offset %d to %d were removed before they were read; the "
            "topic's retention is too short",
            partition.topic,
            partition.partition,
            begin,
            end - 1,
        )


def _moved(
    before: Mapping[TopicPartition, Standing], after: Mapping[TopicPartition, Standing]
) -> bool:
    """Whether the group has committed anything in between."""
    return any(
        standing.committed is not None
        and partition in before
        and standing.committed > before[partition].next
        for partition, standing in after.items()
    )


def _is_empty(standings: Mapping[TopicPartition, Standing]) -> bool:
    return bool(standings) and not any(standing.lag for standing in standings.values())


@dataclass(slots=True)
class OffsetWatch:
    """Asks the brokers, again and again, for as long as the worker runs."""

    offsets: Offsets
    consumer: Callable[[], AIOKafkaConsumer | None]
    answer_within: float
    _task: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        """Begin, and do not wait for an answer."""
        self._task = asyncio.create_task(self._keep_asking())

    async def stop(self) -> None:
        """End, also in the middle of a question."""
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
                _log.debug("the offsets cannot be asked for: %s", described(error))
            except Exception:
                _log.exception("the offsets cannot be asked for")

    async def _ask(self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> None:
        self.offsets.asked()
        async with asyncio.timeout(self.answer_within):
            ends, beginnings, committed = await asyncio.gather(
                consumer.end_offsets(partitions),
                consumer.beginning_offsets(partitions),
                private_api.committed(consumer, partitions),
            )
        if consumer.assignment() != set(partitions):  # moved while the answer was on its way
            return
        self.offsets.answered(
            {
                each: Standing(beginnings[each], ends[each], committed.get(each))
                for each in partitions
            }
        )
