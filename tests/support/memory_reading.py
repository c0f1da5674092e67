"""Read orders from memory, as the reader of the database does."""

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from typing import Any, Final

from order_projector.adapters.memory import MemoryStore
from order_projector.domain.source_ids import customer_id_of, order_id_from
from order_projector.projection.known_facts import holds
from order_projector.projection.long_orders.loading import load_complete
from order_projector.projection.ports import Announcement, ProjectionState, StoredOrder, Unusable
from order_projector.projection.reading import (
    EVERY_ORDER,
    Direction,
    FoundOrder,
    NameKind,
    OrderFilter,
    OrderPage,
    PageRequest,
    Sort,
    SortPlace,
    place_in,
)
from order_projector.projection.stored import StoredFlag


class MemoryReader:
    """An `OrderReader` of the orders in a `MemoryStore`."""

    def __init__(self, store: MemoryStore) -> None:
        """Read this store, as it is at each call."""
        self._store: Final = store

    async def by_name(self, name: str) -> FoundOrder | None:
        """Return the order that the name leads to: by its id, else by its source id."""
        return await self.by_id(name) or await self.by_source_id(name)

    async def by_id(self, order_id: str) -> FoundOrder | None:
        """Return the order that an id alone leads to."""
        if (owner := await self._merged_into(order_id)) is not None:
            return _found(await self._stored(owner), NameKind.SOURCE_ID)
        return _found(await self._stored(order_id), NameKind.ID)

    async def by_source_id(self, source_id: str) -> FoundOrder | None:
        """Return the order that the source id alone leads to."""
        derived = order_id_from(source_id)
        if (owner := await self._merged_into(derived)) is not None:
            return _found(await self._stored(owner), NameKind.SOURCE_ID)
        if (order := await self._stored(derived)) is not None:
            return _found(order, NameKind.SOURCE_ID)
        named = [it for it in self._orders() if it.order.get("source_id") == source_id]
        states = await self._store.load([it.order_id for it in named])
        claimants = [it for it in named if _may_claim(states[it.order_id], source_id)]
        first = min(claimants, key=lambda it: _key(place_in(Sort(), it)), default=None)
        return _found(first, NameKind.SOURCE_ID)

    async def by_ids(
        self, order_ids: Collection[str], matching: OrderFilter = EVERY_ORDER
    ) -> Sequence[StoredOrder]:
        """Return the orders of these ids that match, in the sequence of the ids."""
        orders = {it.order_id: it for it in self._orders() if self._matches(it, matching)}
        return [orders[name] for name in order_ids if name in orders]

    async def holding(self, order_id: str, fact: str) -> Announcement | None:
        """Return the order, or the one it went into, if it holds the fact, or was erased."""
        name = await self._merged_into(order_id) or order_id
        state = (await load_complete(self._store, [name])).get(name)
        if not isinstance(state, ProjectionState) or not (state.erased or holds(state, fact)):
            return None
        return await self._stored(name)

    async def page(self, request: PageRequest) -> OrderPage:
        """Return a page."""
        found = [it for it in self._sorted(request.sort) if self._matches(it, request.matching)]
        if request.after is not None:
            found = [it for it in found if _is_after(request.sort, it, request.after)]
        first, end = request.skip, request.skip + request.limit
        return OrderPage(tuple(found[first:end]), len(found) > end)

    async def count(self, matching: OrderFilter, most: int | None = None) -> int:
        """Return how many orders match."""
        found = sum(self._matches(order, matching) for order in self._orders())
        return found if most is None else min(found, most)

    async def walk(self, sort: Sort) -> AsyncIterator[StoredOrder]:
        """Yield every order once."""
        for order in self._sorted(sort):
            yield order

    def _orders(self) -> Iterator[StoredOrder]:
        return iter(self._store.all())

    def _sorted(self, sort: Sort) -> list[StoredOrder]:
        return sorted(
            self._orders(),
            key=lambda order: _key(place_in(sort, order)),
            reverse=sort.direction is Direction.DESCENDING,
        )

    async def _stored(self, order_id: str) -> Announcement | None:
        return next(iter(await self._store.stored([order_id])), None)

    async def _merged_into(self, order_id: str) -> str | None:
        state = (await self._store.load([order_id])).get(order_id)
        record = state.name if isinstance(state, ProjectionState) else None
        return record.owner_id if record and not record.is_order else None

    def _matches(self, stored: StoredOrder, matching: OrderFilter) -> bool:
        order, present = stored.order, self._store.flags().get(stored.order_id, ())
        return (
            (not matching.statuses or order.get("status") in matching.statuses)
            and _is_customer(order.get("customer_id"), matching.customer)
            and matching.source_id in {None, order.get("source_id")}
            and _has_flag(present, matching.flag)
            and _has(matching.redemption, _redemptions(order))
            and _has(matching.payment, order.get("payments", ()))
            and _is_between(
                order.get("created_at"), matching.created_after, matching.created_before
            )
            and _is_between(
                order.get("updated_at"), matching.updated_after, matching.updated_before
            )
            and _is_written_after(self._store, stored.order_id, matching.written_after)
        )


def _found(order: Announcement | None, name: NameKind) -> FoundOrder | None:
    return None if order is None else FoundOrder(order, name)


def _may_claim(state: ProjectionState | Unusable, source_id: str) -> bool:
    """Whether an order claimed the source id; of one without claims, nothing is known of them."""
    claims = state.claims if isinstance(state, ProjectionState) else ()
    return not claims or any(claim.source_id == source_id for claim in claims)


def _key(place: SortPlace) -> tuple[str, str]:
    """Return the sort key of a place: null comes before every text."""
    return (place.value or "", place.order_id)


def _is_after(sort: Sort, order: StoredOrder, place: SortPlace) -> bool:
    here, there = _key(place_in(sort, order)), _key(place)
    return here > there if sort.direction is Direction.ASCENDING else here < there


def _is_customer(customer_id: str | None, wanted: str | None) -> bool:
    return wanted is None or customer_id in {wanted, customer_id_of(wanted)}


def _has_flag(flags: Sequence[StoredFlag], code: str | None) -> bool:
    return code is None or any(flag.code == code for flag in flags)


def _has(wanted: str | None, there: Collection[str]) -> bool:
    return wanted is None or wanted in there


def _redemptions(order: Any) -> Collection[str]:
    entries = order.get("redemptions", {})
    return {*entries, *(child for entry in entries.values() for child in entry.get("stacked", ()))}


def _is_between(value: str | None, after: str | None, before: str | None) -> bool:
    if after is None and before is None:
        return True
    return (
        value is not None
        and (after is None or value > after)
        and (before is None or value < before)
    )


def _is_written_after(store: MemoryStore, order_id: str, after: int | None) -> bool:
    return after is None or store.written_at(order_id) > after
