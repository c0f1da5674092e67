"""Consume the topic and record it in the ledger."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from customer_spend.ledger import Ledger
from customer_spend.spend import OrderSpend, read

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """Where `order.updated` is read."""

    bootstrap_servers: str
    topic: str = "order.updated"
    group: str = "customer-spend"


@dataclass(slots=True)
class Reader:
    """Reads records, and counts those that it does not understand."""

    not_understood: int = 0

    def spends(self, records: Iterable[ConsumerRecord]) -> Iterator[OrderSpend]:
        """Yield the spends in the records.

        A record that is not understood is logged and skipped: waiting for it to change would stop
        all orders.
        """
        for record in records:
            try:
                yield read(record.value, record.headers)
            except ValueError as error:
                self.not_understood += 1
                _log.warning(
                    "passed over %s[%d]@%d, which is not understood: %s (%d so far)",
                    *(record.topic, record.partition, record.offset, error, self.not_understood),
                )


async def follow(
    source: Source, ledger: Ledger, stop: asyncio.Event, reader: Reader | None = None
) -> None:
    """Update the ledger until stopped; the current batch is finished."""
    reader = reader or Reader()
    async with _consuming(source) as consumer:
        while not stop.is_set():
            batches = await consumer.getmany(timeout_ms=200)
            ledger.record(reader.spends(record for batch in batches.values() for record in batch))
            if batches:
                await _commit(consumer, {it: batch[-1].offset + 1 for it, batch in batches.items()})


async def _commit(consumer: AIOKafkaConsumer, offsets: dict[TopicPartition, int]) -> None:
    """Commit what was recorded, and only after that: after a crash, some records are read again.

    If partitions have just moved to another member, that member reads these records again, too.
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
