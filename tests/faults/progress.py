"""How far a consumer group has come, and for how long it has stalled with records left."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from order_projector.adapters.kafka.consumer.patched_coordinator import patch_coordinator

LOOK_AGAIN = 0.25


@dataclass(slots=True)
class Progress:
    """Watch the offsets that a group commits."""

    group: AIOKafkaConsumer
    partitions: tuple[TopicPartition, ...]
    stall: float = 0.0
    """Seconds without a commit although there were records to commit."""
    longest_stall: float = 0.0

    async def watch(self) -> None:
        """Measure the time without commits while records are left, until cancelled."""
        last, there, since = -1, 0, time.monotonic()
        while True:
            try:
                there = sum((await self.group.end_offsets(self.partitions)).values())
                done = sum((await self.committed()).values())
            except KafkaError:
                done = last
            if done != last or done >= there:
                last, since = done, time.monotonic()
            self.stall = time.monotonic() - since
            self.longest_stall = max(self.longest_stall, self.stall)
            await asyncio.sleep(LOOK_AGAIN)

    async def committed(self) -> dict[TopicPartition, int]:
        """Return the committed offset of each partition."""
        return {each: await self.group.committed(each) or 0 for each in self.partitions}

    async def reached(self, ends: Mapping[TopicPartition, int], within: float) -> bool:
        """Return whether the group passes these offsets without stalling this many seconds."""
        while self.stall <= within:
            try:
                async with asyncio.timeout(within):
                    if await self._passed(ends):
                        return True
            except TimeoutError:
                return False
            await asyncio.sleep(LOOK_AGAIN)
        return False

    async def _passed(self, ends: Mapping[TopicPartition, int]) -> bool:
        done = await self.committed()
        return all(done[each] > end for each, end in ends.items())


def places(topics: tuple[str, ...], partitions: int) -> tuple[TopicPartition, ...]:
    """Return this many partitions of each topic."""
    return tuple(TopicPartition(topic, at) for topic in topics for at in range(partitions))


@asynccontextmanager
async def progress(
    bootstrap_servers: str,
    group: str,
    topics: tuple[str, ...],
    partitions: int,
) -> AsyncIterator[Progress]:
    """Watch a group's progress for the length of a `with` block."""
    patch_coordinator()  # or a group that has moved would seem to have committed nothing
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, group_id=group, enable_auto_commit=False
    ) as consumer:
        seen = Progress(consumer, places(topics, partitions))
        watching = asyncio.create_task(seen.watch())
        try:
            yield seen
        finally:
            watching.cancel()
            await asyncio.wait([watching])
