"""The rebalance listener: drains the current batch before partitions move to other workers."""

import logging
from typing import Final, Protocol

from aiokafka import ConsumerRebalanceListener, TopicPartition

from order_projector.adapters.kafka.consumer.batch_consumer import BatchConsumer
from order_projector.adapters.kafka.consumer.steps import CurrentConsumer, ForgetAssignment
from order_projector.projection.worker_state import WorkerState

_log: Final = logging.getLogger(__name__)


class RebalanceMetrics(Protocol):
    """The metrics port of rebalances."""

    def rebalanced(self) -> None: ...


class Rebalances(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Drains the current batch before partitions move, as long as the group waits."""

    def __init__(
        self,
        batch_consumer: BatchConsumer,
        worker_state: WorkerState,
        metrics: RebalanceMetrics,
        consumer: CurrentConsumer,
        drain_within: float,
        forget: ForgetAssignment,
    ) -> None:
        """Drain for at most ``drain_within`` seconds."""
        self._batch_consumer = batch_consumer
        self._worker_state = worker_state
        self._metrics = metrics
        self._consumer = consumer
        self._drain_within = drain_within
        self._forget = forget

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Finish the current batch; the group waits for this method."""
        self._worker_state.revoked()
        if revoked:
            await self._batch_consumer.pause(self._consumer(), self._drain_within, "rebalance")
        self._forget()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Start consuming the newly assigned partitions."""
        self._forget()
        self._batch_consumer.resume()
        self._metrics.rebalanced()
        self._worker_state.assigned(frozenset((at.topic, at.partition) for at in assigned))
        _log.info("assigned %d partitions: %s", len(assigned), _listed(assigned))


def _listed(partitions: set[TopicPartition]) -> str:
    return ", ".join(f"{topic}-{partition}" for topic, partition in sorted(partitions)) or "none"
