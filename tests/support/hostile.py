"""Records that once stopped workers, each with its expected error code, and how to send them."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.util import calc_crc32c

from tests.support.events import NOON, event, to_json
from tests.support.probes import until
from tests.support.topics import Topics

LONG = 9_600_000


@dataclass(frozen=True, slots=True)
class Hostile:
    """A value, and the code of its dead letter."""

    name: str
    value: bytes
    code: str


def hostile_records() -> Iterator[Hostile]:
    """Yield one record of each kind."""
    yield Hostile("a long integer in broken JSON", b"[" + b"1" * 4_305 + b"y", "invalid_json")
    yield Hostile("an exponent in broken JSON", b"1e999999999999999999999y", "invalid_json")
    yield Hostile("nested too deeply", b"[" * 100_000 + b"]" * 100_000, "invalid_json")
    yield Hostile("a chain of stacks", to_json(_chain_of_stacks(2_000)), "order_too_large")
    yield Hostile("8,000 redemptions", to_json(_redemptions(8_000)), "order_too_large")
    for number in range(16):
        yield Hostile(f"truncated event {number}", _truncated(number), "order_too_large")


def _chain_of_stacks(length: int) -> object:
    chain = {f"r_{number}": {"stacked": [f"r_{number + 1}"]} for number in range(length)}
    return event("order.created", {"order": {"id": "chained", "redemptions": chain}})


def _redemptions(count: int) -> object:
    redemptions = [{"id": f"r_{number}", "date": NOON} for number in range(count)]
    return event("redemption.succeeded", {"redemptions": redemptions, "order": {"id": "many"}})


def _truncated(number: int) -> bytes:
    """Return a truncated event, which compresses to a few kilobytes."""
    head = (
        b'{"id":"t_%d","type":"order.created","created_at":"%s","data":{"order":{"id":"t","note":"'
    )
    return (head % (number, NOON.encode())).ljust(LONG, b"x")


async def produce_header_name(topics: Topics, value: bytes, name: bytes) -> None:
    """Produce a record that no client library would: with a header name that is not UTF-8 text."""
    stands_in = "n" * len(name)
    async with AIOKafkaProducer(bootstrap_servers=topics.servers.bootstrap_servers) as producer:
        await producer.partitions_for(topics.payments)
        batch = producer.create_batch()
        batch.append(key=None, value=value, timestamp=None, headers=[(stands_in, b"")])
        data = bytearray(bytes(batch._build()).replace(stands_in.encode(), name))
        struct.pack_into(">I", data, 17, calc_crc32c(data[21:]))

        async def accepted() -> bool:  # a new leader takes a moment to learn that it is one
            response = await producer.client.send(
                producer.client.cluster.leader_for_partition(TopicPartition(topics.payments, 0)),
                ProduceRequest(None, -1, 5_000, [(topics.payments, [(0, bytes(data))])]),
            )
            ((_, ((_, error, *_),)),) = response.topics
            return bool(error == 0)

        await until(accepted, "the broker has taken the record")
