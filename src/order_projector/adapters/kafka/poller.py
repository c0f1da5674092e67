"""How the consumer asks for records, and what it does when partitions move."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, Protocol

from aiokafka import (
    AIOKafkaConsumer,
    ConsumerRebalanceListener,
    ConsumerRecord,
    TopicPartition,
)
from aiokafka.errors import ConsumerStoppedError

from order_projector.adapters.kafka import seams
from order_projector.adapters.kafka.intake import Intake
from order_projector.telemetry.pulse import Pulse

_log: Final = logging.getLogger(__name__)

RESTART_AFTER: Final = 6
LONGEST_PAUSE: Final = 5.0


class Meter(Protocol):
    """What polling and rebalancing report."""

    def poll_failed(self, error: BaseException) -> None: ...
    def rebalanced(self) -> None: ...
    def waiting_for(self, service: str) -> None: ...
    def resumed(self, service: str) -> None: ...


@dataclass(slots=True)
class Poller:
    """Polls; an error is a reason to wait, many in a row are one to make a new consumer."""

    intake: Intake
    meter: Meter
    max_records: int
    wait_ms: int
    restart: asyncio.Event
    _errors: int = field(default=0, init=False)
    _away: bool = field(default=False, init=False)

    async def poll(self, consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
        """The records that are there, none if there are none for a while."""
        try:
            found = await consumer.getmany(timeout_ms=self.wait_ms, max_records=self.max_records)
        except ConsumerStoppedError:
            raise
        except Exception as error:
            await self._failed(error)
            return ()
        self._errors = 0
        self._tell(away=not found and not seams.reaches_group(consumer))
        if not found:
            await self.intake.idle(consumer)
        return tuple(chain.from_iterable(found.values()))

    async def _failed(self, error: Exception) -> None:
        self._errors += 1
        self.meter.poll_failed(error)
        self._tell(away=True)
        _log.warning("a poll failed: %r", error)
        if self._errors % RESTART_AFTER == 0:
            self.restart.set()
        await asyncio.sleep(min(0.1 * 2**self._errors, LONGEST_PAUSE))

    def _tell(self, *, away: bool) -> None:
        if away == self._away:
            return
        self._away = away
        if away:
            self.meter.waiting_for("broker")
            _log.warning("waiting for the broker: the group cannot be reached")
        else:
            self.meter.resumed("broker")
            _log.info("the broker answers again")


class Rebalances(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Keeps partitions until their batch is done, for as long as the group waits."""

    def __init__(
        self,
        intake: Intake,
        pulse: Pulse,
        meter: Meter,
        consumer: Callable[[], AIOKafkaConsumer | None],
        drain_within: float,
    ) -> None:
        self._intake = intake
        self._pulse = pulse
        self._meter = meter
        self._consumer = consumer
        self._drain_within = drain_within

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Finishes the batch in hand; the group waits for this method."""
        self._pulse.revoked()
        if revoked:
            await self._intake.close(self._consumer(), self._drain_within, "rebalance")

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Starts on the partitions of the new share."""
        self._intake.admit()
        self._meter.rebalanced()
        self._pulse.assigned(frozenset((at.topic, at.partition) for at in assigned))
        _log.info("assigned %d partitions: %s", len(assigned), _listed(assigned))


def _listed(partitions: set[TopicPartition]) -> str:
    return ", ".join(f"{topic}-{partition}" for topic, partition in sorted(partitions)) or "none"
