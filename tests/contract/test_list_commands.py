"""The database commands of a list: as many for many orders as for few, and always on an index."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from order_projector.adapters.mongo.indexes import INDEXES
from order_projector.adapters.mongo.reading import MongoReader
from order_projector.projection.document import compose
from order_projector.projection.reading import (
    Direction,
    OrderFilter,
    PageRequest,
    Sort,
    SortField,
    SortPlace,
)
from tests.contract.states import first
from tests.support.servers import Servers

Query = Mapping[str, Any]

EARLIEST = "2026-03-01T00:00:00.000Z"
PLACE = SortPlace(EARLIEST, "ord_0000003")
LATEST_FIRST = Sort(SortField.CREATED_AT, Direction.DESCENDING)
BY_UPDATE = Sort(SortField.UPDATED_AT)

PAGES: Mapping[str, tuple[PageRequest, Query]] = {
    "the first page": (PageRequest(), {"object": "order"}),
    "a later page": (PageRequest(sort=BY_UPDATE, skip=20), {"object": "order"}),
    "a status": (
        PageRequest(OrderFilter(statuses=("PAID",))),
        {"object": "order", "status": {"$eq": "PAID"}},
    ),
    "two statuses, by their updates": (
        PageRequest(OrderFilter(statuses=("PAID", "CREATED")), BY_UPDATE),
        {"object": "order", "status": {"$in": ["PAID", "CREATED"]}},
    ),
    "a time of creation": (
        PageRequest(OrderFilter(created_after=EARLIEST), LATEST_FIRST),
        {"object": "order", "created_at": {"$gt": EARLIEST}},
    ),
    "after an order": (
        PageRequest(after=PLACE),
        {
            "$or": [
                {"object": "order", "created_at": {"$eq": EARLIEST}, "_id": {"$gt": "ord_0000003"}},
                {"object": "order", "created_at": {"$gt": EARLIEST}},
            ]
        },
    ),
    "before an order, of one status": (
        PageRequest(OrderFilter(statuses=("PAID",)), LATEST_FIRST, after=PLACE),
        {
            "$or": [
                {
                    "object": "order",
                    "status": {"$eq": "PAID"},
                    "created_at": {"$eq": EARLIEST},
                    "_id": {"$lt": "ord_0000003"},
                },
                {
                    "object": "order",
                    "status": {"$eq": "PAID"},
                    "created_at": {"$lt": EARLIEST},
                },
            ]
        },
    ),
}

ORDERS = {"object": "order"}
MATCHES: Mapping[str, tuple[OrderFilter, Query]] = {
    "all orders": (OrderFilter(), ORDERS),
    "a status": (OrderFilter(statuses=("PAID",)), ORDERS | {"status": {"$eq": "PAID"}}),
    "a source id": (OrderFilter(source_id="shop-1"), ORDERS | {"source_id": {"$eq": "shop-1"}}),
    "a flag": (
        OrderFilter(flag="overpaid"),
        ORDERS | {"_projection.flags.code": {"$eq": "overpaid"}},
    ),
    "a redemption": (
        OrderFilter(redemption="r_1"),
        ORDERS | {"_projection.redemptions": {"$eq": "r_1"}},
    ),
    "a payment": (
        OrderFilter(payment="pay_1"),
        ORDERS | {"_projection.payments": {"$eq": "pay_1"}},
    ),
}


class Commands(CommandListener):
    """The commands that were sent to the database."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Mapping[str, Any]]] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.sent.append((event.command_name, event.command))

    def succeeded(self, event: CommandSucceededEvent) -> None: ...

    def failed(self, event: CommandFailedEvent) -> None: ...


@pytest.fixture(params=[1_000, pytest.param(100_000, marks=pytest.mark.nightly)])
async def client(
    request: pytest.FixtureRequest, stack: Servers, database: str
) -> AsyncIterator[tuple[AsyncMongoClient[RawBSONDocument], Commands]]:
    """Yield a client whose commands are recorded, of a database with this many orders."""
    commands = Commands()
    async with (
        AsyncMongoClient[dict[str, Any]](stack.mongodb_uri) as filling,
        AsyncMongoClient(
            stack.mongodb_uri, document_class=RawBSONDocument, event_listeners=[commands]
        ) as client,
    ):
        orders = filling[database]["orders"]
        await orders.create_indexes(list(INDEXES))
        for first in range(0, request.param, 1_000):
            await orders.insert_many(map(document, range(first, first + 1_000)))
        yield client, commands
        await filling.drop_database(database)


def document(number: int) -> dict[str, Any]:
    """Return the document of an order with the members that lists need."""
    at = f"2026-03-01T00:{number // 60 % 60:02}:{number % 60:02}.000Z"
    status = "PAID" if number % 10 == 0 else "CREATED"
    name = f"ord_{number:07}"
    return compose(first(name, object="order", status=status, created_at=at, updated_at=at))


async def test_pages_and_counts_are_one_command_each_whatever_the_number_of_orders(
    client: tuple[AsyncMongoClient[RawBSONDocument], Commands], database: str
) -> None:
    connection, commands = client
    reader = MongoReader(connection[database]["orders"], timeout=10.0)

    for request, query in PAGES.values():
        await reader.page(request)
        name, sent = commands.sent.pop()
        direction = request.sort.direction.value
        assert (name, sent["filter"]) == ("find", query)
        assert list(sent["sort"].items()) == [(request.sort.field, direction), ("_id", direction)]
        assert (sent["limit"], sent.get("skip", 0)) == (11, request.skip)
        assert not commands.sent

    for matching, query in MATCHES.values():
        await reader.count(matching)
        name, sent = commands.sent.pop()
        assert (name, sent["pipeline"][0]) == ("aggregate", {"$match": query})
        assert not commands.sent


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_read_in_its_sequence_from_one_declared_index(page: str) -> None:
    request, query = PAGES[page]
    sort = [request.sort.field.value, "_id"]
    alternatives = query.get("$or", [query])
    assert all(any(in_sequence(each, sort, keys) for keys in declared()) for each in alternatives)


def test_a_sequence_for_which_there_is_no_index_would_be_noticed() -> None:
    query = {"object": "order", "customer_id": {"$eq": "cust_1"}}
    assert not any(in_sequence(query, ["created_at", "_id"], keys) for keys in declared())
    assert not any(in_sequence({"object": "order"}, ["amount", "_id"], it) for it in declared())


@pytest.mark.parametrize("orders", MATCHES)
def test_orders_are_counted_by_the_declared_index_of_what_they_match(orders: str) -> None:
    """An index begins with the compared fields, or with the selective one."""
    _, query = MATCHES[orders]
    fields = list(query)
    assert any(keys[: len(fields)] == fields or keys == fields[1:] for keys in declared())


def declared() -> Iterator[list[str]]:
    """Yield the fields of each index."""
    for index in INDEXES:
        yield list(index.document["key"])


def in_sequence(query: Query, sort: list[str], keys: list[str]) -> bool:
    """Return whether an index yields a query's results in this order, as MongoDB's manual says.

    Fields compared to one value, or to several whose results are merged, come before those sorted
    by.
    """
    left = list(sort)
    if not query.keys() <= set(keys):
        return False
    for key in keys:
        if left and key == left[0]:
            left.pop(0)
        elif not _compared(query.get(key)):
            return False
        if not left:
            return True
    return False


def _compared(condition: object) -> bool:
    return isinstance(condition, str) or (
        isinstance(condition, Mapping) and bool(condition.keys() & {"$eq", "$in"})
    )
