"""Documents that cannot be read leave no gap in a list, and count in no total."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo.asynchronous.collection import AsyncCollection

from order_projector.adapters.mongo import MongoStore
from order_projector.api.application import create_app
from order_projector.api.counting import OrderCounts
from order_projector.projection.document import compose
from order_projector.projection.ports import OrderStore, OrderWrite
from order_projector.projection.reading import (
    OrderFilter,
    OrderReader,
    PageRequest,
    Sort,
    SortPlace,
)
from tests.contract.states import first
from tests.support.api import HEADERS, world

pytestmark = pytest.mark.parametrize("kind", ["motor", "pymongo"])

Documents = AsyncCollection[dict[str, Any]]


def created(name: str, day: int, **fields: Any) -> OrderWrite:
    """Return the write of an order that was created on that day of March."""
    return first(
        name, object="order", created_at=f"2026-03-{day:02}T00:00:00.000Z", status="PAID", **fields
    )


def unreadable(name: Any, day: int, **state: Any) -> dict[str, Any]:
    """Return the document of such an order whose bookkeeping was damaged."""
    document = compose(created("x", day))
    return document | {"_id": name, "_projection": document["_projection"] | state}


FOREIGN: Mapping[str, Any] = {
    "_id": {"no": "text"},
    "object": "order",
    "created_at": "2026-03-02T00:00:00.000Z",
    "status": "PAID",
}


@pytest.fixture
async def reader(store: OrderStore, orders: Documents) -> OrderReader:
    """Return a reader of the orders a to d, with four documents among them that are none."""
    assert isinstance(store, MongoStore)
    await store.write([created(name, day) for day, name in enumerate("abcd", start=3)])
    await orders.insert_many(
        [
            unreadable("newer", 1, layout=99),
            dict(FOREIGN),
            unreadable("damaged", 4, revision="1"),
            unreadable("z", 9, causes=None),
        ]
    )
    return store.reader()


async def walked(reader: OrderReader, limit: int) -> tuple[list[str], list[bool]]:
    """Return the ids of all pages by their places, each page as one text, and what follows each."""
    pages, more = list[str](), list[bool]()
    after: SortPlace | None = None
    while not more or more[-1]:
        page = await reader.page(PageRequest(limit=limit, after=after))
        pages.append("".join(order.order_id for order in page.orders))
        more.append(page.has_more)
        last = page.orders[-1]
        after = SortPlace(last.order["created_at"], last.order_id)
    return pages, more


@pytest.mark.parametrize(
    ("limit", "pages"), [(1, ["a", "b", "c", "d"]), (2, ["ab", "cd"]), (3, ["abc", "d"])]
)
async def test_no_page_is_short_but_the_last_one(
    reader: OrderReader, limit: int, pages: list[str]
) -> None:
    assert await walked(reader, limit) == (pages, [True] * (len(pages) - 1) + [False])


async def test_pages_by_number_have_each_order_once_whatever_stands_between(
    reader: OrderReader,
) -> None:
    pages = [await reader.page(PageRequest(limit=2, skip=skip)) for skip in (0, 2, 4)]

    assert [[order.order_id for order in page.orders] for page in pages] == [
        ["a", "b"],
        ["c", "d"],
        [],
    ]
    assert [page.has_more for page in pages] == [True, False, False]


async def test_what_a_page_met_and_could_not_read_is_in_no_count(reader: OrderReader) -> None:
    page = await reader.page(PageRequest())

    assert page.unreadable == 4
    assert await reader.count(OrderFilter()) == 4
    assert await reader.count(OrderFilter(statuses=("PAID",)), 10) == 4


async def test_a_document_that_was_mended_is_in_the_next_list(
    reader: OrderReader, orders: Documents
) -> None:
    await reader.page(PageRequest())
    await orders.replace_one({"_id": "z"}, compose(created("z", 9)))

    page = await reader.page(PageRequest(sort=Sort(), limit=10))

    assert [order.order_id for order in page.orders] == ["a", "b", "c", "d", "z"]
    assert await reader.count(OrderFilter()) == 5


async def test_a_source_id_leads_past_what_cannot_be_read(
    store: OrderStore, reader: OrderReader, orders: Documents
) -> None:
    await store.write([created("e", 8, source_id="shop-1")])
    await orders.insert_one({**FOREIGN, "_id": 7, "source_id": "shop-1"})

    found = await reader.by_source_id("shop-1")

    assert found is not None
    assert found.order.order_id == "e"


async def test_what_a_list_meets_and_cannot_read_is_not_in_its_own_total(
    reader: OrderReader, tmp_path: Path
) -> None:
    async with world(tmp_path) as api:
        services = replace(api.services, reader=reader, counts=OrderCounts(reader))
        transport = httpx.ASGITransport(app=create_app(services))
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            body = (await client.get("/v1/orders?limit=4", headers=HEADERS)).json()

    assert [order["id"] for order in body["orders"]] == ["a", "b", "c", "d"]
    assert (body["total"], body["has_more"]) == (4, False)
