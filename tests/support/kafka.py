"""Produce and read records with a client that is independent of the worker's."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from aiokafka import (
    AIOKafkaConsumer,
    AIOKafkaProducer,
    ConsumerRecord,
    TopicPartition,
)

from tests.support.published import check_record


@dataclass(frozen=True, slots=True)
class Record:
    """A record to send; its partition is the given one, else the key's, else a random one."""

    topic: str
    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int | None = None
    timestamp_ms: int | None = None


async def produce(bootstrap_servers: str, records: Iterable[Record]) -> list[tuple[str, int, int]]:
    """Send the records in this order; return the topic, partition and offset of each."""
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers, acks="all", linger_ms=2, max_request_size=20_000_000
    ) as producer:
        sent = [
            await producer.send(
                record.topic,
                record.value,
                key=record.key,
                headers=list(record.headers),
                partition=record.partition,
                timestamp_ms=record.timestamp_ms,
            )
            for record in records
        ]
        places = await asyncio.gather(*sent)
    return [(place.topic, place.partition, place.offset) for place in places]


async def read_until(
    bootstrap_servers: str,
    topic: str,
    enough: Callable[[Sequence[ConsumerRecord]], bool],
    *,
    within: float = 60.0,
) -> list[ConsumerRecord]:
    """Read a topic from its beginning until ``enough`` accepts the records read so far.

    Records are in order only within a partition. Those that a worker has published are validated
    against the published schemas.
    """
    records: list[ConsumerRecord] = []
    try:
        async with (
            asyncio.timeout(within),
            AIOKafkaConsumer(
                topic,
                bootstrap_servers=bootstrap_servers,
                auto_offset_reset="earliest",
                fetch_max_wait_ms=50,
                max_partition_fetch_bytes=20_000_000,
            ) as consumer,
        ):
            while not enough(records):
                for batch in (await consumer.getmany(timeout_ms=500)).values():
                    for record in batch:
                        check_record(record.value, record.headers)
                    records.extend(batch)
    except TimeoutError:
        raise AssertionError(
            f"{topic}: not enough in its {len(records)} records after {within:g} s; "
            f"the last ones: {[record.value for record in records[-3:]]}"
        ) from None
    return records


async def committed(bootstrap_servers: str, group: str, topic: str) -> dict[int, int]:
    """Return the offsets that a group has committed, by partition."""
    async with (
        AIOKafkaProducer(bootstrap_servers=bootstrap_servers) as producer,
        AIOKafkaConsumer(
            bootstrap_servers=bootstrap_servers, group_id=group, enable_auto_commit=False
        ) as consumer,
    ):
        offsets = {
            partition: await consumer.committed(TopicPartition(topic, partition))
            for partition in await producer.partitions_for(topic)
        }
    return {partition: offset for partition, offset in offsets.items() if offset is not None}
