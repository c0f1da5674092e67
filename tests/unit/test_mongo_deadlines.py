"""What a request over HTTP asks the database has a limited time, also before it is sent."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from pymongo import _csot

from order_projector.adapters.mongo import (
    MongoExports,
    MongoImports,
    MongoKeys,
    MongoStore,
    RequestStore,
)
from order_projector.adapters.mongo.reading import MongoReader
from order_projector.projection.api_jobs import ExportJob, FirstTry, ImportJob
from order_projector.projection.reading import EVERY_ORDER, PageRequest
from order_projector.projection.stored import SegmentRef
from tests.contract.states import STATE

TIMEOUT = 3.0


class Database:
    """A database, and each of its collections, that notes how many seconds each command has."""

    def __init__(self) -> None:
        self.left: list[float | None] = []
        self.found: Any = None

    @property
    def database(self) -> "Database":
        return self

    def __getitem__(self, _: str) -> "Database":
        return self

    def with_options(self, **_: Any) -> "Database":
        return self

    def find(self, *_: Any, **__: Any) -> "Database":
        return self

    async def _command(self, *_: Any, **__: Any) -> Any:
        self.left.append(_csot.remaining())
        return self.found

    find_one = insert_one = find_one_and_update = command = _command

    async def count_documents(self, *_: Any, **__: Any) -> int:
        return int(await self._command() or 0)

    async def update_one(self, *_: Any, **__: Any) -> Any:
        await self._command()
        return SimpleNamespace(matched_count=1)

    async def delete_one(self, *_: Any, **__: Any) -> Any:
        await self._command()
        return SimpleNamespace(deleted_count=1)

    async def to_list(self, _: Any) -> list[Any]:
        await self._command()
        return []

    def __aiter__(self) -> "Database":
        return self

    async def __anext__(self) -> Any:
        await self._command()
        raise StopAsyncIteration


IMPORT, EXPORT = ImportJob("aa_1", 5, 5, 1), ExportJob("exp_1", 5, "order", {}, "secret")
FIRST = FirstTry("f", 5, "import")
APART = replace(STATE, apart=(SegmentRef("s", 1, 1),))

Command = Callable[[Any], Awaitable[object]]
Holder = Callable[[Database], Any]

READER: dict[str, Command] = {
    "by_name": lambda reader: reader.by_name("ord_1"),
    "by_id": lambda reader: reader.by_id("ord_1"),
    "by_source_id": lambda reader: reader.by_source_id("1"),
    "by_ids": lambda reader: reader.by_ids(["ord_1"]),
    "holding": lambda reader: reader.holding("ord_1", "event evt_1"),
    "page": lambda reader: reader.page(PageRequest()),
    "count": lambda reader: reader.count(EVERY_ORDER),
}
STORE: dict[str, Command] = {
    "ping": lambda store: store.ping(),
    "load": lambda store: store.load(["ord_1"]),
    "complete": lambda store: store.complete({"ord_1": APART}),
    "stored": lambda store: store.stored(["ord_1"]),
}
KEYS: dict[str, Command] = {
    "first_try": lambda keys: keys.first_try("k"),
    "remember": lambda keys: keys.remember("k", FIRST),
}
IMPORTS: dict[str, Command] = {
    "create": lambda imports: imports.create(IMPORT, b"[]"),
    "get": lambda imports: imports.get("aa_1"),
    "listed": lambda imports: imports.listed(10, None),
    "claim": lambda imports: imports.claim("me", 12),
    "save": lambda imports: imports.save(IMPORT, "me", 12),
}
EXPORTS: dict[str, Command] = {
    "create": lambda exports: exports.create(EXPORT),
    "get": lambda exports: exports.get("exp_1"),
    "delete": lambda exports: exports.delete("exp_1"),
    "listed": lambda exports: exports.listed(1, 10, 0, ["order"]),
}
MADE: list[tuple[str, Holder, dict[str, Command]]] = [
    ("reader", lambda database: MongoReader(database, TIMEOUT), READER),
    (
        "store",
        lambda database: RequestStore(MongoStore({"o": database}, "o", timeout=TIMEOUT)),
        STORE,
    ),
    ("keys", lambda database: MongoKeys(database, TIMEOUT, datetime.now), KEYS),
    ("imports", lambda database: MongoImports(database, TIMEOUT, datetime.now), IMPORTS),
    ("exports", lambda database: MongoExports(database, TIMEOUT, datetime.now), EXPORTS),
]
COMMANDS = [
    pytest.param(made, command, id=f"{name}-{method}")
    for name, made, commands in MADE
    for method, command in commands.items()
]


@pytest.mark.parametrize(("made", "command"), COMMANDS)
async def test_the_time_of_a_command_begins_before_it_waits_for_a_thread(
    made: Holder, command: Command
) -> None:
    """So requests to a silent database end together, instead of one after the other."""
    database = Database()

    await command(made(database))

    assert database.left
    assert all(left is not None and 0 < left <= TIMEOUT for left in database.left)
    assert _csot.remaining() is None
