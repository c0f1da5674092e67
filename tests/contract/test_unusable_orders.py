"""An order whose document cannot be read or written affects no other order of the same command."""

import logging
from datetime import UTC, datetime
from typing import Any

import bson
import pytest
from bson.datetime_ms import DatetimeMS
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection

from order_projector.adapters.mongo import Driver, connect
from order_projector.projection.document import compose
from order_projector.projection.ports import (
    OrderStore,
    ProjectionState,
    Unusable,
    UnusableReason,
    Written,
)
from tests.contract.states import STATE, first, served, then
from tests.support.shared_store import SharedMemoryStore

EMAIL = "ada@example.com"
DATABASES = pytest.mark.parametrize("kind", ["motor", "pymongo"])


def broken(**state: Any) -> dict[str, Any]:
    """Return the document of an order with a modified projection state."""
    document = compose(first())
    document["_projection"] |= state
    return document


FOREIGN: dict[str, tuple[dict[str, Any], UnusableReason]] = {
    "no bookkeeping": ({"_id": "o", "email": EMAIL}, UnusableReason.FOREIGN_DOCUMENT),
    "text": ({"_id": "o", "_projection": EMAIL}, UnusableReason.FOREIGN_DOCUMENT),
    "null": ({"_id": "o", "_projection": None}, UnusableReason.FOREIGN_DOCUMENT),
    "number": ({"_id": "o", "_projection": 7}, UnusableReason.FOREIGN_DOCUMENT),
    "list": ({"_id": "o", "_projection": [{}]}, UnusableReason.FOREIGN_DOCUMENT),
    "empty": ({"_id": "o", "_projection": {}}, UnusableReason.FOREIGN_DOCUMENT),
    "newer layout": (broken(layout=2), UnusableReason.NEWER_LAYOUT),
    "nulls": (broken(facts=None, digests=None), UnusableReason.BOOKKEEPING),
    "counter of doubles": (broken(counter=1.0), UnusableReason.BOOKKEEPING),
    "counter of text": (broken(counter=EMAIL), UnusableReason.BOOKKEEPING),
    "facts of numbers": (broken(facts=[{"id": "event e1", "text": 7}]), UnusableReason.BOOKKEEPING),
    "facts by name": (broken(facts={"event e1": "{}"}), UnusableReason.BOOKKEEPING),
    "offsets of text": (broken(offsets=[["t", "0", "1"]]), UnusableReason.BOOKKEEPING),
}


async def put(store: OrderStore, uri: str, database: str, *documents: dict[str, Any]) -> None:
    """Insert documents as another program would."""
    if isinstance(store, SharedMemoryStore):
        for document in documents:
            store.put(document)
    else:
        async with AsyncMongoClient[dict[str, Any]](uri) as client:
            await client[database]["orders"].insert_many(documents)


@pytest.mark.parametrize(("document", "reason"), FOREIGN.values(), ids=FOREIGN)
async def test_a_document_that_is_not_ours_is_told_beside_those_that_are(
    store: OrderStore, uri: str, database: str, document: dict[str, Any], reason: UnusableReason
) -> None:
    await put(store, uri, database, document)
    await store.write([first("good"), first("other")])

    loaded = await store.load(["good", "o", "other", "missing"])

    assert loaded["good"] == loaded["other"] == STATE
    assert "missing" not in loaded
    unusable = loaded["o"]
    assert isinstance(unusable, Unusable)
    assert unusable.reason is reason
    assert EMAIL not in unusable.message


@pytest.mark.parametrize(("document", "reason"), FOREIGN.values(), ids=FOREIGN)
async def test_a_document_that_is_not_ours_is_not_written_over(
    store: OrderStore, uri: str, database: str, document: dict[str, Any], reason: UnusableReason
) -> None:
    await put(store, uri, database, document)

    results = await store.write([first("o"), first("good")])

    assert results == {"o": Written.CONFLICT, "good": Written.APPLIED}
    unusable = (await store.load(["o"]))["o"]
    assert isinstance(unusable, Unusable)
    assert unusable.reason is reason


@pytest.mark.parametrize(
    "document", [{"_id": "o"}, {"_id": "o", "_projection": EMAIL}, {"_id": "o", "_projection": {}}]
)
async def test_a_document_that_is_not_ours_is_neither_announced_nor_in_the_way(
    store: OrderStore, uri: str, database: str, document: dict[str, Any]
) -> None:
    await put(store, uri, database, document)
    await store.write([first("good")])

    assert await store.revisions(["o", "good"]) == {"good": 1}
    assert [order.order_id for order in await store.stored(["o", "good"])] == ["good"]


