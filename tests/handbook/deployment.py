"""The parts of a story: a console, a cluster, and the events that a shop sends."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.local.server import Server
from tests.handbook.cluster import Cluster
from tests.handbook.console import Console
from tests.support.events import Json, event_at, to_json
from tests.support.kafka import Record, produce

WORKER = "deployment/worker"


@dataclass(frozen=True, slots=True)
class Story:
    """A deployment with the names of the handbook, on servers of its own."""

    console: Console
    cluster: Cluster
    bootstrap_servers: str
    database: AsyncDatabase[dict[str, Any]]

    async def begin(self, **env: str) -> None:
        """Start a worker with additional variables."""
        await self.cluster.kubectl(["set", "env", WORKER, *(f"{k}={v}" for k, v in env.items())])
        await self.cluster.kubectl(["scale", WORKER, "--replicas=1"])

    @property
    def worker(self) -> Server:
        """Return the running worker."""
        found = self.cluster.deployments["worker"].worker
        assert found is not None
        return found

    async def send(self, events: Iterable[Json]) -> None:
        """Send events, as the shop does."""
        await produce(self.bootstrap_servers, map(_record, events))

    async def updates(self) -> dict[str, tuple[int, Json | None]]:
        """Return what a consumer of order.updated keeps: the highest revision and its value."""
        kept: dict[str, tuple[int, Json | None]] = {}
        for record in await _whole(self.bootstrap_servers, "order.updated"):
            order_id, revision = dict(record.headers)["ce_id"].decode().rsplit(":", 1)
            value = None if record.value is None else json.loads(record.value)["order"]
            if int(revision) > kept.get(order_id, (0, None))[0]:
                kept[order_id] = (int(revision), value)
        return kept

    async def announced(self, orders: int, status: str) -> bool:
        """Return whether a consumer sees exactly this number of orders with that status."""
        values = [value for _, value in (await self.updates()).values() if value is not None]
        return [value["status"] for value in values].count(status) == orders

    async def has_announced(self, revision: int, numbers: Sequence[int]) -> bool:
        """Return whether a consumer has seen these orders at this revision or a later one."""
        kept = await self.updates()
        return all(kept.get(f"ord_{n}", (0, None))[0] >= revision for n in numbers)

    async def has(self, orders: int, query: Json) -> bool:
        """Return whether exactly this number of documents match."""
        found: int = await self.database["orders"].count_documents(query)
        return found == orders

    async def are(self, numbers: Sequence[int], **fields: object) -> bool:
        """Return whether exactly as many orders as there are numbers have these values."""
        return await self.has(len(numbers), fields)

    async def is_announced(self) -> bool:
        """Return whether a consumer's highest revision of each order is the stored one."""
        kept = {name: revision for name, (revision, _) in (await self.updates()).items()}
        stored = self.database["orders"].find({}, {"_projection.revision": 1})
        return kept == {each["_id"]: each["_projection"]["revision"] async for each in stored}


async def _whole(bootstrap_servers: str, topic: str) -> list[ConsumerRecord]:
    """Return the records of the topic's only partition, up to its current end."""
    at, records = TopicPartition(topic, 0), list[ConsumerRecord]()
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap_servers) as consumer:
        consumer.assign([at])
        end = (await consumer.end_offsets([at]))[at]
        await consumer.seek_to_beginning(at)
        while await consumer.position(at) < end:
            records += (await consumer.getmany(timeout_ms=500)).get(at, ())
    return records


def _record(event: Json) -> Record:
    data = event["data"]
    if "payment" in data:
        return Record("payments", to_json(event), str(data["payment"]["order_id"]).encode())
    return Record("redemptions", to_json(event), str(data["order"]["id"]).encode())


def created(numbers: Sequence[int], amount: int = 1000, **order: Any) -> list[Json]:
    """Return the events that create orders of this amount."""
    orders = {n: {"id": f"ord_{n}", "amount": amount, **order} for n in numbers}
    return [event_at(1, "order.created", {"order": it}, f"evt_c{n}") for n, it in orders.items()]


def later(minute: int, kind: str, numbers: Sequence[int], **order: Any) -> list[Json]:
    """Return events of this minute that change these orders."""
    orders = {n: {"id": f"ord_{n}", **order} for n in numbers}
    kind = f"order.{kind}"
    return [event_at(minute, kind, {"order": it}, f"evt_{minute}_{n}") for n, it in orders.items()]


def paid(numbers: Sequence[int], amount: int = 1000) -> list[Json]:
    """Return a payment of each of these orders."""
    return [
        event_at(
            2,
            "payment.succeeded",
            {"payment": {"id": f"pay_{n}", "order_id": f"ord_{n}", "amount": amount}},
            f"evt_p{n}",
        )
        for n in numbers
    ]
