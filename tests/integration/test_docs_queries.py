"""The queries on the documentation page about the order, run on orders that were projected."""

import json
import re
from random import Random
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.adapters.memory import MemoryAnnouncer, MemoryDeadLetters
from order_projector.adapters.mongo import connect
from order_projector.domain.served import project_order
from order_projector.domain.source_ids import order_id_from
from order_projector.events.decode import decode
from order_projector.projection.batch import Projector
from order_projector.projection.metrics import NullMetrics
from order_projector.projection.ports import Coordinates, Record
from tests.support.events import event_at, order_event, paid, redeemed, to_json
from tests.support.pages import ROOT, snippets
from tests.support.stored import noon
from tests.support.topics import Topics

PAGE = ROOT / "docs" / "reference" / "order.md"
CAPACITY = ROOT / "docs" / "operations" / "capacity.md"
CALL = re.compile(r"\.(\w+)\(((?:\"[^\"]*\"|[^()\"])*)\)")

ORDERS = [
    order_event(
        0,
        "created",
        source_id="shop-1001",
        customer={"id": "cust_1"},
        items=[{"product_id": "prod_mug", "quantity": 1, "price": 500}],
    ),
    redeemed(
        1,
        "r_1",
        order={"id": "ord_1"},
        voucher={"discount": {"type": "AMOUNT", "amount_off": 700}},
    ),
    paid(2, 0),
    event_at(3, "order.created", {"order": {"id": "ord_2", "amount": 900}}),
    event_at(4, "order.erased", {"order": {"id": "ord_3"}}),
]


def queries() -> list[str]:
    blocks = [body for kind, body in snippets(PAGE) if kind == "js"]
    return [query for body in blocks for query in re.split(r"\n(?=db\.)", body.strip())]


@pytest.fixture
async def stored(
    topics: Topics, database: AsyncDatabase[dict[str, Any]]
) -> AsyncDatabase[dict[str, Any]]:
    """Store the orders, and return their database."""
    orders = connect(topics.servers.mongodb_uri, topics.database)
    projector = Projector(
        orders,
        MemoryAnnouncer(),
        MemoryDeadLetters(),
        decode=decode,
        fold=project_order,
        metrics=NullMetrics(),
        random=Random(1),
        clock=noon,
    )
    records = [
        Record(Coordinates("redemptions", 0, number), None, to_json(event))
        for number, event in enumerate(ORDERS)
    ]
    await projector.process(records)
    await orders.close()
    return database


async def answer(database: AsyncDatabase[dict[str, Any]], query: str) -> list[dict[str, Any]]:
    """Run a mongosh line, a find with chained calls or an aggregate; return what it finds."""
    (method, arguments), *chained = CALL.findall(query.removeprefix("db.orders"))
    argument = json.loads(arguments)
    if method == "aggregate":
        return await (await database.orders.aggregate(argument)).to_list()
    cursor = database.orders.find(argument)
    for name, given in chained:
        match name:
            case "sort":
                cursor = cursor.sort(list(json.loads(given).items()))
            case "limit":
                cursor = cursor.limit(int(given))
    return await cursor.to_list()


FOUND = [
    ["ord_1"],
    ["ord_1"],
    ["ord_2", "ord_1"],
    ["ord_1", "ord_2", "ord_3", order_id_from("shop-1001")],
    ["ord_1"],
    ["ord_1"],
    ["ord_1"],
    ["ord_1"],
    ["ord_1"],
]


@pytest.mark.parametrize(("query", "found"), list(zip(queries()[:-1], FOUND, strict=True)))
async def test_a_query_finds_the_orders_that_its_sentence_promises(
    stored: AsyncDatabase[dict[str, Any]], query: str, found: list[str]
) -> None:
    assert [document["_id"] for document in await answer(stored, query)] == found


async def test_orders_that_nothing_has_changed_for_long_are_counted(
    stored: AsyncDatabase[dict[str, Any]],
) -> None:
    (query,) = (body for kind, body in snippets(CAPACITY) if kind == "js" and "count" in body)
    assert await answer(stored, query.strip()) == [{"orders": 2}]


async def test_the_totals_by_status_leave_an_erased_order_out(
    stored: AsyncDatabase[dict[str, Any]],
) -> None:
    assert await answer(stored, queries()[-1]) == [
        {"_id": "CREATED", "orders": 1, "total": 900},
        {"_id": "PAID", "orders": 1, "total": 0},
    ]
