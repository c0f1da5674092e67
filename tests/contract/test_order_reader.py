"""Every reader of orders behaves the same."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from order_projector.adapters.memory import MemoryStore
from order_projector.adapters.mongo import MongoStore
from order_projector.domain.names import Claim, Owner
from order_projector.domain.source_ids import customer_id_of, order_id_from
from order_projector.projection.long_orders.segments import cut
from order_projector.projection.names.stored import Import, NameRecord, NameStage, Standing
from order_projector.projection.ports import OrderStore, OrderWrite, StoredOrder
from order_projector.projection.reading import (
    Direction,
    NameKind,
    OrderFilter,
    OrderReader,
    PageRequest,
    Sort,
    SortField,
    SortPlace,
)
from order_projector.projection.stored import ErasedOrder, StoredFlag
from tests.contract.states import STATE, erased, first, then
from tests.support.memory_reading import MemoryReader
from tests.support.stored import told

ORDERS: tuple[Mapping[str, Any], ...] = (
    {"id": "a", "created_at": "2026-03-01T00:00:00.000Z", "updated_at": None, "status": "PAID"},
    {
        "id": "b",
        "created_at": "2026-03-01T00:00:00.000Z",
        "updated_at": "2026-03-04T00:00:00.000Z",
        "status": "CREATED",
        "customer_id": "cust_1",
        "redemptions": {"r_1": {"stacked": ["r_2"]}},
    },
    {
        "id": "c",
        "created_at": "2026-03-02T00:00:00.000Z",
        "updated_at": "2026-03-03T00:00:00.000Z",
        "status": "PAID",
        "customer_id": customer_id_of("ada"),
        "source_id": "shop-1",
        "payments": {"pay.$1": {"status": "SUCCEEDED"}},
    },
    {"id": "d", "created_at": "2026-03-03T00:00:00.000Z", "updated_at": None, "status": "CANCELED"},
)


def stored(order: Mapping[str, Any], **state: Any) -> OrderWrite:
    """Return the first write of an order."""
    write = first(order["id"])
    return replace(
        write, order={**order, "object": "order"}, state=replace(write.state, **state), written_at=5
    )


def merged(source_id: str, owner: str, **state: Any) -> OrderWrite:
    """Return the write of a source id's document after its merge into the owner."""
    name = NameRecord(source_id, Owner(0, "e0", owner), NameStage.MERGED)
    write = first(order_id_from(source_id))
    after = replace(write.state, name=name, **state)
    return replace(write, order={"merged_into": owner}, state=after)


def reader_of(store: OrderStore) -> OrderReader:
    match store:
        case MongoStore():
            return store.reader()
        case MemoryStore():
            return MemoryReader(store)
        case _:
            raise AssertionError(store)


@pytest.fixture
async def reader(store: OrderStore) -> OrderReader:
    """Return a reader of four orders, an erased one, and one that was merged into another."""
    flags = (StoredFlag("discount_cut", "e1", "r_1", "cut"),)
    unflagged = [stored(order, flags=(), revision_flags=()) for order in ORDERS]
    unflagged[1] = stored(ORDERS[1], flags=flags, revision_flags=())
    gone = stored({"id": "gone", "created_at": "2026-03-02T00:00:00.000Z", "status": "PAID"})
    await store.write([*unflagged, gone, merged("shop-2", "b")])
    await store.write([erased(then(gone))])
    return reader_of(store)


def ids(orders: tuple[StoredOrder, ...]) -> list[str]:
    return [order.order_id for order in orders]


async def test_an_order_is_found_by_its_id_exactly_as_it_is_served(reader: OrderReader) -> None:
    found = await reader.by_name("b")

    assert found is not None
    assert found.name is NameKind.ID
    assert isinstance(found.order, StoredOrder)
    assert found.order.order == {**ORDERS[1], "object": "order"}
    assert list(found.order.order) == [*ORDERS[1], "object"]
    assert found.order.revision == STATE.revision


