"""All uses of private APIs of FastStream, aiokafka and Python.

`tests/unit/test_kafka_canary.py` fails when one of them changes. Replacements of whole classes
are in modules of their own: `lenient_records` and `patched_coordinator`.
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import ConnectionGroup
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.consumer import fetcher
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.group import LeaveGroupRequest
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.record.memory_records import MemoryRecords

from order_projector.adapters.kafka.consumer.lenient_records import LenientRecords
from order_projector.adapters.kafka.consumer.steps import Poll

_DIAL_OPTIONS: Final = (
    "client_id",
    "security_protocol",
    "ssl_context",
    "sasl_mechanism",
    "sasl_plain_username",
    "sasl_plain_password",
)


def poll_with(subscriber: Any, poll: Poll) -> None:
    """Make a subscriber fetch its records with `poll`.

    FastStream's own loop waits a second time after an empty poll; after an error, it logs a line
    and sleeps for five seconds, which cannot be observed from outside.
    """
    subscriber.get_msg = poll


def consumer(subscriber: Any) -> AIOKafkaConsumer | None:
    """Return the subscriber's consumer, if it has one."""
    return subscriber.consumer


def consuming(subscriber: Any) -> bool:
    """Whether the subscriber's consume loop exists."""
    return any(not task.done() for task in subscriber.tasks)


def reaches_group(consumer: AIOKafkaConsumer) -> bool:
    """Whether the group coordinator is known; polls raise nothing when it is not."""
    coordinator = consumer._coordinator
    return coordinator is not None and coordinator.coordinator_id is not None


def use_lenient_records(consumer: AIOKafkaConsumer, partition: TopicPartition) -> None:
    """Refetch a partition from its position, with a reader that accepts any header name."""
    fetcher.MemoryRecords = LenientRecords
    assignment = consumer._subscription.subscription.assignment
    state = assignment.state_value(partition) if assignment is not None else None
    if state is not None and state.has_valid_position:
        consumer.seek(partition, state.position)


def use_lenient_records_everywhere() -> None:
    """Read all records with a reader that accepts any header name."""
    fetcher.MemoryRecords = LenientRecords


def use_default_records() -> None:
    """Restore aiokafka's own reader."""
    fetcher.MemoryRecords = MemoryRecords


def positions(consumer: AIOKafkaConsumer) -> Mapping[TopicPartition, int]:
    """Return the position of each assigned partition that has one.

    `AIOKafkaConsumer.position` would wait until there is one.
    """
    subscription = consumer._subscription.subscription
    assignment = subscription.assignment if subscription is not None else None
    if assignment is None:
        return {}
    states = {partition: assignment.state_value(partition) for partition in assignment.tps}
    return {
        partition: state.position for partition, state in states.items() if state.has_valid_position
    }


async def committed(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]
) -> Mapping[TopicPartition, int]:
    """Fetch the group's committed offsets in one request; partitions without one are left out."""
    found = await consumer._coordinator.fetch_committed_offsets(list(partitions))
    return {partition: held.offset for partition, held in found.items() if held.offset >= 0}


def stop_skips_leave(consumer: AIOKafkaConsumer) -> bool:
    """Whether stopping this consumer would not send a leave request.

    aiokafka takes generation 0 for no membership, but some brokers start counting at 0.
    """
    return consumer._coordinator is not None and consumer._coordinator.generation == 0


def is_static_member(consumer: AIOKafkaConsumer) -> bool:
    """Whether the consumer keeps its membership over a restart, so that it never leaves."""
    return consumer._group_instance_id is not None


async def leave_group(consumer: AIOKafkaConsumer) -> None:
    """Send a leave request, without waiting for a join in progress.

    `AIOKafkaConsumer.stop` waits for that join, which can take the whole rebalance timeout; a
    request on the coordinator's connection would queue behind it as well.
    """
    coordinator = consumer._coordinator
    if coordinator is None or coordinator.coordinator_id is None or not coordinator.member_id:
        return
    await consumer._client.send(
        coordinator.coordinator_id,
        LeaveGroupRequest(coordinator.group_id, coordinator.member_id),
        group=ConnectionGroup.DEFAULT,
    )


async def discard(producer: AIOKafkaProducer, drain_within: float = 0.0) -> None:
    """Stop a producer without sending its unsent batches.

    `AIOKafkaProducer.stop` sends them, however long that takes. In-flight batches have
    `drain_within` seconds to be acknowledged: a broker may still serve a request that is cut off.
    """
    producer._closed = True
    sender = producer._sender.sender_task
    if sender is not None and not sender.done():
        sender.cancel()  # sends nothing more, and ends once in-flight requests are answered
        if drain_within:
            await asyncio.wait({sender}, timeout=drain_within)
    await producer.client.close()
    if sender is not None:
        await asyncio.wait({sender}, timeout=1)
    discarded = KafkaConnectionError("the producer was discarded")
    accumulator = producer._message_accumulator
    accumulator.fail_all(discarded)
    for batch in chain(*accumulator._batches.values(), accumulator._pending_batches):
        if batch._drain_waiter.done():
            batch._drain_waiter.exception()  # retrieved: only a caller that lacks room waits for it
    # a pending send waits for metadata, or soon will, and nothing fetches it any more
    metadata = producer.client._md_update_fut
    if metadata is None or metadata.done():
        metadata = producer.client._md_update_fut = asyncio.get_running_loop().create_future()
    metadata.set_exception(discarded)
    metadata.exception()  # retrieved, so that it is not reported if nothing waits


async def start_within(client: AIOKafkaAdminClient, seconds: float) -> None:
    """Start an admin client; each broker has this long for its first answer.

    `AIOKafkaAdminClient.start` gives it as long as any later request.
    """
    connections = client._client
    later = connections._request_timeout_ms
    connections._request_timeout_ms = min(later, round(seconds * 1_000))
    try:
        await client.start()
    finally:
        connections._request_timeout_ms = later


def addresses(bootstrap_servers: Sequence[str]) -> Sequence[tuple[str, int]]:
    """Return host and port of each server."""
    return [(host, port) for host, port, _ in collect_hosts(bootstrap_servers, randomize=False)]


async def dial(host: str, port: int, options: Mapping[str, Any]) -> None:
    """Connect to one broker, log in and send a request; raise the error, if any.

    aiokafka's clients try all brokers and only report that none is usable.
    """
    connection = await create_conn(
        host, port, **{name: options[name] for name in _DIAL_OPTIONS if name in options}
    )
    try:
        await connection.send(MetadataRequest([]))
    finally:
        connection.close()


def valid_until(certificate: Path) -> float:
    """Return the Unix time at which a certificate (PEM) expires. Python's own parser is private."""
    decoded = ssl._ssl._test_decode_cert(str(certificate))  # type: ignore[attr-defined]
    return float(ssl.cert_time_to_seconds(decoded["notAfter"]))
