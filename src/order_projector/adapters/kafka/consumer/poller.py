"""Polling partition by partition, so that a failing partition cannot affect another.

If aiokafka's `getmany` over several partitions fails on one of them, it loses the records already
drained from the others: their positions have advanced, and a later commit would skip the records.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.consumer.assignment import (
    Assignment,
    PartitionBackoff,
    unassigned,
)
from order_projector.adapters.kafka.consumer.batch_consumer import BatchConsumer
from order_projector.adapters.kafka.consumer.offsets import Offsets
from order_projector.projection.retry import Backoff
from order_projector.projection.worker_state import WorkerState
from order_projector.settings import described

_log: Final = logging.getLogger(__name__)

RESTART_AFTER: Final = 6
POLL_FAILED: Final = Backoff(first=0.2, cap=5.0)
ONE_BY_ONE_FOR: Final = 2.0
RECOVERED_AFTER: Final = 5.0
"""Seconds of polling without a failure after which an empty partition counts as readable."""

_OUT_OF_REACH: Final = "the group cannot be reached"


class ConsumerMetrics(Protocol):
    """The metrics port of the consumer."""

    def poll_failed(self, error: BaseException) -> None: ...
    def waiting_for(self, service: str, reason: str) -> None: ...
    def resumed(self, service: str) -> None: ...


class EnforceBreakers(Protocol):
    """Pauses the partitions whose breaker is open, and resumes the others.

    Called before each poll, while no batch is in hand. It may ask the brokers and the database for
    some seconds, in which no partition is read; it raises only if the consumer has stopped.
    """

    async def __call__(self, consumer: AIOKafkaConsumer, /) -> None: ...


@dataclass(slots=True)
class Poller:
    """Polls with back-off on errors; after many in a row, requests a new consumer."""

    batch_consumer: BatchConsumer
    offsets: Offsets
    worker_state: WorkerState
    metrics: ConsumerMetrics
    max_records: int
    wait_ms: int
    restart: asyncio.Event
    enforce_breakers: EnforceBreakers
    """Pauses the partitions whose breaker is open, and resumes the others."""
    _assignment: Assignment = field(default_factory=unassigned, init=False)
    """The assignment of the last poll."""
    _turn: int = field(default=0, init=False)
    _one_by_one_until: float = field(default=0.0, init=False)
    _unreachable: bool = field(default=False, init=False)

    async def poll(self, consumer: AIOKafkaConsumer) -> Sequence[ConsumerRecord]:
        """Return the available records; empty if none arrive within the poll timeout."""
        batch = list[ConsumerRecord]()
        if self._assignment is not self.batch_consumer.assignment:
            self._begin()
        for moved in self._assignment.backoffs.keys() - consumer.assignment():
            self._clear_backoff(moved)  # it failed while partitions were revoked
        await self.enforce_breakers(consumer)
        if self._assignment.backoffs or self.worker_state.clock() < self._one_by_one_until:
            await self._read_each(consumer, batch)
            if not batch:
                await asyncio.sleep(self.wait_ms / 1_000)
        elif await self._read_any(consumer, batch):
            await self._read_each(consumer, batch)
        if batch:
            self._assignment.poll_errors = 0
        else:
            await self.batch_consumer.on_idle(consumer, self.offsets.passed(consumer))
        failing = self._assignment.poll_errors > 0
        self._report_reachability(
            unreachable=not batch and (failing or not private_api.reaches_group(consumer))
        )
        return tuple(batch)

    def _begin(self) -> None:
        """Begin an assignment without the errors of the last one: they were its partitions'."""
        self._assignment = self.batch_consumer.assignment
        self.offsets.begin(self._assignment)
        private_api.use_default_records()

    async def _read_any(self, consumer: AIOKafkaConsumer, batch: list[ConsumerRecord]) -> bool:
        """Wait for one record of any partition; as it is only one, an error cannot lose others.

        An error does not name its partition, so poll them one by one for a while after it.
        """
        try:
            found = await consumer.getmany(timeout_ms=self.wait_ms, max_records=1)
        except ConsumerStoppedError:
            raise
        except Exception as error:
            _log.warning("poll failed: %s", described(error))
            self.metrics.poll_failed(error)
            self._one_by_one_until = self.worker_state.clock() + ONE_BY_ONE_FOR
            self._count_error(consumer)
            await asyncio.sleep(POLL_FAILED.first)
            return False
        self._assignment.poll_errors = 0
        for partition, records in found.items():
            self._collect(partition, records, batch)
        return bool(batch)

    def _collect(
        self,
        partition: TopicPartition,
        records: Sequence[ConsumerRecord],
        batch: list[ConsumerRecord],
    ) -> None:
        if records:
            self.offsets.read(partition, records)
            batch.extend(records)

    async def _read_each(self, consumer: AIOKafkaConsumer, batch: list[ConsumerRecord]) -> None:
        """Fill the batch from each partition, in round-robin order of the first one."""
        assigned = sorted(consumer.assignment(), key=lambda each: (each.partition, each.topic))
        self._turn += 1
        start = self._turn % len(assigned) if assigned else 0
        for partition in assigned[start:] + assigned[:start]:
            room = self.max_records - len(batch)
            if room <= 0:
                break
            backoff = self._assignment.backoffs.get(partition)
            if backoff is None or backoff.retry_at <= self.worker_state.clock():
                await self._read_one(consumer, partition, room, batch)

    async def _read_one(
        self,
        consumer: AIOKafkaConsumer,
        partition: TopicPartition,
        room: int,
        batch: list[ConsumerRecord],
    ) -> None:
        assignment = self.batch_consumer.assignment
        try:
            found = await consumer.getmany(partition, timeout_ms=0, max_records=room)
        except ConsumerStoppedError:
            raise
        except Exception as error:
            self._back_off(consumer, partition, error)
            return
        if assignment is not self.batch_consumer.assignment:
            batch.clear()  # the records read before are redelivered
            self._begin()
        records = found.get(partition, ())
        self._collect(partition, records, batch)
        if records or self._has_recovered(partition):
            self._clear_backoff(partition)

    def _back_off(
        self, consumer: AIOKafkaConsumer, partition: TopicPartition, error: Exception
    ) -> None:
        """Back off from a failing partition; the others are still polled."""
        backoff = self._assignment.backoffs.setdefault(partition, PartitionBackoff())
        backoff.retry_at = self.worker_state.clock() + POLL_FAILED.longest(backoff.attempts)
        backoff.attempts += 1
        name = f"{partition.topic}-{partition.partition}"
        self.metrics.poll_failed(error)
        _log.warning("%s cannot be read: %s", name, described(error))
        if isinstance(error, UnicodeDecodeError):
            private_api.use_lenient_records(consumer, partition)
        else:
            self.worker_state.unreadable_partitions[name] = described(error)
        self._count_error(consumer)

    def _has_recovered(self, partition: TopicPartition) -> bool:
        """Whether a failing partition has been polled without an error for long enough."""
        backoff = self._assignment.backoffs.get(partition)
        return (
            backoff is not None and backoff.retry_at + RECOVERED_AFTER <= self.worker_state.clock()
        )

    def _clear_backoff(self, partition: TopicPartition) -> None:
        if self._assignment.backoffs.pop(partition, None) is None:
            return
        self.worker_state.unreadable_partitions.pop(
            f"{partition.topic}-{partition.partition}", None
        )
        if not self._assignment.backoffs:
            self._assignment.poll_errors = 0
            private_api.use_default_records()

    def _count_error(self, consumer: AIOKafkaConsumer) -> None:
        """Count errors while no partition can be read; request a restart at the limit."""
        if not consumer.assignment() <= self._assignment.backoffs.keys():
            return
        self._assignment.poll_errors += 1
        if self._assignment.poll_errors >= RESTART_AFTER:
            self._assignment.poll_errors = 0
            self._assignment.backoffs.clear()
            self.restart.set()

    def _report_reachability(self, *, unreachable: bool) -> None:
        if unreachable == self._unreachable:
            return
        self._unreachable = unreachable
        if unreachable:
            self.metrics.waiting_for("broker", _OUT_OF_REACH)
            _log.warning("waiting for the broker: %s", _OUT_OF_REACH)
        else:
            self.metrics.resumed("broker")
            _log.info("the broker is available again")
