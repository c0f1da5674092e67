"""Watch a worker from outside: what it publishes, and the offsets its group has committed."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import orjson
from aiokafka import (
    AIOKafkaConsumer,
    ConsumerRecord,
    TopicPartition,
)

from order_projector.verification.check import Announced, DeadLetterRecord
from order_projector.workload.stream import Place

END = b"end-of-demo"
"""The key of the end mark of a partition: everything of interest comes before it."""


@dataclass(slots=True)
class Watch:
    """Everything published so far, and the offsets that the worker has committed."""

    reader: AIOKafkaConsumer
    group: AIOKafkaConsumer
    announcements: str
    unread: set[TopicPartition]
    announced: list[Announced] = field(default_factory=list)
    dead_letters: list[DeadLetterRecord] = field(default_factory=list)
    orders: set[str] = field(default_factory=set)

    async def follow(self) -> None:
        """Read until the end mark of every partition."""
        while self.unread:
            for partition, records in (await self.reader.getmany(timeout_ms=50)).items():
                for record in records:
                    self._take(partition, record, time.monotonic())

    async def consumed(self, topics: Mapping[str, int]) -> dict[tuple[str, int], int]:
        """Return the committed offset of each partition of these topics."""
        return {
            (topic, partition): await self.group.committed(TopicPartition(topic, partition)) or 0
            for topic, count in topics.items()
            for partition in range(count)
        }

    def _take(self, partition: TopicPartition, record: ConsumerRecord, at: float) -> None:
        if record.key == END:
            self.unread.discard(partition)
        elif record.topic == self.announcements:
            one = announced(record, at)
            self.orders.add(one.order_id)
            self.announced.append(one)
        else:
            self.dead_letters.append(letter(record))


def announced(record: ConsumerRecord, at: float = 0.0) -> Announced:
    """Read a record of ``order.updated``; one of an erased order has no value."""
    place = (record.topic, record.partition, record.offset)
    content = None if record.value is None else orjson.loads(record.value)
    return Announced(record.key.decode(), place, record.value, content, at)


def letter(record: ConsumerRecord) -> DeadLetterRecord:
    """Read a dead letter."""
    headers = {name: value.decode() for name, value in record.headers if name in _OURS}
    source: Place = (
        headers["source-topic"],
        int(headers["source-partition"]),
        int(headers["source-offset"]),
    )
    return DeadLetterRecord(source, headers["error-code"], record.key, record.value)


_OURS = frozenset({"source-topic", "source-partition", "source-offset", "error-code"})


@asynccontextmanager
async def watching(
    bootstrap_servers: str, group: str, announcements: str, dead_letters: str, partitions: int
) -> AsyncIterator[tuple[Watch, asyncio.Task[None]]]:
    """Watch a worker's two outbound topics and its group for the duration of a ``with`` block.

    The task ends at the end mark of every partition, or with the error that stopped it.
    """
    everything = {
        TopicPartition(topic, partition)
        for topic in (announcements, dead_letters)
        for partition in range(partitions)
    }
    async with _consumer(bootstrap_servers, None) as reader:
        reader.assign(sorted(everything))
        async with _consumer(bootstrap_servers, group) as committed:
            watch = Watch(reader, committed, announcements, everything)
            following = asyncio.create_task(watch.follow())
            try:
                yield watch, following
            finally:
                following.cancel()
                await asyncio.wait([following])


def _consumer(bootstrap_servers: str, group: str | None) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=20,
    )