@pytest.mark.parametrize("name", ["shop-1", "shop-2", order_id_from("shop-2")])
async def test_an_order_is_found_by_a_source_id_and_by_what_went_into_it(
    reader: OrderReader, name: str
) -> None:
    found = await reader.by_name(name)

    assert found is not None
    assert found.name is NameKind.SOURCE_ID
    assert found.order.order_id == {"shop-1": "c"}.get(name, "b")


async def test_an_id_goes_before_the_same_source_id(store: OrderStore, reader: OrderReader) -> None:
    await store.write([stored({**ORDERS[0], "id": "shop-1"})])

    by_name, by_source_id = await reader.by_name("shop-1"), await reader.by_source_id("shop-1")

    assert by_name is not None
    assert by_source_id is not None
    assert (by_name.order.order_id, by_source_id.order.order_id) == ("shop-1", "c")


async def test_an_erased_order_is_found_as_erased(reader: OrderReader) -> None:
    found = await reader.by_name("gone")

    assert found is not None
    assert isinstance(found.order, ErasedOrder)
    assert found.name is NameKind.ID


@pytest.mark.parametrize("name", ["x", "", "$where", "b ", "b\0", "ü" * 256])
async def test_a_name_that_nothing_has_leads_nowhere(reader: OrderReader, name: str) -> None:
    assert await reader.by_name(name) is None
    assert await reader.by_source_id(name) is None


async def test_orders_are_returned_in_the_sequence_of_the_ids_asked_for(
    reader: OrderReader,
) -> None:
    found = await reader.by_ids(["d", "gone", "x", "a", order_id_from("shop-2")])

    assert ids(tuple(found)) == ["d", "a"]


@pytest.mark.parametrize(
    ("field", "direction", "sequence"),
    [
        (SortField.CREATED_AT, Direction.ASCENDING, ["a", "b", "c", "d"]),
        (SortField.CREATED_AT, Direction.DESCENDING, ["d", "c", "b", "a"]),
        (SortField.UPDATED_AT, Direction.ASCENDING, ["a", "d", "c", "b"]),
        (SortField.UPDATED_AT, Direction.DESCENDING, ["b", "c", "d", "a"]),
    ],
)
async def test_a_walk_by_places_and_one_by_pages_meet_each_order_once_in_sequence(
    reader: OrderReader, field: SortField, direction: Direction, sequence: list[str]
) -> None:
    sort = Sort(field, direction)
    by_place, by_page = list[str](), list[str]()
    after: SortPlace | None = None
    for number in range(4):
        page = await reader.page(PageRequest(sort=sort, limit=1, after=after))
        (order,) = page.orders
        by_place.append(order.order_id)
        after = SortPlace(order.order.get(field), order.order_id)
        assert page.has_more is (number < 3)
        page = await reader.page(PageRequest(sort=sort, limit=1, skip=number))
        by_page += ids(page.orders)

    assert by_place == by_page == sequence
    assert [order.order_id async for order in reader.walk(sort)] == sequence


@pytest.mark.parametrize(
    ("orders", "found"),
    [
        (OrderFilter(), ["a", "b", "c", "d"]),
        (OrderFilter(statuses=("PAID",)), ["a", "c"]),
        (OrderFilter(statuses=("PAID", "CANCELED")), ["a", "c", "d"]),
        (OrderFilter(customer="cust_1"), ["b"]),
        (OrderFilter(customer="ada"), ["c"]),
        (OrderFilter(customer="ada", statuses=("CREATED",)), []),
        (OrderFilter(source_id="shop-1"), ["c"]),
        (OrderFilter(flag="discount_cut"), ["b"]),
        (OrderFilter(redemption="r_1"), ["b"]),
        (OrderFilter(redemption="r_2"), ["b"]),
        (OrderFilter(payment="pay.$1"), ["c"]),
        (OrderFilter(payment="pay"), []),
        (OrderFilter(created_after="2026-03-01T00:00:00.000Z"), ["c", "d"]),
        (OrderFilter(created_before="2026-03-02T00:00:00.000Z"), ["a", "b"]),
        (OrderFilter(updated_after="2026-03-03T00:00:00.000Z"), ["b"]),
        (OrderFilter(updated_before="2026-03-04T00:00:00.000Z"), ["c"]),
        (OrderFilter(written_after=4), ["a", "b", "c", "d"]),
        (OrderFilter(written_after=5), []),
    ],
)
async def test_a_page_and_a_count_have_the_orders_that_match(
    reader: OrderReader, orders: OrderFilter, found: list[str]
) -> None:
    page = await reader.page(PageRequest(orders))

    assert ids(page.orders) == found
    assert await reader.count(orders) == len(found)
    assert await reader.count(orders, 1) == min(1, len(found))


