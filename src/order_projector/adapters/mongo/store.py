"""The order store on MongoDB, through Motor or through PyMongo's own asynchronous client.

There is one document per order (see `projection.document` for its layout), changed only by a
compare-and-set on its counter. Read and write concern are majority, and writes are journaled:
what was read or acknowledged here survives a failover.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from inspect import isawaitable
from typing import Any, Final, Literal

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient
from pymongo.read_concern import ReadConcern

from order_projector.adapters.mongo.answers import (
    DatabaseError,
    Unencodable,
    availability,
)
from order_projector.adapters.mongo.control import MongoControl
from order_projector.adapters.mongo.decoding import RAW, decoded
from order_projector.adapters.mongo.indexes import Indexes
from order_projector.adapters.mongo.options import client_options
from order_projector.adapters.mongo.queries import WITHOUT_FACTS
from order_projector.adapters.mongo.reading import MongoReader
from order_projector.adapters.mongo.segments import MongoSegments
from order_projector.adapters.mongo.writing import (
    COUNTER,
    UPDATES_AT_ONCE,
    ObserveSize,
    ignore_size,
    send,
    try_insert,
)
from order_projector.projection.document import (
    STATE_KEY,
    announceable,
    read_state,
    stored_counter,
    stored_revision,
    surely_small,
    why_unstorable,
)
from order_projector.projection.folding import Threads
from order_projector.projection.ports import (
    Announcement,
    Loaded,
    OrderWrite,
    ProjectionState,
    Unavailable,
    Unusable,
    Written,
)

Driver = Literal["motor", "pymongo"]

COLLECTION: Final = "orders"
CONTROL: Final = "control"
_PROBE: Final = "write probe"

TIMEOUT: Final = 10.0
"""Seconds without an answer after which the server counts as unavailable."""

_UNLIMITED: Final = 2**62

_REVISION: Final = f"{STATE_KEY}.revision"


def connect(
    uri: str,
    database: str,
    *,
    driver: Driver = "motor",
    timeout: float = TIMEOUT,
    observe: ObserveSize = ignore_size,
) -> "MongoStore":
    """Return the store in this database. Nothing is sent yet.

    After ``timeout`` seconds without an answer the server counts as unavailable. Raises
    `pymongo.errors.ConfigurationError` or `InvalidURI` for an invalid URI.
    """
    options = client_options(timeout)
    match driver:
        case "motor":
            return MongoStore(AsyncIOMotorClient(uri, **options), database, observe, timeout)
        case "pymongo":
            return MongoStore(AsyncMongoClient(uri, **options), database, observe, timeout)


class MongoStore:
    """An `OrderStore` in the collection `orders`; create it with `connect`."""

    def __init__(
        self,
        client: Any,
        database: str,
        observe: ObserveSize = ignore_size,
        timeout: float = TIMEOUT,
    ) -> None:
        """Use a client of either driver: they share the calls made here, but no type.

        `observe` takes the size of each document that is written; ``timeout`` is the client's.
        """
        self.timeout: Final = timeout
        self._observe: Final = observe
        self._client: Final = client
        self.database: Final = client[database]
        self._counting: Final = Threads(1)
        self._updating: Final = asyncio.Semaphore(UPDATES_AT_ONCE)
        self._orders: Final = self.database[COLLECTION]
        self._raw_orders: Final = self._orders.with_options(codec_options=RAW)
        self._segments: Final = MongoSegments(self.database)
        _keep_commands_out_of_the_log()

    def indexes(self) -> Indexes:
        """Return the indexes of the collection, to create them without waiting."""
        return Indexes(self.database, COLLECTION)

    async def ping(self) -> None:
        """Return when the primary answers."""
        with availability():
            await self.database.command("ping")

    async def probe(self) -> None:
        """Write to a document that belongs to no order, acknowledged by a majority.

        Raises `Unavailable` if the write fails, and `AccessDenied` if the login lacks the right:
        whatever makes this write fail would make an order's write fail, too.
        """
        try:
            with availability():
                await self.database[CONTROL].update_one(
                    {"_id": _PROBE}, {"$inc": {"writes": 1}}, upsert=True
                )
        except DatabaseError as error:
            raise Unavailable(str(error)) from None

    async def close(self) -> None:
        """Close all connections; the store cannot be used afterwards."""
        closing = self._client.close()
        if isawaitable(closing):
            await closing

    def control(self, group: str) -> MongoControl:
        """Return the breaker states of a consumer group, in the same database."""
        return MongoControl(self.database, group)

    def reader(self) -> MongoReader:
        """Return the reader of the orders, for callers that never write."""
        return MongoReader(self._raw_orders, self.timeout)

    async def load(self, order_ids: Collection[str]) -> Mapping[str, ProjectionState | Unusable]:
        """Return the state of each stored order, or why it cannot be read."""
        return (await self.load_some(order_ids, _UNLIMITED)).states

    async def load_some(self, order_ids: Collection[str], most_bytes: int) -> Loaded:
        """Load as many of the orders as ``most_bytes`` of documents allow."""
        ids, states, size = list(order_ids), dict[str, ProjectionState | Unusable](), 0
        with availability():
            cursor = self._raw_orders.find(
                {"_id": {"$in": ids}}, {STATE_KEY: 1}, batch_size=len(ids) + 1
            )
            async for raw in cursor:
                if size > most_bytes:
                    await cursor.close()
                    return Loaded(states, frozenset(ids) - states.keys(), size)
                size += len(raw.raw)
                document = decoded(raw)
                states[document["_id"]] = read_state(document)
        return Loaded(states, frozenset(), size)

    async def complete(
        self, states: Mapping[str, ProjectionState]
    ) -> Mapping[str, ProjectionState | Unusable]:
        """Return the states with the facts of their segments, or why these cannot be read."""
        return await self._segments.complete(states)

    async def delete_segments(self, order_ids: Collection[str]) -> None:
        """Delete all segments of these orders."""
        await self._segments.delete(order_ids)

    async def revisions(self, order_ids: Collection[str]) -> Mapping[str, int]:
        """Return the stored revision of each order."""
        found = await _found(self._raw_orders, order_ids, {_REVISION: 1})
        revisions = {document["_id"]: stored_revision(document) for document in found}
        return {name: revision for name, revision in revisions.items() if revision is not None}

    async def stored(self, order_ids: Collection[str]) -> Sequence[Announcement]:
        """Return the orders exactly as stored, including the key order."""
        found = await _found(self._raw_orders, order_ids, WITHOUT_FACTS)
        orders = (announceable(document["_id"], document) for document in found)
        return [order for order in orders if order is not None]

    async def write(self, writes: Sequence[OrderWrite]) -> Mapping[str, Written | Unusable]:
        """Compare-and-set each order, independently of the others."""
        try:
            unstorable = await self._unstorable(
                [write for write in writes if not surely_small(write)]
            )
            storable = [write for write in writes if write.order_id not in unstorable]
            return await self._write(writes, storable)
        except Unencodable:
            # One of them has no representation in BSON. Others may have been sent before the
            # error: those will be reported as conflicts, and the next round finds them stored.
            unstorable = await self._unstorable(writes)
            storable = [write for write in writes if write.order_id not in unstorable]
            return await self._write(writes, storable)

    async def would_take(self, write: OrderWrite) -> bool:
        """Return whether the database would store this change of a stored order; change nothing.

        It is asked to insert the document once more. What may not be stored it refuses for that
        reason, and anything else for its id, which is there.
        """
        if await self._unstorable([write]):
            return False
        return await try_insert(self._orders, write, self._updating)

    async def _unstorable(self, writes: Sequence[OrderWrite]) -> set[str]:
        """Return the orders that cannot be stored; count in a thread, as it can take seconds."""
        if not writes:
            return set()
        return await self._counting(
            lambda: {each.order_id for each in writes if why_unstorable(each)}
        )

    async def _write(
        self, writes: Sequence[OrderWrite], storable: Sequence[OrderWrite]
    ) -> dict[str, Written | Unusable]:
        results: dict[str, Written | Unusable] = {
            write.order_id: Written.TOO_LARGE for write in writes
        }
        if not storable:
            return results
        without = await self._segments.store(storable, self.probe)
        results |= without
        storable = [write for write in storable if write.order_id not in without]
        answer = await send(self._orders, storable, self._observe, self._updating)
        results |= {write.order_id: Written.APPLIED for write in storable}
        doubtful = [write for write in storable if write.order_id in answer.doubtful]
        results |= answer.refused | await self._again_and_alone(doubtful)
        refused = [write for write in storable if isinstance(results[write.order_id], Unusable)]
        return results | await self._moved_on(refused)

    async def _again_and_alone(
        self, doubtful: Sequence[OrderWrite]
    ) -> dict[str, Written | Unusable]:
        """Retry writes that were rejected for an unclear reason, one by one.

        An order is at fault only if the server rejects its write again, in a command of its own,
        after accepting another write: that rules out a fault of the server.
        """
        results: dict[str, Written | Unusable] = {}
        if doubtful:
            await self.probe()
        for write in doubtful:
            answer = await send(self._orders, [write], self._observe, self._updating)
            results[write.order_id] = Written.APPLIED
            results |= answer.refused | answer.doubtful
        return results

    async def _moved_on(self, refused: Sequence[OrderWrite]) -> dict[str, Written | Unusable]:
        """Return the rejected writes that are also in conflict, whatever the server's reason.

        A document based on an outdated state does not prove the order at fault. Read with local
        concern, because it was the primary's latest state that rejected the write.
        """
        if not refused:
            return {}
        newest = self._raw_orders.with_options(read_concern=ReadConcern("local"))
        found = await _found(newest, [write.order_id for write in refused], {COUNTER: 1})
        counters = {document["_id"]: stored_counter(document) for document in found}
        return {
            write.order_id: Written.CONFLICT
            for write in refused
            if write.order_id in counters
            and (write.expected is None or counters[write.order_id] != write.expected)
        }


async def _found(
    orders: Any, order_ids: Collection[str], fields: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return the documents, each decoded separately, so that one cannot affect the others."""
    ids = list(order_ids)
    with availability():
        cursor = orders.find({"_id": {"$in": ids}}, fields, batch_size=len(ids) + 1)
        found = await cursor.to_list(None)
    return [decoded(found.pop()) for _ in range(len(found))]  # frees each raw document once decoded


def _keep_commands_out_of_the_log() -> None:
    """Silence the driver's command log: at debug level, it contains the documents."""
    logging.getLogger("pymongo.command").setLevel(logging.WARNING)
