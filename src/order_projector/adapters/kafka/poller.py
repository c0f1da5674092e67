"""How the consumer asks for records: partition by partition, so that none can hurt another.

aiokafka's `getmany` over several partitions loses what it has already drained of some when it fails
on the next one: their positions have moved on, and a later commit would pass over the records.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError

from order_projector.adapters.kafka import seams
from order_projector.adapters.kafka.batch_consumer import BatchConsumer
from order_projector.adapters.kafka.offsets import Offsets
from order_projector.settings import described
from order_projector.telemetry.worker_state import WorkerState

_log: Final = logging.getLogger(__name__)

RESTART_AFTER: Final = 6
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
CAREFUL_FOR: Final = 2.0
CALM_FOR: Final = 5.0
"""Seconds in which a partition was asked and did not fail: then it can be read, if it is empty."""

_OUT_OF_REACH: Final = "the group cannot be reached"


class ConsumerMetrics(Protocol):
    """The metrics port of the consumer."""

    def poll_failed(self, error: BaseException) -> None: ...
    def waiting_for(self, service: str, reason: str) -> None: ...
    def resumed(self, service: str) -> None: ...


@dataclass(slots=True)
class Trouble:
    """A partition that cannot be read now: how often that was seen, and when to look again."""

    times: int = 0
    again_at: float = 0.0


@dataclass(slots=True)
class Poller:
    """Polls; an error is a reason to wait, many in a row are one to make a new consumer."""

    batch_consumer: BatchConsumer
    offsets: Offsets
    worker_state: WorkerState
    metrics: ConsumerMetrics
    max_records: int
    wait_ms: int
    restart: asyncio.Event
    hold: Callable[[AIOKafkaConsumer], Awaitable[None]]
    """Pauses the partitions that stand still, and resumes the others."""
    _troubles: dict[TopicPartition, Trouble] = field(default_factory=dict, init=False)
    _errors: int = field(default=0, init=False)
    _turn: int = field(default=0, init=False)
    _careful_until: float = field(default=0.0, init=False)
    _away: bool = field(default=False, init=False)
    _generation: int = field(default=0, init=False)

    async def poll(self, consumer: AIOKafkaConsumer) -> Sequence[ConsumerRecord]:
        """The records that are there, none if there are none for a while."""
        batch = list[ConsumerRecord]()
        if self._generation != self.batch_consumer.generation:
            self._start_afresh()
        for gone in self._troubles.keys() - consumer.assignment():  # moved while it was asked
            self._untroubled(gone)
        await self.hold(consumer)
        if self._troubles or self.worker_state.clock() < self._careful_until:
            await self._rest(consumer, batch)
            if not batch:
                await asyncio.sleep(self.wait_ms / 1_000)
        elif await self._first(consumer, batch):
            await self._rest(consumer, batch)
        if batch:
            self._errors = 0
        else:
            await self.batch_consumer.on_idle(consumer, self.offsets.passed(consumer))
        self._tell(away=not batch and (self._errors > 0 or not seams.reaches_group(consumer)))
        return tuple(batch)

    def _start_afresh(self) -> None:
        """Partitions have moved: what was wrong with them is for their next reader to find out."""
        self._generation, self._errors = self.batch_consumer.generation, 0
        self.offsets.forget()
        self._troubles.clear()
        seams.read_header_names_quickly()

    async def _first(self, consumer: AIOKafkaConsumer, batch: list[ConsumerRecord]) -> bool:
        """Waits for one record of any partition: with one, an error can lose none.

        An error does not say whose it is; then the partitions are asked one by one for a while.
        """
        try:
            found = await consumer.getmany(timeout_ms=self.wait_ms, max_records=1)
        except ConsumerStoppedError:
            raise
        except Exception as error:
            _log.warning("a poll failed: %s", described(error))
            self.metrics.poll_failed(error)
            self._careful_until = self.worker_state.clock() + CAREFUL_FOR
            self._count(consumer)
            await asyncio.sleep(FIRST_PAUSE)
            return False
        self._errors = 0
        for partition, records in found.items():
            self._take(partition, records, batch)
        return bool(batch)

    def _take(
        self,
        partition: TopicPartition,
        records: Sequence[ConsumerRecord],
        batch: list[ConsumerRecord],
    ) -> None:
        if records:
            self.offsets.read(partition, records)
            batch.extend(records)

    async def _rest(self, consumer: AIOKafkaConsumer, batch: list[ConsumerRecord]) -> None:
        """Fills the batch with what else is there, each time beginning with another partition."""
        assigned = sorted(consumer.assignment(), key=lambda each: (each.partition, each.topic))
        self._turn += 1
        start = self._turn % len(assigned) if assigned else 0
        for partition in assigned[start:] + assigned[:start]:
            room = self.max_records - len(batch)
            if room <= 0:
                break
            trouble = self._troubles.get(partition)
            if trouble is None or trouble.again_at <= self.worker_state.clock():
                await self._read(consumer, partition, room, batch)

    async def _read(
        self,
        consumer: AIOKafkaConsumer,
        partition: TopicPartition,
        room: int,
        batch: list[ConsumerRecord],
    ) -> None:
        generation = self.batch_consumer.generation
        try:
            found = await consumer.getmany(partition, timeout_ms=0, max_records=room)
        except ConsumerStoppedError:
            raise
        except Exception as error:
            self._mark(consumer, partition, error)
            return
        if (
            generation != self.batch_consumer.generation
        ):  # what was read before it will be read again
            batch.clear()
            self._start_afresh()
        records = found.get(partition, ())
        self._take(partition, records, batch)
        if records or self._calm(partition):
            self._untroubled(partition)

    def _mark(
        self, consumer: AIOKafkaConsumer, partition: TopicPartition, error: Exception
    ) -> None:
        """Leaves a partition alone for a while; the others go on."""
        trouble = self._troubles.setdefault(partition, Trouble())
        pause = min(FIRST_PAUSE * 2**trouble.times, LONGEST_PAUSE)
        trouble.times += 1
        trouble.again_at = self.worker_state.clock() + pause
        name = f"{partition.topic}-{partition.partition}"
        self.metrics.poll_failed(error)
        _log.warning("%s cannot be read: %s", name, described(error))
        if isinstance(error, UnicodeDecodeError):
            seams.read_any_header_name(consumer, partition)
        else:
            self.worker_state.unreadable_partitions[name] = described(error)
        self._count(consumer)

    def _calm(self, partition: TopicPartition) -> bool:
        """Whether a partition that could not be read has not failed since, though it was asked."""
        trouble = self._troubles.get(partition)
        return trouble is not None and trouble.again_at + CALM_FOR <= self.worker_state.clock()

    def _untroubled(self, partition: TopicPartition) -> None:
        if self._troubles.pop(partition, None) is None:
            return
        self.worker_state.unreadable_partitions.pop(
            f"{partition.topic}-{partition.partition}", None
        )
        if not self._troubles:
            self._errors = 0
            seams.read_header_names_quickly()

    def _count(self, consumer: AIOKafkaConsumer) -> None:
        """Counts errors while no partition at all can be read; many of them are enough."""
        if not consumer.assignment() <= self._troubles.keys():
            return
        self._errors += 1
        if self._errors >= RESTART_AFTER:
            self._errors = 0
            self._troubles.clear()
            self.restart.set()

    def _tell(self, *, away: bool) -> None:
        if away == self._away:
            return
        self._away = away
        if away:
            self.metrics.waiting_for("broker", _OUT_OF_REACH)
            _log.warning("waiting for the broker: %s", _OUT_OF_REACH)
        else:
            self.metrics.resumed("broker")
            _log.info("the broker answers again")
