"""Read whole documents of the collection `orders`, one after the other, in the order of ids.

A scan is a series of short queries, each of which continues after the last id: it can take hours,
be stopped and continued, and keeps no cursor open.
"""

from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from inspect import isawaitable
from typing import Any, Final

from order_projector.adapters.mongo.answers import availability
from order_projector.adapters.mongo.decoding import RAW, decoded
from order_projector.adapters.mongo.segments import MongoSegments
from order_projector.adapters.mongo.store import COLLECTION
from order_projector.projection.document import STATE_KEY
from order_projector.projection.ports import Unusable
from order_projector.projection.scanning import ScannedOrder, scanned_order

PAGE: Final = 100
IDS: Final = 5_000
_TEXTS: Final = {"$gte": ""}
"""Ids of orders are texts; whatever has another id is foreign."""


class MongoScan:
    """An `OrderScan` of one database, with majority read concern."""

    def __init__(self, database: Any) -> None:
        """Use a database of either driver."""
        self._orders: Final = database[COLLECTION].with_options(codec_options=RAW)
        self._segments: Final = MongoSegments(database)
        self._database: Final = database

    async def exists(self) -> bool:
        """Whether the database has a collection of orders, as far as the login may know."""
        with availability():
            names = await self._database.list_collection_names(
                filter={"name": COLLECTION}, authorizedCollections=True
            )
        return bool(names)

    async def count(self) -> int:
        """Return about how many documents there are."""
        with availability():
            return int(await self._orders.estimated_document_count())

    async def after(self, order_id: str | None) -> AsyncIterator[ScannedOrder]:
        """Yield all documents whose id is greater; all if none is given."""
        last = order_id
        while True:
            query = {"_id": _TEXTS if last is None else {"$gt": last}}
            with availability():
                cursor = self._orders.find(query, sort=[("_id", 1)], limit=PAGE, batch_size=PAGE)
                found = await cursor.to_list(None)
            for raw in found:
                scanned = scanned_order(decoded(raw))
                last = scanned.order_id
                yield await self._complete(scanned)
            if len(found) < PAGE:
                return

    async def some(self, order_ids: Collection[str]) -> list[ScannedOrder]:
        """Return the documents of these ids that are there."""
        ids = list(order_ids)
        with availability():
            cursor = self._orders.find({"_id": {"$in": ids}}, batch_size=len(ids) + 1)
            found = await cursor.to_list(None)
        return [await self._complete(scanned_order(decoded(raw))) for raw in found]

    async def sample(self, number: int) -> AsyncIterator[ScannedOrder]:
        """Yield ``number`` documents, drawn at random."""
        with availability():
            cursor = self._orders.aggregate([{"$sample": {"size": number}}], batchSize=PAGE)
            if isawaitable(cursor):  # PyMongo's client sends the command first, Motor does not
                cursor = await cursor
        while True:
            with availability():
                raw = await anext(cursor, None)
            if raw is None:
                return
            yield await self._complete(scanned_order(decoded(raw)))

    async def _complete(self, scanned: ScannedOrder) -> ScannedOrder:
        """Add the facts of its segments to a long order."""
        state = scanned.state
        if isinstance(state, Unusable) or not state.apart:
            return scanned
        complete = await self._segments.complete({scanned.order_id: state})
        return replace(scanned, state=complete[scanned.order_id])

    async def ids(self) -> AsyncIterator[list[str]]:
        """Yield all ids, many at a time."""
        last: str | None = None
        while True:
            query = {"_id": _TEXTS if last is None else {"$gt": last}}
            with availability():
                cursor = self._orders.find(query, {"_id": 1}, sort=[("_id", 1)], limit=IDS)
                found = [str(raw["_id"]) for raw in await cursor.to_list(None)]
            if found:
                last = found[-1]
                yield found
            if len(found) < IDS:
                return

    async def count_marked(self) -> int:
        """Return how many documents are marked for a refold; the index of the mark answers it."""
        with availability():
            return int(await self._orders.count_documents({f"{STATE_KEY}.refold": True}))

    async def marked(self, rules: int, most: int) -> list[str]:
        """Return ids of documents that are marked for a refold, and folded by rules up to these."""
        query = {f"{STATE_KEY}.refold": True, f"{STATE_KEY}.rules": {"$lte": rules}}
        with availability():
            cursor = self._orders.find(query, {"_id": 1}, limit=most)
            return [raw["_id"] for raw in await cursor.to_list(None)]
