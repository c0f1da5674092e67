"""The order store on MongoDB, through Motor or through PyMongo's own asynchronous client.

One document per order (`projection.document` says how it is laid out), changed only by a
compare-and-set on its counter. Reads and writes are of the majority, writes also of the journal:
what has been read or acknowledged here survives a change of the primary.
"""

from collections.abc import Collection, Mapping, Sequence
from inspect import isawaitable
from typing import Any, Final, Literal

import bson
from bson.codec_options import CodecOptions
from bson.errors import InvalidDocument
from bson.raw_bson import RawBSONDocument
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ASCENDING, AsyncMongoClient, IndexModel, InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError

from order_projector.adapters.mongo.answers import availability, refused_writes
from order_projector.projection.document import (
    BOOKS,
    bookkeeping,
    compose,
    misfit,
    surely_small,
)
from order_projector.projection.folding import Threads
from order_projector.projection.ports import (
    Bookkeeping,
    Loaded,
    OrderWrite,
    StoredOrder,
    Written,
)

Driver = Literal["motor", "pymongo"]

COLLECTION: Final = "orders"

INDEXES: Final = (
    IndexModel("source_id", partialFilterExpression={"source_id": {"$type": "string"}}),
    IndexModel([("created_at", ASCENDING), ("_id", ASCENDING)]),
    IndexModel([("updated_at", ASCENDING), ("_id", ASCENDING)]),
)

_UNLIMITED: Final = 2**62

_COUNTER: Final = f"{BOOKS}.counter"
_SCANNING_SERVER: Final = "secantus"
_CAS_INDEX: Final = IndexModel([("_id", ASCENDING), (_COUNTER, ASCENDING)])
"""MongoDB finds an order by its id and needs no more; the local stack's server reads the whole
collection for every write unless one index covers all of the filter."""
_REVISION: Final = f"{BOOKS}.revision"
_WITHOUT_FACTS: Final = {f"{BOOKS}.{field}": 0 for field in ("facts", "digests", "offsets")}

_Request = InsertOne[dict[str, Any]] | ReplaceOne[dict[str, Any]]


class ForeignDocument(Exception):
    """The collection holds a document that this projection did not write."""


def connect(
    uri: str, database: str, *, driver: Driver = "motor", timeout: float = 10.0
) -> "MongoStore":
    """The store in that database. Nothing is sent yet.

    After ``timeout`` seconds without an answer the server counts as unavailable. Raises
    `pymongo.errors.ConfigurationError` or `InvalidURI` for a URI that makes no sense.
    """
    milliseconds = int(timeout * 1000)
    options: dict[str, Any] = {
        "appname": "order-projector",
        "w": "majority",
        "journal": True,
        "wTimeoutMS": milliseconds,
        "readConcernLevel": "majority",
        "readPreference": "primary",
        "retryWrites": True,
        "retryReads": True,
        "connectTimeoutMS": milliseconds,
        "socketTimeoutMS": milliseconds,
        "serverSelectionTimeoutMS": milliseconds,
        "waitQueueTimeoutMS": milliseconds,
    }
    match driver:
        case "motor":
            return MongoStore(AsyncIOMotorClient(uri, **options), database)
        case "pymongo":
            return MongoStore(AsyncMongoClient(uri, **options), database)


