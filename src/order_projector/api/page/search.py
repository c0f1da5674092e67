"""Searching for orders by any of their names, or by their customer."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from order_projector.projection.ports import StoredOrder
from order_projector.projection.reading import (
    Direction,
    FoundOrder,
    NameKind,
    OrderFilter,
    OrderReader,
    PageRequest,
    Sort,
    SortField,
    SortPlace,
    place_in,
)
from order_projector.projection.stored import ErasedOrder

NEWEST_FIRST: Final = Sort(SortField.CREATED_AT, Direction.DESCENDING)


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search finds, newest first: orders, and whether more come after them.

    ``only`` is the id of the one order that it finds, which may have been erased.
    """

    orders: tuple[StoredOrder, ...]
    has_more: bool = False
    only: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is found."""
        return not self.orders and self.only is None


async def find(reader: OrderReader, asked: str, limit: int, after: SortPlace | None = None) -> Hits:
    """Return the orders that have a text as id, as source id or as customer, after a place."""
    request = PageRequest(sort=NEWEST_FIRST, limit=limit, after=after)
    named, of_shop, of_customer = await asyncio.gather(
        reader.by_name(asked),
        reader.page(replace(request, matching=OrderFilter(source_id=asked))),
        reader.page(replace(request, matching=OrderFilter(customer=asked))),
    )
    pages = (of_shop, of_customer)
    orders = {order.order_id: order for page in pages for order in page.orders}
    orders |= {order.order_id: order for order in _named(named, after)}
    hits = sorted(orders.values(), key=_place, reverse=True)
    has_more = len(hits) > limit or any(page.has_more for page in pages)
    if after is None and not has_more and (only := _only(hits, named)) is not None:
        return Hits((), only=only)
    return Hits(tuple(islice(hits, limit)), has_more)


async def newest(reader: OrderReader, limit: int, after: SortPlace | None = None) -> Hits:
    """Return all orders, newest first, after a place."""
    page = await reader.page(PageRequest(sort=NEWEST_FIRST, limit=limit, after=after))
    return Hits(page.orders, page.has_more)


def _named(found: FoundOrder | None, after: SortPlace | None) -> Iterator[StoredOrder]:
    if found is None or not isinstance(found.order, StoredOrder):
        return
    if after is None or _place(found.order) < (after.value or "", after.order_id):
        yield found.order


def _only(hits: list[StoredOrder], named: FoundOrder | None) -> str | None:
    if len(hits) == 1:
        return hits[0].order_id
    is_erased = named is not None and isinstance(named.order, ErasedOrder)
    if not hits and named is not None and is_erased and named.name is NameKind.ID:
        return named.order.order_id
    return None


def _place(order: StoredOrder) -> tuple[str, str]:
    place = place_in(NEWEST_FIRST, order)
    return place.value or "", place.order_id
