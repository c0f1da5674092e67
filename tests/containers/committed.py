"""What workers have left behind on the servers, read from this machine through their ports."""

import asyncio
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo import AsyncMongoClient

from order_projector.adapters.mongo import connect
from order_projector.projection.ports import ProjectionState
from tests.containers.stack import Stack

_GROUP: Final = "order-projector"
_DATABASE: Final = "orders"


def stored_and_uncommitted(stack: Stack) -> tuple[int, list[str]]:
    """Return how many orders are stored, and the partitions with stored but uncommitted offsets."""
    return asyncio.run(_look(stack))


async def _look(stack: Stack) -> tuple[int, list[str]]:
    uri = f"mongodb://127.0.0.1:{stack.ports['MONGODB_PORT']}/?directConnection=true"
    async with AsyncMongoClient[dict[str, object]](uri) as client:
        ids = [str(it["_id"]) async for it in client[_DATABASE]["orders"].find({}, {"_id": 1})]
    store = connect(uri, _DATABASE, driver="pymongo", timeout=10)
    stored = await store.load(ids)
    await store.close()
    taken = dict[TopicPartition, int]()
    for state in stored.values():
        assert isinstance(state, ProjectionState), state
        for place, offset in state.offsets.items():
            partition = TopicPartition(*place)
            taken[partition] = max(taken.get(partition, 0), offset)
    async with AIOKafkaConsumer(
        bootstrap_servers=f"127.0.0.1:{stack.ports['KAFKA_PORT']}",
        group_id=_GROUP,
        enable_auto_commit=False,
    ) as group:
        committed = {partition: await group.committed(partition) or 0 for partition in taken}
    behind = [
        f"{partition.topic}-{partition.partition}: {offset} taken in, {committed[partition]} next"
        for partition, offset in taken.items()
        if offset >= committed[partition]
    ]
    return len(ids), behind
