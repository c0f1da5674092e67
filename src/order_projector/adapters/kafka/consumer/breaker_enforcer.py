"""Keep the consumer off partitions whose breaker is open or that an operator has paused.

It stays in the group. They are paused, and their position is reset, so that no record is skipped
when they resume. If another release has opened the breaker, the first and the last record held back
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
from order_projector.adapters.kafka.consumer.batch_consumer import as_record
from order_projector.projection.ports import (
    BreakerState,
    HeldBack,
    Partition,
    Record,
    Unavailable,
)
from order_projector.projection.worker_state import WorkerState
from order_projector.settings import described

_log: Final = logging.getLogger(__name__)

TRIAL_WITHIN: Final = 5.0
"""Seconds for the trial of one partition; no other is polled during it."""
RETRY_AFTER: Final = 15.0
FETCH_MS: Final = 500


class BreakerDecisions(Protocol):
    """The projection's decisions: which partitions are stopped."""

    def closed_to(self, partition: Partition) -> bool: ...
    def resume_at(self, partition: Partition) -> int | None: ...
    def untried(self) -> Collection[BreakerState]: ...
    async def judge(self, state: BreakerState, first: Record, last: Record) -> None: ...
    async def release_removed(self, state: BreakerState) -> None: ...


@dataclass(slots=True)
class BreakerEnforcer:
    """Pauses, rewinds and resumes partitions as the breakers require."""

    decisions: BreakerDecisions
    worker_state: WorkerState
    _retry_at: dict[Partition, float] = field(default_factory=dict)

    async def apply(self, consumer: AIOKafkaConsumer) -> None:
        """Pause and resume partitions; call before each poll, when no batch is being processed."""
        for at in sorted(consumer.assignment()):
            where = (at.topic, at.partition)
            if (offset := self.decisions.resume_at(where)) is not None:
                consumer.seek(at, offset)
            if self.decisions.closed_to(where) or self.worker_state.is_paused(at.topic):
                consumer.pause(at)
            elif at in consumer.paused():
                consumer.resume(at)
        for state in self.decisions.untried():
            if self.worker_state.clock() >= self._retry_at.get(state.partition, 0.0):
                await self._try_held_records(consumer, state)

    async def _try_held_records(self, consumer: AIOKafkaConsumer, state: BreakerState) -> None:
        at = TopicPartition(state.held.topic, state.held.partition)
        if at not in consumer.assignment():
            return
        self._retry_at[state.partition] = self.worker_state.clock() + RETRY_AFTER
        try:
            async with asyncio.timeout(TRIAL_WITHIN):
                await self._fetch_and_judge(consumer, at, state)
        except ConsumerStoppedError:
            raise
        except (KafkaError, OSError, TimeoutError, Unavailable, UnicodeDecodeError) as error:
            _log.warning(
                "cannot retry the records held back of %s-%d now: %s",
                at.topic,
                at.partition,
                described(error),
            )
        finally:
            private_api.use_default_records()

    async def _fetch_and_judge(
        self, consumer: AIOKafkaConsumer, at: TopicPartition, state: BreakerState
    ) -> None:
        position = await consumer.position(at)
        if position > state.held.last or not await _is_retained(consumer, at, state.held):
            await self.decisions.release_removed(state)
            return
        try:
            first = await _fetch_from(consumer, at, state.held.first)
            last = await _fetch_from(consumer, at, state.held.last)
        finally:
            if at in consumer.assignment():
                consumer.seek(at, position)
                consumer.pause(at)
        if first.offset > state.held.last:
            await self.decisions.release_removed(state)
        else:
            await self.decisions.judge(state, as_record(first), as_record(last))


async def _is_retained(consumer: AIOKafkaConsumer, at: TopicPartition, held: HeldBack) -> bool:
    """Whether the partition still holds some of these records, up to the last one.

    Retention may have removed them, and a recreated topic may end before them.
    """
    begins = await consumer.beginning_offsets([at])
    ends = await consumer.end_offsets([at])
    return bool(begins[at] <= held.last < ends[at])


async def _fetch_from(
    consumer: AIOKafkaConsumer, at: TopicPartition, offset: int
) -> ConsumerRecord:
    """Fetch the record at this offset; if it was removed, the first one after it."""
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