async def test_a_place_holds_beside_a_filter_that_the_order_there_does_not_match(
    reader: OrderReader,
) -> None:
    after = SortPlace("2026-03-01T00:00:00.000Z", "b")

    page = await reader.page(PageRequest(OrderFilter(statuses=("PAID",)), after=after))

    assert ids(page.orders) == ["c"]


async def test_a_source_id_leads_to_its_owner_where_another_order_serves_it_too(
    store: OrderStore,
) -> None:
    """No order ever existed under the derived id, and the earlier order is not the owner."""
    owner = stored({"id": "owner", "created_at": "2026-03-09T00:00:00.000Z", "source_id": "s"})
    other = stored({"id": "other", "created_at": "2026-03-01T00:00:00.000Z", "source_id": "s"})
    await store.write([owner, other, merged("s", "owner", revision=0)])

    found = await reader_of(store).by_source_id("s")
    assert found is not None
    assert found.order.order_id == "owner"


@pytest.mark.parametrize(("claimed", "found"), [("s", "owner"), ("t", None)])
async def test_a_source_id_that_is_only_a_detail_of_an_order_leads_nowhere(
    store: OrderStore, claimed: str, found: str | None
) -> None:
    """An order that claimed it is found, though its claim is not registered yet."""
    write = stored({"id": "owner", "created_at": "2026-03-09T00:00:00.000Z", "source_id": "s"})
    claims = (Claim(1, "evt_1", claimed),)
    await store.write([replace(write, state=replace(write.state, claims=claims))])

    order = await reader_of(store).by_source_id("s")
    assert (order and order.order.order_id) == found


IMPORTED = Import(7, Standing.OWNED, facts={"event by-s": told('{"at":1}')})
APART = cut({"event old": told('{"at":2}')}, 100)


@pytest.fixture
async def long(store: OrderStore) -> OrderReader:
    """Return a reader of a long order with a fact by a source id, and of an unlisted segment."""
    state = {"apart": tuple(each.ref for each in APART), "imports": {"s": IMPORTED}}
    write = replace(stored({"id": "o"}, **state), segments=APART)
    gone = stored({"id": "gone"})
    left = replace(stored({"id": "left"}), segments=APART)
    await store.write([write, gone, left, merged("s", "o", facts=dict(IMPORTED.facts))])
    await store.write([erased(then(gone))])
    return reader_of(store)


@pytest.mark.parametrize(
    ("name", "fact", "holder"),
    [
        ("o", "event e1", "o"),
        ("o", "event by-s", "o"),
        ("o", "event old", "o"),
        ("o", "event new", None),
        (order_id_from("s"), "event by-s", "o"),
        (order_id_from("s"), "event new", None),
        ("gone", "event new", "gone"),
        ("left", "event e1", "left"),
        ("left", "event old", None),
        ("nobody", "event e1", None),
    ],
)
async def test_an_order_holds_its_facts_wherever_they_stand(
    long: OrderReader, name: str, fact: str, holder: str | None
) -> None:
    """Its own facts, those of segments that it lists, and those that came by its source ids."""
    found = await long.holding(name, fact)

    assert (None if found is None else found.order_id) == holder
