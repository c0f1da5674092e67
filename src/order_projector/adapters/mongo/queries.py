"""Queries for orders: the filter and the sort of a page, such that a declared index answers them.

A page after a place is a query with two or three alternatives: the orders with the same value of
the sort field and a greater id, and those with a greater value. Each alternative carries the entire
filter, so that the database can read each one in order from the same index, and merge them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from order_projector.domain.source_ids import customer_id_of
from order_projector.projection.document import PAYMENTS, REDEMPTIONS, STATE_KEY
from order_projector.projection.reading import (
    Direction,
    OrderFilter,
    PageRequest,
    Sort,
    SortField,
    SortPlace,
)

ORDERS_ONLY: Final[Mapping[str, Any]] = {"object": "order"}
"""Matches orders, and neither erased nor merged ones: those have no public field of that name."""


def claimants(source_id: str) -> list[dict[str, Any]]:
    """Return alternatives that match orders with a claim on the source id, or with none at all.

    An order that has other claims serves the source id as a detail only.
    """
    claims = f"{STATE_KEY}.claims"
    return [{f"{claims}.source_id": {"$eq": source_id}}, {f"{claims}.0": {"$exists": False}}]


WITHOUT_FACTS: Final = {
    f"{STATE_KEY}.{field}": 0
    for field in ("facts", "texts", "imports", "apart", "checkpoint", "digests", "offsets")
}
"""Leaves out what only the fold of an order needs."""

WITH_SEGMENTS: Final = {field: 0 for field in WITHOUT_FACTS if field != f"{STATE_KEY}.apart"}
"""The same, with the list of segments in which more facts stand."""

_ANY_TEXT: Final[Mapping[str, Any]] = {"$gte": ""}
"""Matches every text, and no null: MongoDB compares values of one type only."""


def matching(orders: OrderFilter) -> dict[str, Any]:
    """Return the query of a filter. Values are only ever compared: none is a pattern."""
    query: dict[str, Any] = dict(ORDERS_ONLY)
    if orders.statuses:
        query["status"] = _any_of(*orders.statuses)
    if orders.customer is not None:
        query["customer_id"] = _any_of(orders.customer, customer_id_of(orders.customer))
    if orders.source_id is not None:
        query["source_id"] = {"$eq": orders.source_id}
    if orders.flag is not None:
        query[f"{STATE_KEY}.flags.code"] = {"$eq": orders.flag}
    if orders.redemption is not None:
        query[f"{STATE_KEY}.{REDEMPTIONS}"] = {"$eq": orders.redemption}
    if orders.payment is not None:
        query[f"{STATE_KEY}.{PAYMENTS}"] = {"$eq": orders.payment}
    return query | dict(_ranges(orders))


def _any_of(*values: str) -> dict[str, Any]:
    return {"$eq": values[0]} if len(values) == 1 else {"$in": list(values)}


def _ranges(orders: OrderFilter) -> Iterator[tuple[str, dict[str, Any]]]:
    for field, after, before in (
        ("created_at", orders.created_after, orders.created_before),
        ("updated_at", orders.updated_after, orders.updated_before),
        (f"{STATE_KEY}.written_at", orders.written_after, None),
    ):
        bounds: dict[str, Any] = {}
        if after is not None:
            bounds["$gt"] = after
        if before is not None:
            bounds["$lt"] = before
        if bounds:
            yield field, bounds


def page_query(request: PageRequest, without: Sequence[Any] = ()) -> dict[str, Any]:
    """Return the query of a page, without the documents of these ids."""
    query = matching(request.matching)
    if request.after is None:
        return excluding(query, without)
    field = request.sort.field.value
    return {
        "$or": [
            excluding(_joined(query, field, alternative), without)
            for alternative in _after(request.sort, request.after)
        ]
    }


def excluding(query: Mapping[str, Any], ids: Sequence[Any]) -> dict[str, Any]:
    """Return the query without the documents of these ids: every list's index has the id."""
    if not ids:
        return dict(query)
    return {**query, "_id": {**query.get("_id", {}), "$nin": [*ids]}}


def _joined(
    query: Mapping[str, Any], field: str, alternative: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the query and an alternative; both may have a condition on the sort field."""
    if field not in query:
        return {**query, **alternative}
    rest = {name: value for name, value in alternative.items() if name != field}
    both = [{field: query[field]}, {field: alternative[field]}]
    return {name: value for name, value in query.items() if name != field} | {"$and": both} | rest


def _after(sort: Sort, place: SortPlace) -> Iterator[dict[str, Any]]:
    """Yield the alternatives of what comes after a place: null comes before every text."""
    field = sort.field.value
    ascending = sort.direction is Direction.ASCENDING
    beyond = "$gt" if ascending else "$lt"
    yield {field: {"$eq": place.value}, "_id": {beyond: place.order_id}}
    match place.value:
        case None if ascending:
            yield {field: dict(_ANY_TEXT)}
        case str() as value:
            yield {field: {beyond: value}}
            if not ascending and sort.field is SortField.UPDATED_AT:
                yield {field: {"$eq": None}}


def sort_keys(sort: Sort) -> list[tuple[str, int]]:
    """Return the sort of the database."""
    direction: int = sort.direction.value
    return [(sort.field.value, direction), ("_id", direction)]