@DATABASES
@pytest.mark.parametrize(
    "foreign",
    [
        DatetimeMS(2**62),
        datetime(2026, 3, 1, tzinfo=UTC),
        {"$ref": 7, "$id": 1, "revision": {"$ref": None, "$id": 0}},
        {"revision": DatetimeMS(2**62), "counter": bson.Decimal128("1"), "facts": bson.MaxKey()},
        bson.Regex("("),
        bson.Code("return", {"a": DatetimeMS(2**62)}),
    ],
    ids=["date beyond the calendar", "date", "reference", "other types", "regex", "code"],
)
async def test_what_the_driver_cannot_decode_costs_no_other_order(
    store: OrderStore, orders: AsyncCollection[dict[str, Any]], foreign: object
) -> None:
    await orders.insert_one({"_id": "o", "_projection": foreign, "paid": DatetimeMS(2**62)})
    await store.write([first("good")])

    loaded = await store.load(["o", "good"])

    assert isinstance(loaded["o"], Unusable)
    assert loaded["good"] == STATE
    assert await store.revisions(["o", "good"]) == {"good": 1}
    assert [order.order_id for order in await store.stored(["o", "good"])] == ["good"]


@DATABASES
async def test_a_unique_index_refuses_its_order_alone_be_it_new_or_stored(
    store: OrderStore, orders: AsyncCollection[dict[str, Any]]
) -> None:
    await orders.create_index("email", unique=True, sparse=True)
    await store.write([first("owner", email=EMAIL), first("stored"), first("moves on")])

    results = await store.write(
        [
            first("new", email=EMAIL),
            then(first("stored"), email=EMAIL),
            then(first("moves on"), email="other"),
            first("good"),
            first("owner", email=EMAIL),
        ]
    )

    taken = Unusable(UnusableReason.UNIQUE_INDEX, "a unique index refuses its document")
    assert results == {
        "new": taken,
        "stored": taken,
        "moves on": Written.APPLIED,
        "good": Written.APPLIED,
        "owner": Written.CONFLICT,
    }
    assert await store.revisions(list(results)) == {
        "stored": 1,
        "moves on": 2,
        "good": 1,
        "owner": 1,
    }


@DATABASES
async def test_a_refused_document_that_was_made_of_an_older_state_is_a_conflict(
    store: OrderStore, orders: AsyncCollection[dict[str, Any]]
) -> None:
    await orders.create_index("email", unique=True, sparse=True)
    await store.write([first("owner", email=EMAIL), first("o"), first("removed")])
    await store.write([then(first("o"), note="theirs")])
    await orders.delete_one({"_id": "removed"})

    results = await store.write(
        [
            then(first("o"), email=EMAIL),
            first("owner", email=EMAIL),
            then(first("removed"), email=EMAIL),
        ]
    )

    assert results == {
        "o": Written.CONFLICT,
        "owner": Written.CONFLICT,
        "removed": Unusable(UnusableReason.UNIQUE_INDEX, "a unique index refuses its document"),
    }


@DATABASES
async def test_a_validator_refuses_its_order_alone(
    store: OrderStore, orders: AsyncCollection[dict[str, Any]]
) -> None:
    await orders.drop()
    schema = {"properties": {"email": {"enum": ["nobody@example.com"]}}}
    await orders.database.create_collection("orders", validator={"$jsonSchema": schema})
    await store.write([first("stored")])

    results = await store.write(
        [first("new", email=EMAIL), then(first("stored"), email=EMAIL), first("good")]
    )

    refused = Unusable(UnusableReason.VALIDATOR, "the collection's validator refuses its document")
    assert results == {"new": refused, "stored": refused, "good": Written.APPLIED}
    assert (await served(store, "stored")).order == {"id": "stored", "metadata": {}}


@DATABASES
async def test_a_trial_tells_what_the_validator_would_refuse_and_changes_nothing(
    store: OrderStore, orders: AsyncCollection[dict[str, Any]]
) -> None:
    await orders.drop()
    schema = {"properties": {"email": {"enum": ["nobody@example.com"]}}}
    await orders.database.create_collection("orders", validator={"$jsonSchema": schema})
    await store.write([first("stored")])

    assert not await store.would_take(then(first("stored"), email=EMAIL))
    assert await store.would_take(then(first("stored"), email="nobody@example.com"))
    assert (await served(store, "stored")).order == {"id": "stored", "metadata": {}}


@DATABASES
async def test_a_trial_on_an_order_that_was_removed_does_not_bring_it_back(
    store: OrderStore, orders: AsyncCollection[dict[str, Any]]
) -> None:
    """What it would have taken in is still served where it was."""
    await store.write([first("kept")])

    assert not await store.would_take(then(first("removed")))
    assert [document["_id"] async for document in orders.find({})] == ["kept"]


@DATABASES
async def test_no_line_of_the_driver_holds_a_document_not_even_when_debugging(
    orders: AsyncCollection[dict[str, Any]],
    kind: Driver,
    uri: str,
    database: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await orders.create_index("email", unique=True, sparse=True)
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="pymongo")
    store = connect(uri, database, driver=kind)

    await store.write([first("owner", email=EMAIL)])
    await store.write([first("new", email=EMAIL)])
    loaded = await store.load(["owner"])
    await store.stored(["owner"])
    await store.close()

    assert isinstance(loaded["owner"], ProjectionState)
    assert EMAIL not in caplog.text
