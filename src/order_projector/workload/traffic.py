"""Send a stream to the broker, at a steady rate or as fast as the broker accepts it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer

from order_projector.workload.stream import Sent, StreamRecord

_TICK = 0.02


@dataclass(slots=True)
class Traffic:
    """A producer, and the records that the broker has acknowledged so far."""

    producer: AIOKafkaProducer
    sent: list[Sent] = field(default_factory=list)

    async def steadily(self, records: Sequence[StreamRecord], per_second: int) -> None:
        """Send this many records per second."""
        begun = time.monotonic()
        done = 0
        while done < len(records):
            due = min(len(records), int((time.monotonic() - begun + _TICK) * per_second))
            await self.at_once(records[done:due])
            done = due
            await asyncio.sleep(_TICK)

    async def at_once(self, records: Sequence[StreamRecord]) -> None:
        """Send as fast as the broker accepts them, at most 500 unacknowledged at a time."""
        for start in range(0, len(records), 500):
            batch = records[start : start + 500]
            self.sent.extend(await asyncio.gather(*map(self._send, batch)))

    async def ends(self, topic: str, partitions: int, key: bytes) -> None:
        """Send an end mark, a record with this key, to every partition of a topic."""
        marks = [
            await self.producer.send(topic, b"", key=key, partition=partition)
            for partition in range(partitions)
        ]
        await asyncio.gather(*marks)

    async def _send(self, record: StreamRecord) -> Sent:
        at = time.monotonic()
        acknowledged = await self.producer.send(
            record.topic, record.value, key=record.key, headers=list(record.headers)
        )
        place = await acknowledged
        return Sent(record, (place.topic, place.partition, place.offset), at)


@asynccontextmanager
async def traffic(bootstrap_servers: str) -> AsyncIterator[Traffic]:
    """Connect a producer; it is not idempotent, as the local broker does not support that."""
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers, acks="all", enable_idempotence=False, linger_ms=2
    ) as producer:
        yield Traffic(producer)
