"""Processing of a batch: from the poll, through the projection, to the commit of its offsets.

One lock is held from the first check of the batch to its commit. When the group revokes
partitions, the rebalance listener waits for that lock: a batch is either committed before another
worker can get its partitions, or abandoned. So are the orders that the projection processes apart
from their batch; until they are done, offsets are committed only below their unfinished records.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
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

from order_projector.projection.ports import Coordinates, Partition, Record
from order_projector.projection.steps import ProcessBatch
from order_projector.projection.unexpected_errors import format_stack
from order_projector.projection.worker_state import WorkerState
from order_projector.settings import described

_log: Final = logging.getLogger(__name__)

OffsetMap = dict[TopicPartition, int]
Positions = Mapping[TopicPartition, int]

COMMIT_WITHIN: Final = 10.0
COMMIT_AGAIN_AFTER: Final = 2.0
GIVE_UP_WITHIN: Final = 8.0
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0


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
    withheld: Callable[[], Collection[Partition]] = _none_withheld
    """Returns the partitions of the last batch whose offsets must not be committed."""
    apart: UnfinishedWork = field(default_factory=NoUnfinishedWork)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    generation: int = 0
    """Incremented whenever partitions are revoked."""
    _accepting: bool = False
    """False from the revocation of partitions until the next assignment."""
    _shut_down: bool = False
    _task: asyncio.Task[None] | None = None
    _processed: OffsetMap = field(default_factory=dict)
    """Offsets after the batches processed in this generation."""
    _committed: OffsetMap = field(default_factory=dict)
    """Offsets that the broker has accepted in this generation."""
    _committed_at: float = 0.0
    """Time of the last commit request."""
    _has_abandoned_work: bool = False
    """Whether an abandoned batch may have left follow-up announcements to this worker."""

    async def consume(self, consumer: AIOKafkaConsumer, batch: Sequence[ConsumerRecord]) -> None:
        """Process the records of partitions that are still assigned, then commit their offsets."""
        async with self._lock:
            assigned = consumer.assignment() if self._accepting else frozenset()
            records = [raw for raw in batch if TopicPartition(raw.topic, raw.partition) in assigned]
            if len(records) < len(batch):
                _log.info("dropped %d records of lost partitions", len(batch) - len(records))
            if records and await self._run([as_record(raw) for raw in records]):
                self._processed |= _next_offsets(records, self.withheld())
                await self._commit(consumer)

    async def on_idle(self, consumer: AIOKafkaConsumer, passed: Positions) -> None:
        """Finish abandoned work and commit pending offsets; called when a poll returns nothing.

        `passed` are the positions of partitions with only transaction markers after the committed
        offset: they are committed as well, so that no lag remains.
        """
        self.worker_state.record_activity()
        if self._accepting and (self._has_abandoned_work or self.apart.has_failed()):
            async with self._lock:
                await self._run(())
        if self._processed and self.worker_state.clock() - self._committed_at > COMMIT_AGAIN_AFTER:
            async with self._lock:
                await self._commit(consumer)
        elif passed and not self._has_abandoned_work:
            await self._commit_passed(consumer, passed)

    async def _commit_passed(self, consumer: AIOKafkaConsumer, passed: Positions) -> None:
        generation = self.generation
        async with self._lock:
            if self._accepting and generation == self.generation:
                self._processed |= passed
                await self._commit(consumer)

    async def finish_abandoned(self, within: float) -> None:
        """Finish an abandoned batch's follow-up announcements; give up after ``within`` seconds."""
        if self._has_abandoned_work and self._task is None and within > 0:
            task = asyncio.create_task(self._process_until_done(()))
            done, _ = await asyncio.wait({task}, timeout=within)
            self._has_abandoned_work = not done
            task.cancel()

    def resume(self) -> None:
        """Accept batches again after an assignment, unless the worker is shutting down."""
        self._accepting = not self._shut_down

    async def shutdown(self, consumer: AIOKafkaConsumer | None, within: float) -> None:
        """Pause permanently: ignore partitions assigned during shutdown."""
        self._shut_down = True
        await self.pause(consumer, within, "shutdown")

    async def pause(self, consumer: AIOKafkaConsumer | None, within: float, reason: str) -> None:
        """Finish the current batch and the orders apart within ``within`` seconds; accept no other.

        A batch that waits for a database or a broker is abandoned at once: nothing of it is
        committed, so its records are redelivered.
        """
        self._accepting = False
        self.generation += 1
        deadline = self.worker_state.clock() + within
        await self._drain_current(deadline, reason)
        async with self._lock:
            if not self.apart.is_empty():
                await self._drain_apart(deadline, reason)
            if consumer is not None:
                await self._commit(consumer)
            self.apart.forget()
            self._processed.clear()
            self._committed.clear()

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
        pause = FIRST_PAUSE
        while True:
            try:
                await self.process(records)
            except Exception as error:
                _log.error(
                    "a batch failed and was not committed; retrying: %s",
                    format_stack(error),
                )
                self.metrics.batch_failed()
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                self.worker_state.succeeded()
                return

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        self._committed_at = self.worker_state.clock()
        if not (offsets := self._pending_offsets()):
            return
        try:
            async with asyncio.timeout(COMMIT_WITHIN):
                await consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError) as error:
            # another worker owns the partitions now: redelivered records are harmless
            _log.warning("offsets not committed: %s", " ".join(str(error).split()))
            self.metrics.commit_failed(error)
            self._processed.clear()
        except (KafkaError, TimeoutError, OSError) as error:
            _log.warning("offsets not committed yet: %s", described(error))
            self.metrics.commit_failed(error)
        else:
            self._committed |= offsets
        self.worker_state.record_activity()

    def _pending_offsets(self) -> OffsetMap:
        """Return the uncommitted offsets below which all records are done."""
        unfinished = self.apart.unfinished()
        done = {
            at: min(offset, unfinished.get((at.topic, at.partition), offset))
            for at, offset in self._processed.items()
        }
        return {at: offset for at, offset in done.items() if offset != self._committed.get(at)}


def as_record(raw: ConsumerRecord) -> Record:
    """Convert a consumer record to the projection's type."""
    return Record(
        Coordinates(raw.topic, raw.partition, raw.offset),
        raw.key,
        raw.value,
        raw.headers,
        raw.timestamp,
    )


def _next_offsets(batch: Sequence[ConsumerRecord], withheld: Collection[Partition]) -> OffsetMap:
    """Return the next offset of each partition in the batch, except the withheld ones."""
    return {
        TopicPartition(raw.topic, raw.partition): raw.offset + 1
        for raw in batch
        if (raw.topic, raw.partition) not in withheld
    }