class MongoStore:
    """An `OrderStore` in the collection `orders`. `connect` makes one."""

    def __init__(self, client: Any, database: str) -> None:
        """Use a client of either driver: they agree on every call made here, not on a type."""
        self._client: Final = client
        self._database: Final = client[database]
        self._counting: Final = Threads(1)
        self._orders: Final = self._database[COLLECTION]
        self._raw_orders: Final = self._orders.with_options(
            codec_options=CodecOptions(document_class=RawBSONDocument)
        )

    async def prepare(self) -> None:
        """Make the indexes (idempotent)."""
        with availability():
            hello = await self._database.command("hello")
            scans = hello.get("setName") == _SCANNING_SERVER
            await self._orders.create_indexes([*INDEXES, *([_CAS_INDEX] if scans else [])])

    async def ping(self) -> None:
        """Return when the primary answers."""
        with availability():
            await self._database.command("ping")

    async def close(self) -> None:
        """End all connections; the store is of no use afterwards."""
        closing = self._client.close()
        if isawaitable(closing):
            await closing

    async def load(self, order_ids: Collection[str]) -> Mapping[str, Bookkeeping]:
        """The bookkeeping of those orders that are stored.

        Raises `ForeignDocument` for a document without bookkeeping: nobody can tell what it holds.
        """
        return (await self.load_some(order_ids, _UNLIMITED)).books

    async def load_some(self, order_ids: Collection[str], most_bytes: int) -> Loaded:
        """The same of as many of the orders as ``most_bytes`` of documents allow.

        Raises `ForeignDocument`, too.
        """
        ids, books, size = list(order_ids), dict[str, Bookkeeping](), 0
        with availability():
            cursor = self._raw_orders.find(
                {"_id": {"$in": ids}}, {BOOKS: 1}, batch_size=len(ids) + 1
            )
            async for document in cursor:
                if size > most_bytes:
                    await cursor.close()
                    return Loaded(books, frozenset(ids) - books.keys(), size)
                size += len(document.raw)
                books[document["_id"]] = _books(document)
        return Loaded(books, frozenset(), size)

    async def revisions(self, order_ids: Collection[str]) -> Mapping[str, int]:
        """The stored revision of each of those orders."""
        found = await self._find(self._orders, order_ids, {_REVISION: 1})
        return {document["_id"]: document[BOOKS]["revision"] for document in found}

    async def stored(self, order_ids: Collection[str]) -> Sequence[StoredOrder]:
        """Those orders exactly as stored, the sequence of keys included."""
        found = await self._find(self._raw_orders, order_ids, _WITHOUT_FACTS)
        return [_served(_json(document)) for document in found]

    async def _find(
        self, orders: Any, order_ids: Collection[str], fields: Mapping[str, int]
    ) -> list[Any]:
        ids = list(order_ids)
        with availability():
            cursor = orders.find({"_id": {"$in": ids}}, fields, batch_size=len(ids) + 1)
            found: list[Any] = await cursor.to_list(None)
        return found

    async def write(self, writes: Sequence[OrderWrite]) -> Mapping[str, Written]:
        """Compare-and-set each order, independently of the others."""
        try:
            unfit = await self._unfit([write for write in writes if not surely_small(write)])
            fitting = [write for write in writes if write.order_id not in unfit]
            return await self._write(writes, fitting)
        except (OverflowError, InvalidDocument):
            # One of them holds what BSON has not. Some may have been sent by then: those will
            # look like conflicts, and be found to be stored.
            unfit = await self._unfit(writes)
            fitting = [write for write in writes if write.order_id not in unfit]
            if len(fitting) == len(writes):
                raise
            return await self._write(writes, fitting)

    async def _unfit(self, writes: Sequence[OrderWrite]) -> set[str]:
        """The orders that cannot be stored; to count each byte of a large one takes seconds."""
        if not writes:
            return set()
        return await self._counting(lambda: {each.order_id for each in writes if misfit(each)})

    async def _write(
        self, writes: Sequence[OrderWrite], fitting: Sequence[OrderWrite]
    ) -> dict[str, Written]:
        results = {write.order_id: Written.TOO_LARGE for write in writes}
        if not fitting:
            return results
        result = await self._send([_request(write) for write in fitting])
        results |= {write.order_id: Written.APPLIED for write in fitting}
        return results | refused_writes(result, fitting)

    async def _send(self, requests: Sequence[_Request]) -> Mapping[str, Any]:
        with availability():
            try:
                result = await self._orders.bulk_write(requests, ordered=False)
            except BulkWriteError as error:
                return error.details
        sent: Mapping[str, Any] = result.bulk_api_result
        return sent


def _books(document: RawBSONDocument) -> Bookkeeping:
    if BOOKS not in document:
        raise ForeignDocument(f"{COLLECTION} holds {document['_id']!r} without {BOOKS}")
    return bookkeeping(bson.decode(document.raw)[BOOKS])


def _request(write: OrderWrite) -> _Request:
    """One compare-and-set.

    A replacement that finds the order in another state is refused, because as an insertion it
    would be the second of that id: so the server names each one that missed. Without ``upsert`` it
    would only count them, and who asks afterwards may be too late to see what came through.
    """
    document = compose(write)
    if write.expected is None:
        return InsertOne(document)
    return ReplaceOne({"_id": write.order_id, _COUNTER: write.expected}, document, upsert=True)


def _served(document: dict[str, Any]) -> StoredOrder:
    order_id, books = document.pop("_id"), document.pop(BOOKS)
    return StoredOrder(
        order_id=order_id,
        order=document,
        revision=books["revision"],
        changes=tuple(books["changes"]),
        causes=tuple(books["causes"]),
        traceparent=books["traceparent"],
    )


def _json(document: RawBSONDocument) -> dict[str, Any]:
    """The document as it was written.

    The driver takes any object with the key ``$ref`` for one of its own, with the keys in a
    sequence of its own. In metadata it is a key like any other.
    """
    raw = bytes(document.raw)
    plain: dict[str, Any] = _plain(document) if b"$ref" in raw else bson.decode(raw)
    return plain


def _plain(value: Any) -> Any:
    match value:
        case RawBSONDocument():
            return {name: _plain(member) for name, member in value.items()}
        case list():
            return [_plain(member) for member in value]
        case _:
            return value
