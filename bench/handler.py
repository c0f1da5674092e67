"""The common way: a FastStream handler that processes one message at a time.

For each message it finds the order's document, replaces it, publishes an event and commits. It has
no rules, and its documents and events are as large as the worker's.
"""

import asyncio
import json
import os
from typing import Any

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern

from bench.announcement import announcement, batch_sizes
from order_projector.settings import load


async def main() -> None:
    """Handle messages until killed."""
    settings = load()
    documents, events = json.loads(os.environ["BENCH_SIZES"])
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(settings.mongodb_uri)
    concern = WriteConcern("majority", j=True)
    orders = client[settings.mongodb_database].get_collection("orders", write_concern=concern)
    batches = batch_sizes(settings)
    broker = KafkaBroker(
        settings.kafka_bootstrap_servers,
        acks="all",
        enable_idempotence=settings.kafka_enable_idempotence,
        logger=None,
    )

    @broker.subscriber(
        *settings.inbound_topics,
        group_id=settings.consumer_group,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.ACK,
    )
    async def handle(event: dict[str, Any]) -> None:
        batches.observe(1)
        order_id = _order_id(event["data"])
        stored = await orders.find_one({"_id": order_id}) or {"_id": order_id, "events": 0}
        count = min(stored["events"] + 1, len(documents))
        document = {"_id": order_id, "events": count, "filler": "x" * (documents[count - 1] - 70)}
        await orders.replace_one({"_id": order_id}, document, upsert=True)
        value = announcement(count, 1, events[count - 1])
        await broker.publish(value, settings.order_updated_topic, key=order_id.encode())

    await FastStream(broker).run()


def _order_id(data: dict[str, Any]) -> str:
    if "payment" in data:
        return str(data["payment"]["order_id"])
    order = data.get("order") or data["redemption_rollback"]["order"]
    return str(order["id"])


if __name__ == "__main__":
    asyncio.run(main())
