"""The API on orders in memory, with a worker that folds what is published."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx

from order_projector.adapters.offline import Offline
from order_projector.api.application import create_app
from order_projector.api.counting import OrderCounts
from order_projector.api.gate import Gate
from order_projector.api.history import OrderHistory
from order_projector.api.importing import Importer
from order_projector.api.keys import KeysFile
from order_projector.api.rates import RateLimit
from order_projector.api.services import ApiOptions, Services
from order_projector.api.timing import WriteTimes
from order_projector.api.webhooks import WebhookSecrets
from order_projector.api.writing import OrderWriter
from order_projector.projection.ports import Coordinates, Record, Unavailable
from order_projector.projection.publishing import OutgoingEvent
from tests.support.events import to_json
from tests.support.memory_jobs import MemoryExports, MemoryImports, MemoryKeys
from tests.support.memory_reading import MemoryReader

TOKEN: Final = "correct-horse"  # noqa: S105
ALL_SCOPES: Final = ("orders:read", "orders:write", "orders:export")
HEADERS: Final = {"X-App-Id": "shop", "X-App-Token": TOKEN}
PUBLIC_URL: Final = "https://orders.example"
NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)


def key_line(app_id: str = "shop", token: str = TOKEN, scopes: tuple[str, ...] = ALL_SCOPES) -> str:
    """Return a line of the keys file."""
    digest = sha256(token.encode()).hexdigest()
    return json.dumps({"app_id": app_id, "token_sha256": digest, "scopes": scopes})


def basic(app_id: str = "shop", token: str = TOKEN) -> dict[str, str]:
    """Return the header of basic authentication."""
    login = base64.b64encode(f"{app_id}:{token}".encode()).decode()
    return {"Authorization": f"Basic {login}"}


@dataclass
class Clock:
    """A wall clock that stands still until it is advanced."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Log:
    """A topic and its worker, which folds each event at once unless `folds` is off."""

    offline: Offline
    clock: Clock
    events: list[OutgoingEvent] = field(default_factory=list)
    folds: bool = True
    answers: bool = True
    dies_at: int | None = None
    published_one: asyncio.Event = field(default_factory=asyncio.Event)

    async def publish(self, event: OutgoingEvent) -> None:
        if not self.answers:
            raise Unavailable("no broker")
        if self.dies_at is not None and len(self.events) >= self.dies_at:
            raise asyncio.CancelledError
        self.events.append(event)
        self.published_one.set()
        if self.folds:
            await self.fold(event.value)

    async def ping(self) -> None:
        if not self.answers:
            raise Unavailable("no broker")

    async def fold(self, value: bytes, at: datetime | None = None) -> None:
        """Have the worker process a record."""
        time = int((at or self.clock.now).timestamp() * 1000)
        offset = sum(self.offline.tally.events.values())
        coordinates = Coordinates("redemptions", 0, offset)
        await self.offline.process([Record(coordinates, None, value, (), time)])

    def published(self) -> list[dict[str, Any]]:
        """Return the published events as parsed JSON."""
        return [json.loads(event.value) for event in self.events]


@dataclass
class World:
    """The API, its collaborators, and a client that has a key."""

    offline: Offline
    log: Log
    clock: Clock
    services: Services
    app: Gate
    client: httpx.AsyncClient
    keys: MemoryKeys
    keys_file: Path

    async def told(self, *events: Mapping[str, Any], at: datetime | None = None) -> None:
        """Have the worker fold events from other producers."""
        for event in events:
            await self.log.fold(to_json(event), at)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Request a path with a key."""
        return await self.client.get(path, headers=headers)


@asynccontextmanager
async def world(
    folder: Path,
    *,
    write_wait: float = 0.0,
    rate: int | None = None,
    body_limit: int = 4_194_304,
    public_url: str = PUBLIC_URL,
) -> AsyncIterator[World]:
    """Yield an API without orders."""
    clock, offline = Clock(), Offline()
    log, keys = Log(offline, clock), MemoryKeys()
    reader, keys_file = MemoryReader(offline.store), folder / "keys.jsonl"
    keys_file.write_text(key_line() + "\n")
    writer = OrderWriter(offline.store, reader, log, keys, WriteTimes(clock), write_wait)
    secrets = folder / "webhooks.txt"
    secrets.write_text("first\nsecond\n")
    services = Services(
        options=ApiOptions(public_url, write_wait, body_limit),
        keys=KeysFile(keys_file),
        rates=RateLimit(rate),
        reader=reader,
        counts=OrderCounts(reader),
        history=OrderHistory(offline.store),
        writer=writer,
        publisher=log,
        importer=Importer(MemoryImports(), reader, writer, clock),
        exports=MemoryExports(),
        clock=clock,
        webhooks=WebhookSecrets(secrets),
    )
    app = create_app(services)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://api", headers=HEADERS
    ) as client:
        yield World(offline, log, clock, services, app, client, keys, keys_file)


async def created(api: World, **body: Any) -> dict[str, Any]:
    """Return the order that a write with this body creates or changes."""
    answer = await api.client.post("/v1/orders", json=body)
    assert answer.status_code == 200, answer.text
    order: dict[str, Any] = answer.json()
    return order
