"""The way of a batch: from the poll, through the projection, to the commit of its offsets.

One lock is held from the first look at the batch to its commit. When the group takes partitions
away, the rebalance listener waits for that lock: a batch is either committed before another worker
can get its partitions, or given up. So is what the projection works on apart from its batch; as
long as it does, each partition's offset is committed only below what is not done.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
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
from order_projector.projection.unexpected_errors import format_stack
from order_projector.settings import described
from order_projector.telemetry.worker_state import WorkerState

_log: Final = logging.getLogger(__name__)

Process = Callable[[Sequence[Record]], Awaitable[None]]
Offsets = dict[TopicPartition, int]

COMMIT_WITHIN: Final = 10.0
COMMIT_AGAIN_AFTER: Final = 2.0
GIVE_UP_WITHIN: Final = 8.0
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0


def _nothing() -> Collection[Partition]:
    return ()


class Apart(Protocol):
    """What is not done though its batch is, see `projection.slow_orders`."""

    def is_empty(self) -> bool: ...
    def has_failed(self) -> bool: ...
    def unfinished(self) -> Mapping[tuple[str, int], int]: ...
    async def drained(self) -> None: ...
    def cancel(self) -> None: ...
    def forget(self) -> None: ...


class NothingApart:
    """Of a projection that has done everything when it has done its batch."""

    def is_empty(self) -> bool:
        """It is."""
        return True

    def has_failed(self) -> bool:
        """Nothing can."""
        return False

    def unfinished(self) -> Mapping[tuple[str, int], int]:
        """Nothing is."""
        return {}

    async def drained(self) -> None:
        """At once."""

    def cancel(self) -> None:
        """There is nothing to cancel."""

    def forget(self) -> None:
        """There is nothing to forget."""


class BatchMetrics(Protocol):
    """The metrics port of batch processing."""

    def abandoned(self, reason: str) -> None: ...
    def batch_failed(self) -> None: ...
    def commit_failed(self, error: BaseException) -> None: ...


@dataclass(slots=True)
class Intake:
    """Takes one batch after the other; nothing else commits offsets."""

    process: Process
    worker_state: WorkerState
    metrics: BatchMetrics
    withheld: Callable[[], Collection[Partition]] = _nothing
    """The partitions of which the last batch was not processed: nothing of them is committed."""
    apart: Apart = field(default_factory=NothingApart)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    share: int = 0
    """Counts the times partitions were taken away."""
    _open: bool = False
    """Closed from the moment partitions are taken away until others are given."""
    _ended: bool = False
    _work: asyncio.Task[None] | None = None
    _reached: Offsets = field(default_factory=dict)
    """Where the finished batches of this share end."""
    _committed: Offsets = field(default_factory=dict)
    """What the broker has accepted of it."""
    _committed_at: float = 0.0
    """When it was last asked to."""
    _given_up: bool = False
    """Whether a batch was given up and may have left something that only we can clear away."""

    async def take(self, consumer: AIOKafkaConsumer, batch: Sequence[ConsumerRecord]) -> None:
        """Processes the records of partitions that are still ours, then commits their offsets."""
        async with self._lock:
            assigned = consumer.assignment() if self._open else frozenset()
            records = [raw for raw in batch if TopicPartition(raw.topic, raw.partition) in assigned]
            if len(records) < len(batch):
                _log.info("dropped %d records of lost partitions", len(batch) - len(records))
            if records and await self._finished([as_record(raw) for raw in records]):
                self._reached |= _after(records, self.withheld())
                await self._commit(consumer)

    async def idle(self, consumer: AIOKafkaConsumer, passed: Mapping[TopicPartition, int]) -> None:
        """Pays what is still owed, when there is nothing else to do.

        `passed` are the positions of partitions in which nothing but markers of transactions came
        after what is committed: they are committed as well, so that no lag is left.
        """
        self.worker_state.record_activity()
        if self._open and (self._given_up or self.apart.has_failed()):
            async with self._lock:
                await self._finished(())
        if self._reached and self.worker_state.clock() - self._committed_at > COMMIT_AGAIN_AFTER:
            async with self._lock:
                await self._commit(consumer)
        elif passed and not self._given_up:
            await self._pass(consumer, passed)

    async def _pass(self, consumer: AIOKafkaConsumer, passed: Mapping[TopicPartition, int]) -> None:
        share = self.share
        async with self._lock:
            if self._open and share == self.share:
                self._reached |= passed
                await self._commit(consumer)

    async def clear_up(self, within: float) -> None:
        """Does, for so many seconds, what a batch that was given up has left: the last chance."""
        if self._given_up and self._work is None and within > 0:
            work = asyncio.create_task(self._until_done(()))
            done, _ = await asyncio.wait({work}, timeout=within)
            self._given_up = not done
            work.cancel()

    def admit(self) -> None:
        """Partitions were given: batches are welcome, unless this worker ends."""
        self._open = not self._ended

    async def end(self, consumer: AIOKafkaConsumer | None, within: float) -> None:
        """Closes for good: partitions that are given to a worker that ends are not begun with."""
        self._ended = True
        await self.close(consumer, within, "shutdown")

    async def close(self, consumer: AIOKafkaConsumer | None, within: float, reason: str) -> None:
        """Lets the batch in hand and what is apart finish, for so many seconds, and no other in.

        What waits for a database or a broker, or was stopped by the breaker, is given up at once:
        nothing of it is committed, its records will come again.
        """
        self._open = False
        self.share += 1
        deadline = self.worker_state.clock() + within
        await self._let_finish(deadline, reason)
        async with self._lock:
            if not self.apart.is_empty():
                await self._end_what_is_apart(deadline, reason)
            if consumer is not None:
                await self._commit(consumer)
            self.apart.forget()
            self._reached.clear()
            self._committed.clear()

    async def _end_what_is_apart(self, deadline: float, reason: str) -> None:
        """What is not done by then is given up, and not begun with again."""
        self._work = asyncio.create_task(self.apart.drained())
        try:
            await self._let_finish(deadline, reason)
        finally:
            self._work = None
            self.apart.cancel()
        ended = asyncio.create_task(self.apart.drained())
        await asyncio.wait({ended}, timeout=GIVE_UP_WITHIN)
        ended.cancel()
        self._given_up = self._given_up or not self.apart.is_empty()

    async def _let_finish(self, deadline: float, reason: str) -> None:
        while (
            self._work is not None
            and self.worker_state.clock() < deadline
            and not self.worker_state.is_waiting
        ):
            if (await asyncio.wait({self._work}, timeout=0.05))[0]:
                break
        if self._work is not None and not self._work.done():
            _log.warning("gave up what is in hand, uncommitted (%s)", reason)
            self.metrics.abandoned(reason)
            self._work.cancel()
            await asyncio.wait({self._work}, timeout=GIVE_UP_WITHIN)

    async def _finished(self, records: Sequence[Record]) -> bool:
        """Whether the batch went through; a batch that was given up did not.

        Of no records it is what a batch that was given up has left to be done.
        """
        self._given_up = True  # unless it comes to its end
        self._work = work = asyncio.create_task(self._until_done(records))
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.wait({work}, timeout=GIVE_UP_WITHIN)
            raise
        finally:
            self._work = None
        if work.cancelled():
            return False
        work.result()
        self._given_up = False
        return True

    async def _until_done(self, records: Sequence[Record]) -> None:
        """Passing over a batch would lose it, so one that fails is tried again for ever."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self.process(records)
            except Exception as error:
                _log.error(
                    "a batch failed, nothing of it is committed; trying again: %s",
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
        if not (offsets := self._due()):
            return
        try:
            async with asyncio.timeout(COMMIT_WITHIN):
                await consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError) as error:
            # the partitions are somebody else's now: the records come again, which is harmless
            _log.warning("offsets not committed: %s", " ".join(str(error).split()))
            self.metrics.commit_failed(error)
            self._reached.clear()
        except (KafkaError, TimeoutError, OSError) as error:
            _log.warning("offsets not committed yet: %s", described(error))
            self.metrics.commit_failed(error)
        else:
            self._committed |= offsets
        self.worker_state.record_activity()

    def _due(self) -> Offsets:
        """The offsets below which everything is done, where the broker has not accepted them."""
        unfinished = self.apart.unfinished()
        done = {
            at: min(offset, unfinished.get((at.topic, at.partition), offset))
            for at, offset in self._reached.items()
        }
        return {at: offset for at, offset in done.items() if offset != self._committed.get(at)}


def as_record(raw: ConsumerRecord) -> Record:
    """The record as the projection knows it."""
    return Record(
        Coordinates(raw.topic, raw.partition, raw.offset),
        raw.key,
        raw.value,
        raw.headers,
        raw.timestamp,
    )


def _after(batch: Sequence[ConsumerRecord], withheld: Collection[Partition]) -> Offsets:
    """Where to go on in each partition of the batch; within one, records come in their order."""
    return {
        TopicPartition(raw.topic, raw.partition): raw.offset + 1
        for raw in batch
        if (raw.topic, raw.partition) not in withheld
    }
