"""What a story has: a console, a cluster, and what a shop sends meanwhile."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from order_projector.local.server import Server
from tests.handbook.cluster import Cluster
from tests.handbook.console import Console
from tests.support.events import Json, event_at, to_json
from tests.support.kafka import Record, produce, read_until

WORKER = "deployment/worker"


@dataclass(frozen=True, slots=True)
class Story:
    """A deployment with the names of the handbook, on servers of its own."""

    console: Console
    cluster: Cluster
    bootstrap_servers: str
    database: AsyncDatabase[dict[str, Any]]

    async def begin(self, **env: str) -> None:
        """Start a worker, with these variables in addition."""
        await self.cluster.kubectl(["set", "env", WORKER, *(f"{k}={v}" for k, v in env.items())])
        await self.cluster.kubectl(["scale", WORKER, "--replicas=1"])

    @property
    def worker(self) -> Server:
        """The worker that runs."""
        found = self.cluster.deployments["worker"].worker
        assert found is not None
        return found

    async def send(self, events: Iterable[Json]) -> None:
        """Send events as the shop does."""
        await produce(self.bootstrap_servers, map(_record, events))

    async def updates(self) -> dict[str, tuple[int, Json | None]]:
        """Return what a consumer keeps of order.updated: the value of the highest revision."""
        kept: dict[str, tuple[int, Json | None]] = {}
        for record in await read_until(self.bootstrap_servers, "order.updated", bool):
            order_id, revision = dict(record.headers)["ce_id"].decode().rsplit(":", 1)
            value = None if record.value is None else json.loads(record.value)["order"]
            if int(revision) > kept.get(order_id, (0, None))[0]:
                kept[order_id] = (int(revision), value)
        return kept

    async def count(self, **fields: object) -> int:
        """Return how many documents have these values."""
        return await self.database["orders"].count_documents(fields)


def _record(event: Json) -> Record:
    data = event["data"]
    if "payment" in data:
        return Record("payments", to_json(event), str(data["payment"]["order_id"]).encode())
    return Record("redemptions", to_json(event), str(data["order"]["id"]).encode())


def created(numbers: Sequence[int], amount: int = 1000, **order: Any) -> list[Json]:
    """Return the events that create orders of that amount."""
    orders = {n: {"id": f"ord_{n}", "amount": amount, **order} for n in numbers}
    return [event_at(1, "order.created", {"order": it}, f"evt_c{n}") for n, it in orders.items()]


def paid(numbers: Sequence[int], amount: int = 1000) -> list[Json]:
    """Return the payments of these orders."""
    return [
        event_at(
            2,
            "payment.succeeded",
            {"payment": {"id": f"pay_{n}", "order_id": f"ord_{n}", "amount": amount}},
            f"evt_p{n}",
        )
        for n in numbers
    ]
