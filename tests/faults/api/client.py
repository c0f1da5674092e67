"""A client of the API that writes, reads, imports and exports, one request at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, Final
from urllib.parse import quote

import httpx
import orjson

from tests.faults.api.door import Door, NeverAnswered
from tests.faults.api.journal import (
    Accepted,
    Answer,
    File,
    Folded,
    Imported,
    Missing,
    Page,
    Row,
    Shown,
    Unexpected,
)
from tests.faults.evidence import digest

MARK: Final = "mark"
"""The metadata key that identifies a write in the log."""
SHARED: Final = 3
"""Number of orders that all clients write concurrently."""
IMPORTED: Final = 60
"""Number of orders in an import: more than are published in one batch."""
SEQUENCES: Final = ("created_at", "-created_at", "updated_at", "-updated_at")
READS: Final = 12
"""Number of reads after each write."""
PAUSE: Final = 0.1

Json = Mapping[str, Any]


@dataclass(slots=True)
class Client:
    """Record every answer it receives; ``others`` names orders that it only reads."""

    name: str
    door: Door
    rng: Random
    others: Sequence[str]
    answers: list[Answer]
    own: list[str] = field(default_factory=list)
    """Names of its own orders for which a write was answered."""
    listed: list[str] = field(default_factory=list)
    """Ids of the orders on the most recently listed page."""
    _count: int = 0

    async def work(self, over: asyncio.Event) -> None:
        """Write and read until ``over`` is set; then read everything it wrote once more."""
        await self._until(over, self.anything)
        for name in self.own:
            await self._kept(partial(self._read, name, self.door.insist))

    async def move_much(self, over: asyncio.Event) -> None:
        """Import and export until ``over`` is set."""
        await self._until(over, self.bring, self.take)

    async def anything(self) -> None:
        """Write once, then read several times and list once."""
        await self.rng.choice((self.create, self.change, self.change, self.share))()
        for _ in range(READS):
            await self.read()
        await self.list()

    async def create(self) -> None:
        """Create an order under a source id."""
        name = self._new()
        body = {"source_id": name, "items": [{"product_id": "p", "quantity": 2, "price": 250}]}
        await self._write("POST", "/v1/orders", name, body)

    async def change(self) -> None:
        """Update or pay one of its own orders."""
        if not self.own:
            return await self.create()
        name = self.rng.choice(self.own)
        body = self.rng.choice(({}, {"status": "PAID"}, {"customer": {"source_id": self.name}}))
        await self._write("PUT", f"/v1/orders/{quote(name, safe='')}", name, body)
        return None

    async def share(self) -> None:
        """Write an order that other clients write as well."""
        name = f"shared-{self.rng.randrange(SHARED)}"
        await self._write("POST", "/v1/orders", name, {"source_id": name})

    async def read(self) -> None:
        """Read an order: its own, a listed one or another."""
        there = [names for names in (self.own, self.listed, self.others) if names]
        await self._read(self.rng.choice(self.rng.choice(there)), self.door.ask)

    async def list(self) -> None:
        """List a page of orders in a random sort order."""
        sequence, page = self.rng.choice(SEQUENCES), self.rng.randint(1, 5)
        answer = await self.door.ask("GET", f"/v1/orders?order={sequence}&limit=20&page={page}")
        if answer is not None and _is_good(answer):
            rows = tuple(map(_row, answer.json()["orders"]))
            self.answers.append(Page(rows))
            self.listed = [row.order_id for row in rows]
        else:
            self._unexpected(answer)

    async def bring(self) -> None:
        """Import orders and wait for the import to finish."""
        names = [self._new() for _ in range(IMPORTED)]
        orders = [{"source_id": it, "amount": 100, "metadata": {MARK: it}} for it in names]
        made = await self.door.insist("POST", "/v1/orders/import", orders, key=self._new())
        if made.status_code != httpx.codes.ACCEPTED:
            return self._unexpected(made)
        action_id = made.json()["async_action_id"]
        while True:
            answer = await self.door.insist("GET", f"/v1/async-actions/{action_id}")
            if not _is_good(answer):
                return self._unexpected(answer)
            action = answer.json()
            if (result := action["result"]) is not None:
                done, failed = result["done_count"], result["failed_count"]
                self.answers.append(Imported(tuple(names), action["status"], done, failed))
                return None
            await asyncio.sleep(PAUSE)

    async def take(self) -> None:
        """Create an order and export all orders, each request repeated until it is answered."""
        await self.create()
        asked = {"exported_object": "order", "parameters": {"format": "jsonl"}}
        made = await self.door.insist("POST", "/v1/exports", asked, key=self._new())
        if not _is_good(made):
            return self._unexpected(made)
        done = await self.door.insist("GET", f"/v1/exports/{made.json()['id']}")
        if not _is_good(done):
            return self._unexpected(done)
        file = await self.door.insist(
            "GET", httpx.URL(done.json()["result"]["url"]).raw_path.decode()
        )
        if not _is_good(file):
            return self._unexpected(file)
        self.answers.append(await asyncio.to_thread(_file, file.content))
        return None

    async def _until(self, over: asyncio.Event, *steps: Callable[[], Awaitable[None]]) -> None:
        while not over.is_set():
            for step in steps:
                await self._kept(step)
            await asyncio.sleep(PAUSE * self.rng.random())

    async def _kept(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except NeverAnswered as never:
            self.answers.append(Unexpected(f"never answered: {never}"))

    async def _write(self, method: str, path: str, name: str, body: Json) -> None:
        """Write; repeat about half of the writes, with an Idempotency-Key, until answered."""
        mark = self._new()
        marked = {**body, "metadata": {MARK: mark}}
        if self.rng.random() < 0.5:
            answer: httpx.Response | None = await self.door.insist(method, path, marked, key=mark)
        else:
            answer = await self.door.ask(method, path, marked)
        if answer is not None and answer.status_code == httpx.codes.ACCEPTED:
            order_id = answer.json()["id"]
            self.answers.append(Accepted(mark, order_id))
            self._owned(name, order_id)
        elif answer is not None and _is_good(answer):
            shown = _shown(name, answer)
            self.answers += [shown, Folded(mark, shown.order_id, shown.revision)]
            self._owned(name, shown.order_id)
        else:
            self._not_shown(name, answer)

    async def _read(
        self, name: str, ask: Callable[[str, str], Awaitable[httpx.Response | None]]
    ) -> None:
        answer = await ask("GET", f"/v1/orders/{quote(name, safe='')}")
        if answer is not None and _is_good(answer):
            self.answers.append(_shown(name, answer))
        else:
            self._not_shown(name, answer)

    def _owned(self, *names: str) -> None:
        self.own += [name for name in dict.fromkeys(names) if name not in self.own]

    def _not_shown(self, name: str, answer: httpx.Response | None) -> None:
        if answer is not None and answer.status_code in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
            self.answers.append(Missing(name))
        else:
            self._unexpected(answer)

    def _unexpected(self, answer: httpx.Response | None) -> None:
        if answer is not None:
            asked = f"{answer.request.method} {answer.request.url.path}"
            self.answers.append(Unexpected(f"{asked}: {answer.status_code} {answer.text[:200]}"))

    def _new(self) -> str:
        self._count += 1
        return f"{self.name}-{self._count}"


def _is_good(answer: httpx.Response) -> bool:
    return answer.status_code == httpx.codes.OK


def _shown(name: str, answer: httpx.Response) -> Shown:
    row = _row(answer.json())
    return Shown(name, row.order_id, int(answer.headers["ETag"].strip('"')), row.fields)


def _row(order: Json) -> Row:
    return Row(order["id"], tuple((name, digest(value)) for name, value in order.items()))


def _file(content: bytes) -> File:
    return File(tuple(_row(orjson.loads(line)) for line in content.splitlines()))
