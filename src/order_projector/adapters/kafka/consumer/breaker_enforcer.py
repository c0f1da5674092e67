"""Keep the consumer off partitions whose breaker is open or that an operator has paused.

It stays in the group. They are paused, and their position is reset, so that no record is skipped
when they resume. If another release has opened the breaker, the first and the last record held back
are fetched and tried.
"""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import count
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
POLLS_BEYOND_THE_END: Final = 4


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
        position, left = await consumer.position(at), None
        if position <= state.held.last:
            try:
                left = await _first_and_last_left(consumer, at, state.held)
            finally:
                if at in consumer.assignment():
                    consumer.seek(at, position)
                    consumer.pause(at)
        if left is None:
            await self.decisions.release_removed(state)
        else:
            await self.decisions.judge(state, *map(as_record, left))


async def _first_and_last_left(
    consumer: AIOKafkaConsumer, at: TopicPartition, held: HeldBack
) -> tuple[ConsumerRecord, ConsumerRecord] | None:
    """Return the first and the last of these records that the partition holds; None if none.

    Retention may have removed them. A topic that was created again may end before them, and then a
    fetch begins with its first record.
    """
    if (await consumer.beginning_offsets([at]))[at] > held.last:
        return None
    end = (await consumer.end_offsets([at]))[at]
    first = await _fetch_from(consumer, at, held.first, end)
    if first is None or not held.first <= first.offset <= held.last:
        return None
    last = await _fetch_from(consumer, at, held.last, end)
    return None if last is None or last.offset < held.last else (first, last)


async def _fetch_from(
    consumer: AIOKafkaConsumer, at: TopicPartition, offset: int, end: int
) -> ConsumerRecord | None:
    """Fetch the record at this offset; if it was removed, the first one after it.

    None if nothing comes from beyond the end. The reported end alone is no proof of that: a broker
    may report one that is too low for a while.
    """
    consumer.seek(at, offset)
    consumer.resume(at)
    for polls in count(1):
        try:
            found = await consumer.getmany(at, timeout_ms=FETCH_MS, max_records=1)
        except UnicodeDecodeError:
            private_api.use_lenient_records(consumer, at)
            continue
        if records := found.get(at):
            return records[0]
        if offset >= end and polls >= POLLS_BEYOND_THE_END:
            return None
    return None
