"""Read orders from MongoDB."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from functools import partial
from inspect import isawaitable
from typing import Any, Final

from order_projector.adapters.mongo.answers import availability
from order_projector.adapters.mongo.deadlines import in_time
from order_projector.adapters.mongo.decoding import decoded
from order_projector.adapters.mongo.patience import patiently
from order_projector.adapters.mongo.queries import (
    ORDERS_ONLY,
    WITH_SEGMENTS,
    WITHOUT_FACTS,
    claimants,
    excluding,
    matching,
    page_query,
    sort_keys,
)
from order_projector.adapters.mongo.segments import MongoSegments
from order_projector.adapters.mongo.unreadable import MOST, Unreadable, order_of, read_orders
from order_projector.domain.source_ids import order_id_from
from order_projector.projection.document import (
    MERGED_INTO,
    STATE_KEY,
    announceable,
    merged_into,
    segment_names,
)
from order_projector.projection.ports import Announcement, StoredOrder
from order_projector.projection.reading import (
    EVERY_ORDER,
    FoundOrder,
    NameKind,
    OrderFilter,
    OrderPage,
    PageRequest,
    Sort,
)

BATCH: Final = 200
"""Documents of a walk in one reply."""

_FEW: Final = 10
"""Orders of one source id that are looked at, should the first ones not be readable."""


class MongoReader:
    """An `OrderReader` of the collection `orders`."""

    def __init__(self, raw_orders: Any, timeout: float) -> None:
        """Use the collection of either driver, which returns raw documents.

        ``timeout`` is in seconds, for each command.
        """
        self._orders: Final = raw_orders
        self._timeout: Final = timeout
        self._segments: Final = MongoSegments(raw_orders.database)
        self._unreadable: Final = Unreadable()

    async def by_name(self, name: str) -> FoundOrder | None:
        """Return the order that the name leads to: by its id, else by its source id.

        Most names are ids: the source id is looked for only where no document has that id.
        """
        if (found := await self._by_id(name)) is not None:
            return await self._followed(found, NameKind.ID)
        return await self.by_source_id(name)

    async def by_id(self, order_id: str) -> FoundOrder | None:
        """Return the order that an id alone leads to."""
        found = await self._by_id(order_id)
        return None if found is None else await self._followed(found, NameKind.ID)

    async def by_source_id(self, source_id: str) -> FoundOrder | None:
        """Return the order that the source id alone leads to."""
        return await self._owned(source_id, await self._by_id(order_id_from(source_id)))

    async def by_ids(
        self, order_ids: Collection[str], matching_orders: OrderFilter = EVERY_ORDER
    ) -> Sequence[StoredOrder]:
        """Return the orders of these ids that match, in the order of the ids."""
        documents = await self._documents(list(order_ids), matching(matching_orders))
        found = (order_of(documents[name]) for name in order_ids if name in documents)
        return [order for order in found if order is not None]

    async def holding(self, order_id: str, fact: str) -> Announcement | None:
        """Return the order, or the one it went into, if it holds the fact, or was erased."""
        document = await self._holding(order_id, fact)
        if document is not None and (owner := merged_into(document)) is not None:
            document = await self._holding(owner, fact)
        return None if document is None else announceable(document["_id"], document)

    async def _holding(self, order_id: str, fact: str) -> dict[str, Any] | None:
        """Return a document that holds the fact, that was erased, or that went into another."""
        held = [
            {f"{STATE_KEY}.facts.id": fact},
            {f"{STATE_KEY}.imports.facts.id": fact},
            {f"{STATE_KEY}.erased": True},
            {MERGED_INTO: {"$exists": True}},
        ]
        long = {f"{STATE_KEY}.apart.0": {"$exists": True}}
        document = await self._one({"_id": order_id, "$or": [*held, long]}, WITH_SEGMENTS)
        apart = [] if document is None else segment_names(document)
        with in_time(self._timeout):
            if not apart or await self._segments.hold(order_id, apart, fact):
                return document
        return await self._one({"_id": order_id, "$or": held}, WITHOUT_FACTS)

    async def _one(
        self, query: Mapping[str, Any], fields: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        with in_time(self._timeout):
            raw = await self._orders.find_one(query, fields)
        return None if raw is None else decoded(raw)

    async def page(self, request: PageRequest) -> OrderPage:
        """Return a page, and look at one order more to know whether another one follows.

        A document that cannot be read would leave a gap: the page is read again without it.
        """
        without = [*await self._unreadable.looked_at_again(self._still_unreadable)]
        met = 0
        while True:
            found = await self._found(request, without)
            orders, unreadable = read_orders(found)
            new = [each for each in unreadable if each not in without]
            if not new or len(without) >= MOST:
                more = len(found) > request.limit
                return OrderPage(tuple(orders[: request.limit]), more, met)
            self._unreadable.met(new)
            without += new
            met += len(new)

    async def _found(self, request: PageRequest, without: Sequence[Any]) -> Sequence[Any]:
        with in_time(self._timeout):
            cursor = self._orders.find(
                page_query(request, without),
                WITHOUT_FACTS,
                sort=sort_keys(request.sort),
                skip=request.skip,
                limit=request.limit + 1,
                batch_size=request.limit + 1,
            )
            found: Sequence[Any] = await cursor.to_list(None)
        return found

    async def _still_unreadable(self, ids: Sequence[Any]) -> Sequence[Any]:
        with in_time(self._timeout):
            cursor = self._orders.find({"_id": {"$in": [*ids]}}, WITHOUT_FACTS)
            return read_orders(await cursor.to_list(None))[1]

    async def count(self, matching_orders: OrderFilter, most: int | None = None) -> int:
        """Return how many orders match."""
        options = {} if most is None else {"limit": most}
        without = await self._unreadable.looked_at_again(self._still_unreadable)
        query = excluding(matching(matching_orders), without)
        with in_time(self._timeout):
            return int(await self._orders.count_documents(query, **options))

    async def walk(self, sort: Sort) -> AsyncIterator[StoredOrder]:
        """Yield every order once.

        The database sorts the ids before it returns the first one: reading in the order of
        another index would meet an order twice if it moves on in it. Sorting millions takes long.
        """
        with availability():
            ping = partial(self._orders.database.command, "ping")
            cursor, names = await patiently(self._sorted(sort), ping)
            try:
                while names:
                    order_ids = [name["_id"] for name in names]
                    documents = await self._documents(order_ids, {})
                    for order_id in order_ids:
                        if order_id in documents and (order := order_of(documents[order_id])):
                            yield order
                    names = await cursor.to_list(BATCH)
            finally:
                await cursor.close()

    async def _sorted(self, sort: Sort) -> tuple[Any, list[dict[str, Any]]]:
        """Return a cursor over the ids of all orders, and the first of them."""
        cursor = self._orders.aggregate(_sequence(sort), allowDiskUse=True, batchSize=BATCH)
        if isawaitable(cursor):  # PyMongo's client sends the command first, Motor does not
            cursor = await cursor
        return cursor, await cursor.to_list(BATCH)

    async def _followed(self, document: dict[str, Any], name: NameKind) -> FoundOrder | None:
        """Return the order of a document, or of the document into which it went."""
        if (owner := merged_into(document)) is not None:
            followed = await self._by_id(owner)
            if followed is None:
                return None
            document, name = followed, NameKind.SOURCE_ID
        order = announceable(document["_id"], document)
        return None if order is None else FoundOrder(order, name)

    async def _owned(self, source_id: str, derived: dict[str, Any] | None) -> FoundOrder | None:
        if derived is not None:
            return await self._followed(derived, NameKind.SOURCE_ID)
        query = {**ORDERS_ONLY, "source_id": {"$eq": source_id}, "$or": claimants(source_id)}
        with in_time(self._timeout):
            cursor = self._orders.find(query, WITHOUT_FACTS, sort=sort_keys(Sort()), limit=_FEW)
            orders, _ = read_orders(await cursor.to_list(None))
        return FoundOrder(orders[0], NameKind.SOURCE_ID) if orders else None

    async def _by_id(self, order_id: str) -> dict[str, Any] | None:
        return await self._one({"_id": order_id}, WITHOUT_FACTS)

    async def _documents(
        self, names: Sequence[str], query: Mapping[str, Any]
    ) -> dict[str, dict[str, Any]]:
        with in_time(self._timeout):
            cursor = self._orders.find(
                {**query, "_id": {"$in": names}}, WITHOUT_FACTS, batch_size=len(names) + 1
            )
            found = await cursor.to_list(None)
        documents = map(decoded, found)
        return {document["_id"]: document for document in documents}


_SORTED_BY: Final = "_sorted_by"


def _sequence(sort: Sort) -> list[dict[str, Any]]:
    """Return the stages that sort the ids of all orders; the lists' indexes have all they read."""
    field, direction = sort.field.value, sort.direction.value
    return [
        {"$match": dict(ORDERS_ONLY)},
        {"$project": {_SORTED_BY: {"$ifNull": [f"${field}", ""]}}},
        {"$sort": {_SORTED_BY: direction, "_id": direction}},
        {"$project": {"_id": 1}},
    ]
