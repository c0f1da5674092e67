"""The producer of a chaos run: it knows what was acknowledged to it, and gives up nothing."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from order_projector.demo.check import Sent
from order_projector.demo.stream import StreamRecord

ON_THE_WAY: Final = 5_000
TICK: Final = 0.02


@dataclass(slots=True)
class Courier:
    """Sends each record until it is acknowledged; one that was sent again may be there twice."""

    producer: AIOKafkaProducer
    acknowledged: list[Sent] = field(default_factory=list)
    sent_again: int = 0

    async def delivers(self, records: Sequence[StreamRecord], seconds: float) -> None:
        """Sends the records, evenly over so many seconds."""
        begun, done = time.monotonic(), 0
        room = asyncio.Semaphore(ON_THE_WAY)
        async with asyncio.TaskGroup() as on_the_way:
            while done < len(records):
                share = (time.monotonic() - begun + TICK) / seconds
                due = min(len(records), int(share * len(records)))
                for record in records[done:due]:
                    await room.acquire()
                    on_the_way.create_task(self._delivers(record, room))
                done = due
                await asyncio.sleep(TICK)

    async def mark(self, topic: str, partitions: int, key: bytes, value: bytes) -> list[int]:
        """Puts a last record into every partition of a topic; gives their offsets."""
        marks = [
            await self.producer.send(topic, value, key=key, partition=partition)
            for partition in range(partitions)
        ]
        return [place.offset for place in await asyncio.gather(*marks)]

    async def _delivers(self, record: StreamRecord, room: asyncio.Semaphore) -> None:
        at = time.monotonic()
        while True:
            try:
                place = await self.producer.send_and_wait(
                    record.topic, record.value, key=record.key, headers=list(record.headers)
                )
            except KafkaError:
                self.sent_again += 1
                await asyncio.sleep(0.5)
            else:
                where = (place.topic, place.partition, place.offset)
                self.acknowledged.append(Sent(record, where, at))
                room.release()
                return


@asynccontextmanager
async def courier(bootstrap_servers: str) -> AsyncIterator[Courier]:
    """A courier for the length of a `with` block; it sends again, as simple producers do."""
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers,
        acks="all",
        linger_ms=2,
        request_timeout_ms=15_000,
        metadata_max_age_ms=5_000,  # to find new partitions
    ) as producer:
        yield Courier(producer)
