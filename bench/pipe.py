"""The bare pipe: read a batch, write a document and publish an event per order, commit.

It decodes nothing and decides nothing; its documents and events are as large as the worker's, its
documents have the same indexes, and its producer has the worker's options. Its rate is the limit
that the servers and the clients set.
"""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ReplaceOne, WriteConcern

from bench.announcement import announcement, batch_sizes
from order_projector.adapters.kafka.producer.publisher import producer_options
from order_projector.adapters.mongo.indexes import INDEXES
from order_projector.domain.clock import format_time
from order_projector.projection.bson_size import size_of
from order_projector.projection.document import PAYMENTS, REDEMPTIONS, STATE_KEY
from order_projector.settings import Settings, load

_CREATED_AT = "2026-03-01T09:00:00.000Z"


async def main() -> None:
    """Pipe until killed."""
    settings = load()
    documents, events = json.loads(os.environ["BENCH_SIZES"])
    seen: Counter[bytes] = Counter()
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(settings.mongodb_uri)
    concern = WriteConcern("majority", j=True)
    orders = client[settings.mongodb_database].get_collection("orders", write_concern=concern)
    await orders.create_indexes(list(INDEXES))
    batches = batch_sizes(settings)
    async with consumer(settings) as source, AIOKafkaProducer(**producer_options(settings)) as sink:
        while True:
            polled = await source.getmany(
                timeout_ms=round(settings.poll_wait * 1_000), max_records=settings.batch_size
            )
            records = [record for batch in polled.values() for record in batch]
            if not records:
                continue
            batches.observe(len(records))
            keys = Counter(record.key for record in records)
            seen.update(keys)
            await orders.bulk_write(
                [_replacement(key, seen[key], _grown(documents, seen[key])) for key in keys],
                ordered=False,
            )
            sent = [
                await sink.send(
                    settings.order_updated_topic,
                    announcement(seen[key], count, _grown(events, seen[key])),
                    key=key,
                )
                for key, count in keys.items()
            ]
            await asyncio.gather(*sent)
            await source.commit({place: batch[-1].offset + 1 for place, batch in polled.items()})


def _replacement(key: bytes, events: int, size: int) -> ReplaceOne[dict[str, Any]]:
    document = document_of(key.decode(), events, size, round(time.time() * 1_000))
    return ReplaceOne({"_id": document["_id"]}, document, upsert=True)


def document_of(order_id: str, events: int, size: int, now: int) -> dict[str, Any]:
    """Return a document of this size that is in the same indexes as an order of the worker.

    An order of the benchmarks is created, redeemed three times and then paid twice.
    """
    document = {
        "_id": order_id,
        "object": "order",
        "status": "PAID",
        "created_at": _CREATED_AT,
        "updated_at": format_time(now),
        "customer_id": f"cust_{order_id}",
        STATE_KEY: {
            "written_at": now,
            REDEMPTIONS: [f"r_{order_id}_{nth}" for nth in range(min(events - 1, 3))],
            PAYMENTS: [f"pay_{order_id}_{nth}" for nth in range(min(events - 5, 2))],
        },
        "filler": "",
    }
    document["filler"] = "x" * max(0, size - size_of(document))
    return document


def _grown(sizes: Sequence[int], events: int) -> int:
    return sizes[min(events, len(sizes)) - 1]


def consumer(settings: Settings) -> AIOKafkaConsumer:
    """Return a consumer that fetches as the worker's does."""
    return AIOKafkaConsumer(
        *settings.inbound_topics,
        bootstrap_servers=settings.kafka_bootstrap_servers,
        group_id=settings.consumer_group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=round(settings.kafka_fetch_max_wait * 1_000),
        max_partition_fetch_bytes=settings.kafka_max_partition_fetch_bytes,
    )


if __name__ == "__main__":
    asyncio.run(main())
