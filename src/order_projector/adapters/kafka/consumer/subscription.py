"""The subscription: one batch subscriber on all inbound topics, on raw records."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final, Protocol

from aiokafka import ConsumerRecord
from aiokafka.coordinator.assignors.range import (
    RangePartitionAssignor,
)
from faststream import AckPolicy
from faststream.kafka import KafkaMessage

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.connection.diagnosis import ConnectionDiagnosis
from order_projector.adapters.kafka.connection.options import (
    bootstrap_servers,
    milliseconds,
    security,
)
from order_projector.adapters.kafka.consumer.batch_consumer import BatchConsumer, BatchMetrics
from order_projector.adapters.kafka.consumer.breaker_enforcer import BreakerEnforcer
from order_projector.adapters.kafka.consumer.broker import (
    BrokerComponents,
    PrepareToJoin,
    ResilientBroker,
)
from order_projector.adapters.kafka.consumer.offsets import OffsetMetrics, Offsets
from order_projector.adapters.kafka.consumer.patched_coordinator import patch_coordinator
from order_projector.adapters.kafka.consumer.poller import ConsumerMetrics, Poller
from order_projector.adapters.kafka.consumer.rebalances import RebalanceMetrics, Rebalances
from order_projector.adapters.kafka.consumer.shutdown import ShutdownBudget
from order_projector.adapters.kafka.producer.publisher import Publisher
from order_projector.projection.held_partitions import HeldPartitions
from order_projector.projection.retry import RetryPolicy
from order_projector.projection.worker_state import WorkerState
from order_projector.settings import Settings

Batch = tuple[ConsumerRecord, ...]

DRAIN_SHARE: Final = 0.6
"""Part of the rebalance timeout for the batch in hand; the rest is for its end and its commit."""

HEARTBEAT_EVERY: Final = 1.0
"""Seconds. A rebalance waits until each worker has noticed it by the answer to a heartbeat."""


class KafkaMetrics(BatchMetrics, ConsumerMetrics, OffsetMetrics, RebalanceMetrics, Protocol):
    """What consuming reports.

    FastStream's own metrics are left out: of a batch they count durations once, and label all of
    it by the topic of its first record.
    """


def build_broker(
    settings: Settings,
    held_partitions: HeldPartitions,
    prepare_to_join: PrepareToJoin,
    publisher: Publisher,
    metrics: KafkaMetrics,
    worker_state: WorkerState,
    retry_policy: RetryPolicy,
) -> ResilientBroker:
    """Build the broker that consumes the inbound topics in batches, except held partitions."""
    batch_consumer = BatchConsumer(
        held_partitions.process,
        held_partitions.check_announcements,
        worker_state,
        metrics,
        held_partitions.withheld,
        held_partitions.slow_orders,
    )
    offsets = Offsets(metrics, worker_state, silent_after=settings.kafka_session_timeout / 2)
    components = BrokerComponents(
        batch_consumer=batch_consumer,
        offsets=offsets,
        publisher=publisher,
        worker_state=worker_state,
        retry_policy=retry_policy,
        prepare_to_join=prepare_to_join,
        restart=asyncio.Event(),
        shutdown_budget=ShutdownBudget(settings.shutdown_timeout),
        connection_diagnosis=ConnectionDiagnosis(settings),
        refresh_breakers=held_partitions.look,
    )
    servers = bootstrap_servers(settings)
    broker = ResilientBroker(servers, components=components, **_broker_options(settings))
    _subscribe(broker, components, settings, held_partitions, metrics)
    return broker


def _subscribe(
    broker: ResilientBroker,
    components: BrokerComponents,
    settings: Settings,
    held_partitions: HeldPartitions,
    metrics: KafkaMetrics,
) -> None:
    """Give the broker its one subscriber, on all inbound topics."""
    batch_consumer, worker_state = components.batch_consumer, components.worker_state
    drain_within = DRAIN_SHARE * settings.kafka_rebalance_timeout
    listener = Rebalances(
        batch_consumer,
        worker_state,
        metrics,
        broker.consumer,
        drain_within,
        held_partitions.forget_assignment,
    )
    subscriber = broker.subscriber(
        *settings.inbound_topics, listener=listener, **_subscriber_options(settings)
    )
    poller = _poller(components, settings, held_partitions, metrics)
    private_api.poll_with(subscriber, poller.poll)
    patch_coordinator()

    async def inbound(batch: Batch) -> None:
        """Redemption and payment events, in any of the accepted envelopes."""
        consumer = broker.consumer()
        if consumer is not None:
            await batch_consumer.consume(consumer, batch)

    subscriber(inbound)


def _poller(
    components: BrokerComponents,
    settings: Settings,
    held_partitions: HeldPartitions,
    metrics: KafkaMetrics,
) -> Poller:
    return Poller(
        components.batch_consumer,
        components.offsets,
        components.worker_state,
        metrics,
        settings.batch_size,
        milliseconds(settings.poll_wait),
        components.restart,
        BreakerEnforcer(held_partitions, components.worker_state).apply,
    )


def _broker_options(settings: Settings) -> dict[str, Any]:
    return {
        "client_id": settings.kafka_client_id,
        "security": security(settings),
        # A join is answered once all members have joined; a later answer counts as a dead broker.
        "request_timeout_ms": milliseconds(settings.kafka_rebalance_timeout + 5),
        "retry_backoff_ms": 200,
        "metadata_max_age_ms": 15_000,  # bounds the delay until added partitions are consumed
        "consumer_only": True,  # `Publisher` has a producer of its own
        "allow_auto_create_topics": False,
        "graceful_timeout": 2,  # the batch consumer has drained before FastStream stops
        "apply_types": False,
        "logger": logging.getLogger("order_projector.faststream"),
        "log_level": logging.DEBUG,
    }


def _subscriber_options(settings: Settings) -> dict[str, Any]:
    session = settings.kafka_session_timeout
    return {
        "group_id": settings.consumer_group,
        "group_instance_id": settings.kafka_group_instance_id,
        "batch": True,
        "max_records": settings.batch_size,
        "ack_policy": AckPolicy.MANUAL,
        "auto_offset_reset": "earliest",
        "isolation_level": "read_committed",
        "parser": _parse,
        "decoder": _decode,
        "no_reply": True,
        # one worker gets the same partition numbers of all topics, so all events of an order
        "partition_assignment_strategy": (RangePartitionAssignor,),
        "session_timeout_ms": milliseconds(session),
        "heartbeat_interval_ms": milliseconds(min(HEARTBEAT_EVERY, session / 3)),
        "rebalance_timeout_ms": milliseconds(settings.kafka_rebalance_timeout),
        # A batch may wait hours for the database without losing its group membership; /livez
        # detects a worker that hangs.
        "max_poll_interval_ms": 2**31 - 1,
        "fetch_max_wait_ms": milliseconds(settings.kafka_fetch_max_wait),
        "max_partition_fetch_bytes": settings.kafka_max_partition_fetch_bytes,
    }


async def _parse(batch: Batch) -> KafkaMessage:
    """Wrap a batch in FastStream's message, without decoding headers or values."""
    first, last = batch[0], batch[-1]
    return KafkaMessage(
        raw_message=batch,
        body=[record.value or b"" for record in batch],
        message_id=f"{first.offset}-{last.offset}-{first.timestamp}",
        consumer=_NoCommit(),
    )


class _NoCommit:
    """Replaces FastStream's commit of positions; the batch consumer commits offsets."""

    async def commit(self) -> None:
        """Commit nothing."""

    def seek(self, partition: object, offset: int) -> None:
        """Do nothing."""


async def _decode(message: KafkaMessage) -> Sequence[ConsumerRecord]:
    return message.raw_message
