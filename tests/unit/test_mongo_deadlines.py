"""What a reader of orders asks the database has a limited time, also before it is sent."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pymongo import _csot

from order_projector.adapters.mongo.reading import MongoReader
from order_projector.projection.reading import EVERY_ORDER, PageRequest


class Orders:
    """A collection that notes how much time each command has left, in seconds."""

    def __init__(self) -> None:
        self.left: list[float | None] = []
        self.database = {"segments": self}

    def with_options(self, **_: Any) -> "Orders":
        return self

    async def find_one(self, *_: Any) -> None:
        self.left.append(_csot.remaining())

    async def count_documents(self, *_: Any, **__: Any) -> int:
        self.left.append(_csot.remaining())
        return 0

    def find(self, *_: Any, **__: Any) -> "Orders":
        return self

    async def to_list(self, _: Any) -> list[Any]:
        self.left.append(_csot.remaining())
        return []


COMMANDS: dict[str, Callable[[MongoReader], Awaitable[object]]] = {
    "by_name": lambda reader: reader.by_name("ord_1"),
    "by_id": lambda reader: reader.by_id("ord_1"),
    "by_source_id": lambda reader: reader.by_source_id("1"),
    "by_ids": lambda reader: reader.by_ids(["ord_1"]),
    "holding": lambda reader: reader.holding("ord_1", "event evt_1"),
    "page": lambda reader: reader.page(PageRequest()),
    "count": lambda reader: reader.count(EVERY_ORDER),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
async def test_the_time_of_a_command_begins_before_it_waits_for_a_thread(
    command: Callable[[MongoReader], Awaitable[object]],
) -> None:
    """So requests to a silent database end together, instead of one after the other."""
    orders = Orders()

    await command(MongoReader(orders, timeout=3.0))

    assert orders.left
    assert all(left is not None and 0 < left <= 3 for left in orders.left)
    assert _csot.remaining() is None
