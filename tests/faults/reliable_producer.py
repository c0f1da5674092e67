"""The producer of a chaos run: it retries each record until the broker acknowledges it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from order_projector.workload.stream import Sent, StreamRecord

MAX_IN_FLIGHT: Final = 5_000
TICK: Final = 0.02


@dataclass(slots=True)
class ReliableProducer:
    """Retry each record until it is acknowledged; a resent record may be in the log twice."""

    producer: AIOKafkaProducer
    acknowledged: list[Sent] = field(default_factory=list)
    resent: int = 0

    async def deliver(self, records: Sequence[StreamRecord], seconds: float) -> None:
        """Send the records, evenly distributed over this many seconds."""
        begun, done = time.monotonic(), 0
        room = asyncio.Semaphore(MAX_IN_FLIGHT)
        async with asyncio.TaskGroup() as in_flight:
            while done < len(records):
                fraction = (time.monotonic() - begun + TICK) / seconds
                due = min(len(records), int(fraction * len(records)))
                for record in records[done:due]:
                    await room.acquire()
                    in_flight.create_task(self._deliver(record, room))
                done = due
                await asyncio.sleep(TICK)

    async def mark(self, topic: str, partitions: int, key: bytes, value: bytes) -> list[int]:
        """Append a last record to every partition of a topic; return their offsets."""
        marks = [
            await self.producer.send(topic, value, key=key, partition=partition)
            for partition in range(partitions)
        ]
        return [place.offset for place in await asyncio.gather(*marks)]

    async def _deliver(self, record: StreamRecord, room: asyncio.Semaphore) -> None:
        at = time.monotonic()
        while True:
            try:
                place = await self.producer.send_and_wait(
                    record.topic, record.value, key=record.key, headers=list(record.headers)
                )
            except KafkaError:
                self.resent += 1
                await asyncio.sleep(0.5)
            else:
                where = (place.topic, place.partition, place.offset)
                self.acknowledged.append(Sent(record, where, at))
                room.release()
                return


@asynccontextmanager
async def reliable_producer(bootstrap_servers: str) -> AsyncIterator[ReliableProducer]:
    """Start a producer without idempotence, like a simple one, for the length of a `with` block."""
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers,
        acks="all",
        linger_ms=2,
        request_timeout_ms=15_000,
        metadata_max_age_ms=5_000,  # to find new partitions
    ) as producer:
        yield ReliableProducer(producer)
