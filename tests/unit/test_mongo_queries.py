"""The commands that read a page, and the declared indexes that answer them in order."""

from collections.abc import Mapping
from typing import Any

import pytest
from pymongo import IndexModel

from order_projector.adapters.mongo.indexes import INDEXES
from order_projector.adapters.mongo.queries import matching, page_query, sort_keys
from order_projector.projection.reading import (
    EVERY_ORDER,
    Direction,
    OrderFilter,
    PageRequest,
    Sort,
    SortField,
    SortPlace,
)

SORTS = [
    Sort(field, direction)
    for field in (SortField.CREATED_AT, SortField.UPDATED_AT)
    for direction in Direction
]
PLACES = [None, SortPlace("2026-03-01T00:00:00.000Z", "ord_1"), SortPlace(None, "ord_1")]


def alternatives(query: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the queries that the database answers one by one, each from an index."""
    return list(query.get("$or", [query]))


def equal(query: Mapping[str, Any]) -> list[str]:
    """Return the fields that a query compares for equality."""
    return [
        field
        for field, wanted in query.items()
        if not isinstance(wanted, dict) or wanted.keys() <= {"$eq", "$in"}
    ]


def answers_in_order(
    index: IndexModel, query: Mapping[str, Any], sort: list[tuple[str, int]]
) -> bool:
    """Return whether the index starts with the query's fields, followed by those of the sort."""
    keys = list(index.document["key"].items())
    fixed = [field for field in equal(query) if field not in dict(sort)]
    prefix, rest = keys[: len(fixed)], keys[len(fixed) :]
    partial = index.document.get("partialFilterExpression", {})
    return (
        {field for field, _ in prefix} == set(fixed)
        and [field for field, _ in rest] == [field for field, _ in sort]
        and len(
            {direction * wanted for (_, direction), (_, wanted) in zip(rest, sort, strict=True)}
        )
        == 1
        and all(query.get(field) == value for field, value in partial.items())
    )


@pytest.mark.parametrize("statuses", [(), ("PAID",), ("CREATED", "PROCESSING")])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("sort", SORTS)
def test_a_page_without_a_filter_or_with_a_status_is_answered_in_order_by_an_index(
    sort: Sort, place: SortPlace | None, statuses: tuple[str, ...]
) -> None:
    request = PageRequest(OrderFilter(statuses=statuses), sort, after=place)

    for query in alternatives(page_query(request)):
        assert any(answers_in_order(index, query, sort_keys(sort)) for index in INDEXES), query


@pytest.mark.parametrize(
    "orders",
    [
        OrderFilter(customer="cust_1"),
        OrderFilter(source_id="shop-1"),
        OrderFilter(flag="discount_cut"),
        OrderFilter(redemption="r_1"),
        OrderFilter(payment="pay_1"),
    ],
)
def test_a_page_with_another_filter_reads_by_an_index_only_what_matches(
    orders: OrderFilter,
) -> None:
    fields = set(equal(matching(orders))) - {"object"}

    (first,) = [
        next(iter(index.document["key"]))
        for index in INDEXES
        if next(iter(index.document["key"])) in fields
    ]

    assert {first} == fields


def test_a_page_after_a_place_begins_with_the_greater_ids_of_the_same_time() -> None:
    request = PageRequest(sort=Sort(), after=SortPlace("2026-03-01T00:00:00.000Z", "ord_1"))

    assert page_query(request) == {
        "$or": [
            {
                "object": "order",
                "created_at": {"$eq": "2026-03-01T00:00:00.000Z"},
                "_id": {"$gt": "ord_1"},
            },
            {"object": "order", "created_at": {"$gt": "2026-03-01T00:00:00.000Z"}},
        ]
    }


def test_going_back_from_the_latest_change_ends_with_orders_that_never_changed() -> None:
    sort = Sort(SortField.UPDATED_AT, Direction.DESCENDING)

    query = page_query(PageRequest(sort=sort, after=SortPlace("2026-03-01T00:00:00.000Z", "o")))

    assert query["$or"][-1] == {"object": "order", "updated_at": {"$eq": None}}


def test_a_bound_on_the_sort_field_holds_beside_the_place() -> None:
    request = PageRequest(
        OrderFilter(created_before="2026-04-01T00:00:00.000Z"),
        after=SortPlace("2026-03-01T00:00:00.000Z", "ord_1"),
    )

    assert page_query(request)["$or"][1] == {
        "object": "order",
        "$and": [
            {"created_at": {"$lt": "2026-04-01T00:00:00.000Z"}},
            {"created_at": {"$gt": "2026-03-01T00:00:00.000Z"}},
        ],
    }


@pytest.mark.parametrize("hostile", ["$where", "{'$gt': ''}", ".*", "a$b.c", ""])
def test_text_of_a_client_is_only_ever_compared(hostile: str) -> None:
    query = matching(
        OrderFilter(source_id=hostile, flag=hostile, redemption=hostile, payment=hostile)
    )

    assert {key for key in query if key.startswith("$")} == set()
    assert [value for field, value in query.items() if field != "object"] == [{"$eq": hostile}] * 4


def test_no_filter_asks_for_orders_alone() -> None:
    assert matching(EVERY_ORDER) == {"object": "order"}
