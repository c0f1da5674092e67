"""The private parts of FastStream, aiokafka and Python that the worker cannot do without.

`tests/unit/test_kafka_canary.py` fails when one of them moves. What replaces a part as a
whole stands beside this: `headers` and `committed`.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.client import ConnectionGroup
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.consumer import fetcher
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.group import LeaveGroupRequest
from aiokafka.protocol.metadata import MetadataRequest
from aiokafka.record.memory_records import MemoryRecords

from order_projector.adapters.kafka.headers import AnyHeaderName

_DIAL_OPTIONS: Final = (
    "client_id",
    "security_protocol",
    "ssl_context",
    "sasl_mechanism",
    "sasl_plain_username",
    "sasl_plain_password",
)

Poll = Callable[[AIOKafkaConsumer], Awaitable[Sequence[Any]]]


def poll_with(subscriber: Any, poll: Poll) -> None:
    """Makes a subscriber ask for its records with `poll`.

    FastStream's own way waits a second time after an empty poll, and meets an error with a log
    line and a sleep of five seconds that nobody can see from outside.
    """
    subscriber.get_msg = poll


def consumer(subscriber: Any) -> AIOKafkaConsumer | None:
    """The subscriber's consumer, while it has one."""
    return subscriber.consumer


def consuming(subscriber: Any) -> bool:
    """Whether the subscriber's consume loop exists."""
    return any(not task.done() for task in subscriber.tasks)


def reaches_group(consumer: AIOKafkaConsumer) -> bool:
    """Whether the broker that keeps the group answers; polls stay silent when none does."""
    coordinator = consumer._coordinator
    return coordinator is not None and coordinator.coordinator_id is not None


def read_any_header_name(consumer: AIOKafkaConsumer, partition: TopicPartition) -> None:
    """Fetches a partition anew from where it stands, with a reader that takes any header name."""
    fetcher.MemoryRecords = AnyHeaderName
    assignment = consumer._subscription.subscription.assignment
    state = assignment.state_value(partition) if assignment is not None else None
    if state is not None and state.has_valid_position:
        consumer.seek(partition, state.position)


def read_header_names_quickly() -> None:
    """Goes back to the reader of aiokafka."""
    fetcher.MemoryRecords = MemoryRecords


def positions(consumer: AIOKafkaConsumer) -> Mapping[TopicPartition, int]:
    """Where each assigned partition goes on being read, for those of which that is known.

    `AIOKafkaConsumer.position` waits until it is.
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
    """The offsets that the group has committed, in one request; none where there is none yet."""
    found = await consumer._coordinator.fetch_committed_offsets(list(partitions))
    return {partition: held.offset for partition, held in found.items() if held.offset >= 0}


def leaves_unheard(consumer: AIOKafkaConsumer) -> bool:
    """Whether stopping this consumer would not tell the group.

    aiokafka takes generation 0 for none; there are brokers that begin to count there.
    """
    return consumer._coordinator is not None and consumer._coordinator.generation == 0


async def leave_group(consumer: AIOKafkaConsumer) -> None:
    """Tells the group that this member is gone, past a join that is still under way.

    `AIOKafkaConsumer.stop` waits for that join, which can take the whole rebalance timeout; and
    a request on the connection of the join would wait for it as well.
    """
    coordinator = consumer._coordinator
    if coordinator is None or coordinator.coordinator_id is None or not coordinator.member_id:
        return
    await consumer._client.send(
        coordinator.coordinator_id,
        LeaveGroupRequest(coordinator.group_id, coordinator.member_id),
        group=ConnectionGroup.DEFAULT,
    )


async def discard(producer: AIOKafkaProducer, settle: float = 0.0) -> None:
    """Ends a producer without sending what it still holds.

    `AIOKafkaProducer.stop` sends it, however long that takes. What is on its way has so many
    seconds to arrive: a request that is cut off may still be served, and late.
    """
    producer._closed = True
    sender = producer._sender.sender_task
    if sender is not None and not sender.done():
        sender.cancel()  # it sends nothing more, and ends when what it has sent is answered
        if settle:
            await asyncio.wait({sender}, timeout=settle)
    await producer.client.close()
    if sender is not None:
        await asyncio.wait({sender}, timeout=1)
    discarded = KafkaConnectionError("the producer was discarded")
    producer._message_accumulator.fail_all(discarded)
    # whoever is about to send waits for metadata, or soon will, and nobody is left to bring it
    metadata = producer.client._md_update_fut
    if metadata is None or metadata.done():
        metadata = producer.client._md_update_fut = asyncio.get_running_loop().create_future()
    metadata.set_exception(discarded)
    metadata.exception()  # looked at here, so that it is not reported where nobody waits


def addresses(bootstrap_servers: Sequence[str]) -> Sequence[tuple[str, int]]:
    """Host and port of each of these servers."""
    return [(host, port) for host, port, _ in collect_hosts(bootstrap_servers, randomize=False)]


async def dial(host: str, port: int, options: Mapping[str, Any]) -> None:
    """Connects to one broker, logs in, and asks it something; raises what goes wrong.

    A client of aiokafka tries all brokers and tells only that none was any good.
    """
    connection = await create_conn(
        host, port, **{name: options[name] for name in _DIAL_OPTIONS if name in options}
    )
    try:
        await connection.send(MetadataRequest([]))
    finally:
        connection.close()


def valid_until(certificate: Path) -> float:
    """When a certificate (PEM) ends, in Unix time. Python's own reader of them is private."""
    decoded = ssl._ssl._test_decode_cert(str(certificate))  # type: ignore[attr-defined]
    return float(ssl.cert_time_to_seconds(decoded["notAfter"]))
