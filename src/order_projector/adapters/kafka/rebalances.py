"""What happens when partitions move between workers."""

import logging
from collections.abc import Callable
from typing import Final, Protocol

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from order_projector.adapters.kafka.intake import Intake
from order_projector.telemetry.worker_state import WorkerState

_log: Final = logging.getLogger(__name__)


class RebalanceMetrics(Protocol):
    """The metrics port of rebalances."""

    def rebalanced(self) -> None: ...


class Rebalances(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Keeps partitions until their batch is done, for as long as the group waits."""

    def __init__(
        self,
        intake: Intake,
        worker_state: WorkerState,
        metrics: RebalanceMetrics,
        consumer: Callable[[], AIOKafkaConsumer | None],
        drain_within: float,
        forget: Callable[[], None],
    ) -> None:
        """Drain for so many seconds; ``forget`` is called when partitions have moved."""
        self._intake = intake
        self._worker_state = worker_state
        self._metrics = metrics
        self._consumer = consumer
        self._drain_within = drain_within
        self._forget = forget

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Finishes the batch in hand; the group waits for this method."""
        self._worker_state.revoked()
        if revoked:
            await self._intake.close(self._consumer(), self._drain_within, "rebalance")
        self._forget()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Starts on the partitions of the new share."""
        self._forget()
        self._intake.admit()
        self._metrics.rebalanced()
        self._worker_state.assigned(frozenset((at.topic, at.partition) for at in assigned))
        _log.info("assigned %d partitions: %s", len(assigned), _listed(assigned))


def _listed(partitions: set[TopicPartition]) -> str:
    return ", ".join(f"{topic}-{partition}" for topic, partition in sorted(partitions)) or "none"
