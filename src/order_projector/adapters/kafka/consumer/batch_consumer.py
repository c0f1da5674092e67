"""Processing of a batch: from the poll, through the projection, to the commit of its offsets.

One lock is held from the first check of the batch to its commit. When the group revokes
partitions, the rebalance listener waits for that lock: a batch is either committed before another
worker can get its partitions, or abandoned. So are the orders that the projection processes apart
from their batch; until they are done, offsets are committed only below their unfinished records.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Protocol

from aiokafka import (
    AIOKafkaConsumer,
    ConsumerRecord,
    TopicPartition,
)
from aiokafka.errors import (
    CommitFailedError,
    IllegalStateError,
    KafkaError,
)

from order_projector.adapters.kafka.consumer.assignment import Assignment, unassigned
from order_projector.adapters.kafka.consumer.steps import Withheld
from order_projector.projection.ports import Coordinates, Partition, Record
from order_projector.projection.retry import Backoff
from order_projector.projection.steps import ProcessBatch
from order_projector.projection.unexpected_errors import format_stack
from order_projector.projection.worker_state import WorkerState
from order_projector.settings import described

_log: Final = logging.getLogger(__name__)

Positions = Mapping[TopicPartition, int]

COMMIT_WITHIN: Final = 10.0
COMMIT_AGAIN_AFTER: Final = 2.0
GIVE_UP_WITHIN: Final = 8.0
BATCH_FAILED: Final = Backoff(first=0.5, cap=30.0)


def _none_withheld() -> Collection[Partition]:
    return ()


class UnfinishedWork(Protocol):
    """Work that outlives its batch: slow orders, see `projection.slow_orders`."""

    def is_empty(self) -> bool: ...
    def has_failed(self) -> bool: ...
    def unfinished(self) -> Mapping[tuple[str, int], int]: ...
    async def drained(self) -> None: ...
    def cancel(self) -> None: ...
    def forget(self) -> None: ...


class NoUnfinishedWork:
    """For a projection that finishes everything within the batch."""

    def is_empty(self) -> bool:
        """Return True."""
        return True

    def has_failed(self) -> bool:
        """Return False."""
        return False

    def unfinished(self) -> Mapping[tuple[str, int], int]:
        """Return no offsets."""
        return {}

    async def drained(self) -> None:
        """Return at once."""

    def cancel(self) -> None:
        """Do nothing."""

    def forget(self) -> None:
        """Do nothing."""


class BatchMetrics(Protocol):
    """The metrics port of batch processing."""

    def abandoned(self, reason: str) -> None: ...
    def batch_failed(self) -> None: ...
    def commit_failed(self, error: BaseException) -> None: ...


@dataclass(slots=True)
class BatchConsumer:
    """Processes one batch at a time; nothing else commits offsets."""

    process: ProcessBatch
    worker_state: WorkerState
    metrics: BatchMetrics
    withheld: Withheld = _none_withheld
    apart: UnfinishedWork = field(default_factory=NoUnfinishedWork)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    assignment: Assignment = field(default_factory=unassigned)
    """Replaced whenever partitions are assigned or revoked."""
    _shut_down: bool = False
    _task: asyncio.Task[None] | None = None
    _has_abandoned_work: bool = False
    """Whether an abandoned batch may have left follow-up announcements to this worker."""

    async def consume(self, consumer: AIOKafkaConsumer, batch: Sequence[ConsumerRecord]) -> None:
        """Process the records of partitions that are still assigned, then commit their offsets."""
        async with self._lock:
            assignment = self.assignment
            assigned = consumer.assignment() if assignment.is_open else frozenset()
            records = [raw for raw in batch if TopicPartition(raw.topic, raw.partition) in assigned]
            if len(records) < len(batch):
                _log.info("dropped %d records of lost partitions", len(batch) - len(records))
            if records and await self._run([as_record(raw) for raw in records]):
                assignment.record_processed(records, self.withheld())
                await self._commit(consumer, assignment)

    async def on_idle(self, consumer: AIOKafkaConsumer, passed: Positions) -> None:
        """Finish abandoned work and commit pending offsets; called when a poll returns nothing.

        `passed` are the positions of partitions with only transaction markers after the committed
        offset: they are committed as well, so that no lag remains.
        """
        self.worker_state.record_activity()
        assignment = self.assignment
        if assignment.is_open and (self._has_abandoned_work or self.apart.has_failed()):
            async with self._lock:
                await self._run(())
        since = self.worker_state.clock() - assignment.commit_requested_at
        if assignment.processed and since > COMMIT_AGAIN_AFTER:
            await self._commit_if_current(consumer, assignment, {})
        elif passed and not self._has_abandoned_work:
            await self._commit_if_current(consumer, assignment, passed)

    async def _commit_if_current(
        self, consumer: AIOKafkaConsumer, assignment: Assignment, passed: Positions
    ) -> None:
        async with self._lock:
            if assignment is self.assignment and assignment.is_open:
                assignment.processed |= passed
                await self._commit(consumer, assignment)

    async def finish_abandoned(self, within: float) -> None:
        """Finish an abandoned batch's follow-up announcements; give up after ``within`` seconds."""
        if self._has_abandoned_work and self._task is None and within > 0:
            task = asyncio.create_task(self._process_until_done(()))
            done, _ = await asyncio.wait({task}, timeout=within)
            self._has_abandoned_work = not done
            task.cancel()

    def resume(self) -> None:
        """Accept batches again after an assignment, unless the worker is shutting down."""
        if not self._shut_down:
            self.assignment = Assignment()

    async def shutdown(self, consumer: AIOKafkaConsumer | None, within: float) -> None:
        """Pause permanently: ignore partitions assigned during shutdown."""
        self._shut_down = True
        await self.pause(consumer, within, "shutdown")

    async def pause(self, consumer: AIOKafkaConsumer | None, within: float, reason: str) -> None:
        """Finish the current batch and the orders apart within ``within`` seconds; accept no other.

        A batch that waits for a database or a broker is abandoned at once: nothing of it is
        committed, so its records are redelivered.
        """
        revoked, self.assignment = self.assignment, unassigned()
        deadline = self.worker_state.clock() + within
        await self._drain_current(deadline, reason)
        async with self._lock:
            if not self.apart.is_empty():
                await self._drain_apart(deadline, reason)
            if consumer is not None:
                await self._commit(consumer, revoked)
            self.apart.forget()

    async def _drain_apart(self, deadline: float, reason: str) -> None:
        """Wait for the orders apart until the deadline, then abandon the unfinished ones."""
        self._task = asyncio.create_task(self.apart.drained())
        try:
            await self._drain_current(deadline, reason)
        finally:
            self._task = None
            self.apart.cancel()
        ended = asyncio.create_task(self.apart.drained())
        await asyncio.wait({ended}, timeout=GIVE_UP_WITHIN)
        ended.cancel()
        self._has_abandoned_work = self._has_abandoned_work or not self.apart.is_empty()

    async def _drain_current(self, deadline: float, reason: str) -> None:
        while (
            self._task is not None
            and self.worker_state.clock() < deadline
            and not self.worker_state.is_waiting
        ):
            if (await asyncio.wait({self._task}, timeout=0.05))[0]:
                break
        if self._task is not None and not self._task.done():
            _log.warning("abandoned the batch in progress without a commit (%s)", reason)
            self.metrics.abandoned(reason)
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=GIVE_UP_WITHIN)

    async def _run(self, records: Sequence[Record]) -> bool:
        """Process a batch; return False if it was abandoned.

        Called with no records, it finishes the follow-up announcements of an abandoned batch.
        """
        self._has_abandoned_work = True  # until it is done
        self._task = task = asyncio.create_task(self._process_until_done(records))
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task}, timeout=GIVE_UP_WITHIN)
            raise
        finally:
            self._task = None
        if task.cancelled():
            return False
        task.result()
        self._has_abandoned_work = False
        return True

    async def _process_until_done(self, records: Sequence[Record]) -> None:
        """Retry a failing batch without limit: skipping it would lose its records."""
        for attempt in count():
            try:
                await self.process(records)
            except Exception as error:
                _log.error(
                    "a batch failed and was not committed; retrying: %s",
                    format_stack(error),
                )
                self.metrics.batch_failed()
                await asyncio.sleep(BATCH_FAILED.longest(attempt))
            else:
                self.worker_state.succeeded()
                return

    async def _commit(self, consumer: AIOKafkaConsumer, assignment: Assignment) -> None:
        assignment.commit_requested_at = self.worker_state.clock()
        if not (offsets := assignment.uncommitted(self.apart.unfinished())):
            return
        try:
            async with asyncio.timeout(COMMIT_WITHIN):
                await consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError) as error:
            # another worker owns the partitions now: redelivered records are harmless
            _log.warning("offsets not committed: %s", " ".join(str(error).split()))
            self.metrics.commit_failed(error)
            assignment.processed.clear()
        except (KafkaError, TimeoutError, OSError) as error:
            _log.warning("offsets not committed yet: %s", described(error))
            self.metrics.commit_failed(error)
        else:
            assignment.committed |= offsets
        self.worker_state.record_activity()


def as_record(raw: ConsumerRecord) -> Record:
    """Convert a consumer record to the projection's type."""
    return Record(
        Coordinates(raw.topic, raw.partition, raw.offset),
        raw.key,
        raw.value,
        raw.headers,
        raw.timestamp,
    )
