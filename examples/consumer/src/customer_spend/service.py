"""From the topic into the ledger."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from customer_spend.ledger import Ledger
from customer_spend.spend import read


@dataclass(frozen=True, slots=True)
class Source:
    """Where `order.updated` is read."""

    bootstrap_servers: str
    topic: str = "order.updated"
    group: str = "customer-spend"


async def follow(source: Source, ledger: Ledger, stop: asyncio.Event) -> None:
    """Keep the ledger until it is stopped; the batch in hand is finished."""
    async with _consuming(source) as consumer:
        while not stop.is_set():
            batches = await consumer.getmany(timeout_ms=200)
            ledger.record(read(record.value) for batch in batches.values() for record in batch)
            if batches:
                await _commit(consumer, {it: batch[-1].offset + 1 for it, batch in batches.items()})


async def _commit(consumer: AIOKafkaConsumer, offsets: dict[TopicPartition, int]) -> None:
    """Last, and no further than what was recorded: after a crash some records come again.

    Of partitions that have just moved to another member they come again as well, there.
    """
    with suppress(CommitFailedError, IllegalStateError):
        await consumer.commit(offsets)


@asynccontextmanager
async def _consuming(source: Source) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        source.topic,
        bootstrap_servers=source.bootstrap_servers,
        group_id=source.group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()
