"""Keeps the consumer off the partitions that stand still, without losing its membership.

They are paused, and sought back to where they stood, so that nothing of them is passed over when
they go on. Where another release has stopped them, the first and the last record that are held back
are fetched and tried.
"""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError, KafkaError

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.batch_consumer import as_record
from order_projector.projection.ports import (
    BreakerState,
    HeldBack,
    Partition,
    Record,
    Unavailable,
)
from order_projector.settings import described
from order_projector.telemetry.worker_state import WorkerState

_log: Final = logging.getLogger(__name__)

TRIED_WITHIN: Final = 5.0
"""Seconds for the trial of one partition, in which no other is read."""
AGAIN_AFTER: Final = 15.0
FETCH_MS: Final = 500


class Holds(Protocol):
    """What stands still, as the projection decides it."""

    def closed_to(self, partition: Partition) -> bool: ...
    def resume_at(self, partition: Partition) -> int | None: ...
    def untried(self) -> Collection[BreakerState]: ...
    async def judge(self, state: BreakerState, first: Record, last: Record) -> None: ...
    async def release_removed(self, state: BreakerState) -> None: ...


@dataclass(slots=True)
class Holding:
    """Makes the consumer do as the breakers say."""

    holds: Holds
    worker_state: WorkerState
    _again_at: dict[Partition, float] = field(default_factory=dict)

    async def apply(self, consumer: AIOKafkaConsumer) -> None:
        """Pause and resume; to be called before each poll, while no batch is in hand."""
        for at in sorted(consumer.assignment()):
            where = (at.topic, at.partition)
            if (offset := self.holds.resume_at(where)) is not None:
                consumer.seek(at, offset)
            if self.holds.closed_to(where):
                consumer.pause(at)
            elif at in consumer.paused():
                consumer.resume(at)
        for state in self.holds.untried():
            if self.worker_state.clock() >= self._again_at.get(state.partition, 0.0):
                await self._try(consumer, state)

    async def _try(self, consumer: AIOKafkaConsumer, state: BreakerState) -> None:
        at = TopicPartition(state.held.topic, state.held.partition)
        if at not in consumer.assignment():
            return
        self._again_at[state.partition] = self.worker_state.clock() + AGAIN_AFTER
        try:
            async with asyncio.timeout(TRIED_WITHIN):
                await self._tried(consumer, at, state)
        except ConsumerStoppedError:
            raise
        except (KafkaError, OSError, TimeoutError, Unavailable, UnicodeDecodeError) as error:
            _log.warning(
                "what is held back of %s-%d cannot be tried now: %s",
                at.topic,
                at.partition,
                described(error),
            )
        finally:
            private_api.use_default_records()

    async def _tried(
        self, consumer: AIOKafkaConsumer, at: TopicPartition, state: BreakerState
    ) -> None:
        position = await consumer.position(at)
        if position > state.held.last or not await _kept(consumer, at, state.held):
            await self.holds.release_removed(state)
            return
        try:
            first = await _fetched(consumer, at, state.held.first)
            last = await _fetched(consumer, at, state.held.last)
        finally:
            if at in consumer.assignment():
                consumer.seek(at, position)
                consumer.pause(at)
        if first.offset > state.held.last:
            await self.holds.release_removed(state)
        else:
            await self.holds.judge(state, as_record(first), as_record(last))


async def _kept(consumer: AIOKafkaConsumer, at: TopicPartition, held: HeldBack) -> bool:
    """Whether the topic still reaches from some of these records to the last of them.

    Retention may have removed them, and a topic that was made again may end before them.
    """
    begins = await consumer.beginning_offsets([at])
    ends = await consumer.end_offsets([at])
    return bool(begins[at] <= held.last < ends[at])


async def _fetched(consumer: AIOKafkaConsumer, at: TopicPartition, offset: int) -> ConsumerRecord:
    """The first record from this offset on; if that one was removed, the first that is left."""
    consumer.seek(at, offset)
    consumer.resume(at)
    while True:
        try:
            found = await consumer.getmany(at, timeout_ms=FETCH_MS, max_records=1)
        except UnicodeDecodeError:
            private_api.use_lenient_records(consumer, at)
            continue
        if records := found.get(at):
            return records[0]
