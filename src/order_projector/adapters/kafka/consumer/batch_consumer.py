"""Processing of a batch: from the poll, through the projection, to its completion.

One lock is held from the first look at the batch to its last announcement. The check of these
announcements and the commit of the offsets overlap the next batch (`completion`). When the
group revokes partitions, the rebalance listener waits for the lock, for the check and for the
commit: a batch is either committed before another worker can get its partitions, or abandoned. So
are the orders that the projection processes apart from their batch; until they are done, offsets
are committed only below their unfinished records.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol

from aiokafka import (
    AIOKafkaConsumer,
    ConsumerRecord,
    TopicPartition,
)

from order_projector.adapters.kafka.consumer.assignment import Assignment, unassigned
from order_projector.adapters.kafka.consumer.completion import CommitMetrics, Completion
from order_projector.adapters.kafka.consumer.steps import Withheld
from order_projector.adapters.kafka.consumer.unfinished_work import (
    NoUnfinishedWork,
    UnfinishedWork,
)
from order_projector.adapters.kafka.consumer.unlimited_retries import (
    FailureMetrics,
    UnlimitedRetries,
)
from order_projector.projection.ports import Coordinates, Partition, Record
from order_projector.projection.steps import CheckAnnouncements, ProcessBatch
from order_projector.projection.worker_state import WorkerState

_log: Final = logging.getLogger(__name__)

Positions = Mapping[TopicPartition, int]

COMMIT_AGAIN_AFTER: Final = 2.0
GIVE_UP_WITHIN: Final = 8.0


def _none_withheld() -> Collection[Partition]:
    return ()


class BatchMetrics(CommitMetrics, FailureMetrics, Protocol):
    """The metrics port of batch processing."""

    def abandoned(self, reason: str) -> None: ...


@dataclass(slots=True)
class BatchConsumer:
    """Processes one batch at a time, and completes it while the next one is processed."""

    process: ProcessBatch
    check_announcements: CheckAnnouncements
    worker_state: WorkerState
    metrics: BatchMetrics
    withheld: Withheld = _none_withheld
    apart: UnfinishedWork = field(default_factory=NoUnfinishedWork)
    assignment: Assignment = field(default_factory=unassigned)
    """Replaced whenever partitions are assigned or revoked."""
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _ended: Assignment | None = None
    """The assignment that was revoked and is not committed for the last time yet."""
    _shut_down: bool = False
    _task: asyncio.Task[None] | None = None
    _retries: UnlimitedRetries = field(init=False)
    _completion: Completion = field(init=False)

    def __post_init__(self) -> None:
        self._retries = UnlimitedRetries(self.worker_state, self.metrics)
        self._completion = Completion(
            self.check_announcements, self.worker_state, self.metrics, self._retries, self.apart
        )

    async def consume(self, consumer: AIOKafkaConsumer, batch: Sequence[ConsumerRecord]) -> None:
        """Process the records of partitions that are still assigned; start their completion."""
        await self._completion.caught_up()
        async with self._lock:
            assignment = self.assignment
            assigned = consumer.assignment() if assignment.is_open else frozenset()
            records = [raw for raw in batch if TopicPartition(raw.topic, raw.partition) in assigned]
            if len(records) < len(batch):
                _log.info("dropped %d records of lost partitions", len(batch) - len(records))
            if not records:
                return
            if self._completion.has_leftovers:
                self._completion.request(consumer, assignment)
            if await self._run([as_record(raw) for raw in records]):
                assignment.record_processed(records, self.withheld())
                self._completion.request(consumer, assignment)

    async def on_idle(self, consumer: AIOKafkaConsumer, passed: Positions) -> None:
        """Complete what is left of earlier batches; called when a poll returns nothing.

        `passed` are the positions of partitions with only transaction markers after the committed
        offset: they are committed as well, so that no lag remains.
        """
        self.worker_state.record_activity()
        assignment = self.assignment
        if assignment.is_open and self.apart.has_failed():
            self._completion.has_leftovers = True
            async with self._lock:
                await self._run(())
        if not assignment.is_open or assignment is not self.assignment:
            return
        since = self.worker_state.clock() - assignment.commit_requested_at
        overdue = bool(assignment.processed) and since > COMMIT_AGAIN_AFTER
        if self._completion.has_leftovers or overdue:
            self._completion.request(consumer, assignment)
        elif passed:
            assignment.processed |= passed
            self._completion.request(consumer, assignment)

    async def finish_abandoned(self, within: float) -> None:
        """Check what an abandoned batch has announced; give up after ``within`` seconds."""
        if self._completion.has_leftovers and self._task is None and within > 0:
            await self._completion.check_leftovers(within)

    def resume(self) -> None:
        """Accept batches again after an assignment, unless the worker is shutting down."""
        if not self._shut_down:
            self.assignment, self._ended = Assignment(), None

    async def shutdown(self, consumer: AIOKafkaConsumer | None, within: float) -> None:
        """Pause permanently: ignore partitions assigned during shutdown."""
        self._shut_down = True
        await self.pause(consumer, within, "shutdown")

    async def pause(self, consumer: AIOKafkaConsumer | None, within: float, reason: str) -> None:
        """Finish the current batch and the orders apart within ``within`` seconds; accept no other.

        A batch that waits for a database or a broker is abandoned at once: nothing of it is
        committed, so its records are redelivered. Two calls may overlap, when a worker that stops
        loses its partitions: whichever comes first commits before it forgets what is apart.
        """
        if self.assignment.is_open:
            self._ended = self.assignment
        self.assignment = unassigned()
        deadline = self.worker_state.clock() + within
        await self._drain(self._task, deadline, reason)
        async with self._lock:
            await self._drain(self._completion.checking, deadline, reason)
            if not self.apart.is_empty():
                await self._drain_apart(deadline, reason)
            if consumer is not None and self._ended is not None:
                await self._completion.commit_last(consumer, self._ended)
                self._ended.forget_processed()
            self._ended = None
            self.apart.forget()

    async def _drain_apart(self, deadline: float, reason: str) -> None:
        """Wait for the orders apart until the deadline, then abandon the unfinished ones."""
        self._task = asyncio.create_task(self.apart.drained())
        try:
            await self._drain(self._task, deadline, reason)
        finally:
            self._task = None
            self.apart.cancel()
        ended = asyncio.create_task(self.apart.drained())
        await asyncio.wait({ended}, timeout=GIVE_UP_WITHIN)
        ended.cancel()
        if not self.apart.is_empty():
            self._completion.has_leftovers = True

    async def _drain(self, task: asyncio.Task[None] | None, deadline: float, reason: str) -> None:
        """Wait for the task until the deadline, or until it waits for a service; then cancel it."""
        while (
            task is not None
            and self.worker_state.clock() < deadline
            and not self.worker_state.is_waiting
        ):
            if (await asyncio.wait({task}, timeout=0.05))[0]:
                break
        if task is not None and not task.done():
            _log.warning("abandoned the batch in progress without a commit (%s)", reason)
            self.metrics.abandoned(reason)
            task.cancel()
            await asyncio.wait({task}, timeout=GIVE_UP_WITHIN)

    async def _run(self, records: Sequence[Record]) -> bool:
        """Process a batch; return False if it was abandoned."""
        self._task = task = asyncio.create_task(self._process_until_done(records))
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task}, timeout=GIVE_UP_WITHIN)
            self._completion.has_leftovers = True
            raise
        finally:
            self._task = None
        if task.cancelled():
            self._completion.has_leftovers = True
            return False
        task.result()
        return True

    async def _process_until_done(self, records: Sequence[Record]) -> None:
        await self._retries.until_done(partial(self.process, records))
        self.worker_state.succeeded()


def as_record(raw: ConsumerRecord) -> Record:
    """Convert a consumer record to the projection's type."""
    return Record(
        Coordinates(raw.topic, raw.partition, raw.offset),
        raw.key,
        raw.value,
        raw.headers,
        raw.timestamp,
    )
