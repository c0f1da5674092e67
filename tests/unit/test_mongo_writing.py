"""New orders and known ones are written by two commands, sent at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from pymongo import InsertOne
from pymongo.errors import AutoReconnect, BulkWriteError

from order_projector.adapters.mongo.writing import ignore_size, send
from order_projector.projection.ports import OrderWrite, Unavailable, Written
from order_projector.projection.session import NEW


@dataclass(frozen=True)
class Result:
    bulk_api_result: dict[str, Any] = field(
        default_factory=lambda: {"writeErrors": [], "writeConcernErrors": []}
    )


@dataclass
class Orders:
    """A collection that answers insertions when a test tells it to."""

    sent: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    insertions: asyncio.Event = field(default_factory=asyncio.Event)
    errors: dict[str, Exception] = field(default_factory=dict)

    async def bulk_write(self, requests: Sequence[Any], *, ordered: bool) -> Result:
        assert not ordered
        kind = "insert" if isinstance(requests[0], InsertOne) else "replace"
        self.sent.append(kind)
        if kind == "insert":
            await self.insertions.wait()
        self.answered.append(kind)
        if error := self.errors.get(kind):
            raise error
        return Result()


WRITES = [OrderWrite("new", None, {}, NEW), OrderWrite("known", 3, {}, NEW)]


async def turns() -> None:
    """Yield to every other task."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_neither_waits_for_the_answer_to_the_other() -> None:
    orders = Orders()
    sending = asyncio.create_task(send(orders, WRITES, ignore_size, asyncio.Semaphore()))
    await turns()
    assert orders.answered == ["replace"]

    orders.insertions.set()

    assert (await sending).refused == {}
    assert orders.answered == ["replace", "insert"]


async def test_an_error_of_one_is_raised_once_both_are_answered() -> None:
    orders = Orders(errors={"replace": AutoReconnect("away")})
    sending = asyncio.create_task(send(orders, WRITES, ignore_size, asyncio.Semaphore()))
    await turns()
    assert not sending.done()

    orders.insertions.set()

    with pytest.raises(Unavailable):
        await sending
    assert orders.answered == ["replace", "insert"]


async def test_what_each_refuses_is_told_by_its_order() -> None:
    conflict = {"index": 0, "code": 11000, "keyPattern": {"_id": 1}}
    error = BulkWriteError({"writeErrors": [conflict], "writeConcernErrors": []})
    orders = Orders(errors={"insert": error, "replace": error})
    orders.insertions.set()

    answer = await send(orders, WRITES, ignore_size, asyncio.Semaphore())

    assert answer.refused == {"new": Written.CONFLICT, "known": Written.CONFLICT}


async def test_without_new_orders_there_is_one_command() -> None:
    orders = Orders()

    await send(orders, WRITES[1:], ignore_size, asyncio.Semaphore())

    assert orders.sent == ["replace"]
