"""`order-projector explain` for orders that a worker has stored."""

import asyncio
import json
import os
import sys
from random import Random
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.adapters.memory import MemoryAnnouncer, MemoryDeadLetters
from order_projector.adapters.mongo import connect
from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.projection.batch import Projector
from order_projector.projection.document import compose
from order_projector.projection.metrics import NullMetrics
from order_projector.projection.ports import Coordinates, OrderWrite, ProjectionState, Record
from tests.support.events import Json, order_event, paid, redeemed, to_json
from tests.support.stored import noon, told
from tests.support.topics import Topics

STATE = ProjectionState(1, 1, {"consent c_1": told("{}")}, {}, (), (), (), {})
ORDER = {"id": "ord_1"}
HISTORY = [
    order_event(0, "created", items=[{"product_id": "mug", "quantity": 2, "price": 1000}]),
    redeemed(
        1,
        "r_1",
        order=ORDER,
        voucher={"id": "v", "discount": {"type": "AMOUNT", "amount_off": 300}},
    ),
    paid(2, 1700),
]


async def store(topics: Topics, *history: Json) -> None:
    """Process the events into the database, as a worker does."""
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
    await projector.process(
        [
            Record(Coordinates("redemptions", 0, number), b"ord_1", to_json(event))
            for number, event in enumerate(history)
        ]
    )
    await orders.close()


async def explain(topics: Topics, *arguments: str, **settings: str) -> tuple[int, str, str]:
    """Run the command against the test's database; keywords override settings."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "order_projector",
        "explain",
        *arguments,
        env={**os.environ, **topics.environment(), **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_it_tells_the_story_of_a_stored_order_and_proves_it(topics: Topics) -> None:
    await store(topics, *HISTORY)
    status, out, _ = await explain(topics, "ord_1", "--json")
    story = json.loads(out)
    assert status == 0
    assert [chapter["title"] for chapter in story["chapters"]] == [
        "the order's own details",
        "redemption r_1 of voucher v (AMOUNT 300)",
        "payment pay_1 succeeded: 1700",
    ]
    assert story["order"]["status"] == "PAID"
    assert story["drift"] == []


async def test_it_exits_with_1_where_the_stored_order_is_not_what_its_facts_make(
    topics: Topics, database: AsyncDatabase[dict[str, Any]]
) -> None:
    await store(topics, *HISTORY)
    await database.orders.update_one({"_id": "ord_1"}, {"$set": {"total_amount": 1699}})
    status, out, _ = await explain(topics, "ord_1")
    assert status == 1
    assert "NOT proven: the stored order differs from its facts in 1 places." in out


async def test_an_order_that_is_not_stored_ends_with_exit_code_1(topics: Topics) -> None:
    assert await explain(topics, "ord_9") == (
        1,
        "",
        "order-projector: no event mentions order 'ord_9'\n",
    )


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({}, "a document of that id has no _projection"),
        ({"_projection": 7}, "_projection of its document is not an object"),
        (
            {"_projection": {"layout": 1}},
            "_projection.revision of its document is invalid (missing)",
        ),
        (
            compose(OrderWrite("ord_1", None, {}, STATE)),
            "its document holds a fact of an unknown kind",
        ),
    ],
)
async def test_an_order_that_cannot_be_read_ends_with_exit_code_1_and_one_line(
    topics: Topics, database: AsyncDatabase[dict[str, Any]], document: Json, reason: str
) -> None:
    await database.orders.insert_one({"_id": "ord_1", **document})

    assert await explain(topics, "ord_1") == (
        1,
        "",
        f"order-projector: order 'ord_1' cannot be read: {reason}\n",
    )


async def test_a_database_that_is_away_ends_with_exit_code_3(topics: Topics) -> None:
    status, _, err = await explain(
        topics,
        "ord_1",
        ORDERS_MONGODB_URI="mongodb://127.0.0.1:1",
        ORDERS_MONGODB_TIMEOUT="0.5",
    )
    assert status == 3
    assert err.startswith("order-projector: the database does not answer: ")
