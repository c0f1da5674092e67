"""The order store on MongoDB, through Motor or through PyMongo's own asynchronous client.

One document per order (`projection.document` says how it is laid out), changed only by a
compare-and-set on its counter. Reads and writes are of the majority, writes also of the journal:
what has been read or acknowledged here survives a change of the primary.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from inspect import isawaitable
from typing import Any, Final, Literal

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient, InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError
from pymongo.read_concern import ReadConcern

from order_projector.adapters.mongo.answers import (
    Answer,
    DatabaseError,
    Unencodable,
    availability,
    refused_writes,
)
from order_projector.adapters.mongo.control import MongoControl
from order_projector.adapters.mongo.decoding import RAW, decoded
from order_projector.adapters.mongo.indexes import Indexes
from order_projector.projection.document import (
    STATE_KEY,
    announceable,
    compose,
    read_state,
    stored_counter,
    stored_revision,
    surely_small,
    why_unstorable,
)
from order_projector.projection.folding import Threads
from order_projector.projection.ports import (
    Loaded,
    OrderWrite,
    ProjectionState,
    StoredOrder,
    Unavailable,
    Unusable,
    Written,
)

Driver = Literal["motor", "pymongo"]

COLLECTION: Final = "orders"
CONTROL: Final = "control"
_PROBE: Final = "write probe"

_UNLIMITED: Final = 2**62

_COUNTER: Final = f"{STATE_KEY}.counter"
_REVISION: Final = f"{STATE_KEY}.revision"
_WITHOUT_FACTS: Final = {f"{STATE_KEY}.{field}": 0 for field in ("facts", "digests", "offsets")}

_Request = InsertOne[dict[str, Any]] | ReplaceOne[dict[str, Any]]


def connect(
    uri: str, database: str, *, driver: Driver = "motor", timeout: float = 10.0
) -> "MongoStore":
    """The store in that database. Nothing is sent yet.

    After ``timeout`` seconds without an answer the server counts as unavailable. Raises
    `pymongo.errors.ConfigurationError` or `InvalidURI` for a URI that makes no sense.
    """
    options = client_options(timeout)
    match driver:
        case "motor":
            return MongoStore(AsyncIOMotorClient(uri, **options), database)
        case "pymongo":
            return MongoStore(AsyncMongoClient(uri, **options), database)


def client_options(timeout: float) -> dict[str, Any]:
    """What the store demands of its client: `timeout` is in seconds."""
    milliseconds = int(timeout * 1000)
    return {
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


class MongoStore:
    """An `OrderStore` in the collection `orders`. `connect` makes one."""

    def __init__(self, client: Any, database: str) -> None:
        """Use a client of either driver: they agree on every call made here, not on a type."""
        self._client: Final = client
        self._database: Final = client[database]
        self._counting: Final = Threads(1)
        self._orders: Final = self._database[COLLECTION]
        self._raw_orders: Final = self._orders.with_options(codec_options=RAW)
        _keep_commands_out_of_the_log()

    async def prepare(self) -> None:
        """Make the indexes (idempotent)."""
        indexes = self.indexes()
        await indexes.make((await indexes.missing()).indexes)

    def indexes(self) -> Indexes:
        """The indexes of the collection, for who does not want to wait for them."""
        return Indexes(self._database, COLLECTION)

    async def ping(self) -> None:
        """Return when the primary answers."""
        with availability():
            await self._database.command("ping")

    async def probe(self) -> None:
        """Have a majority take a write that is no order's.

        Raises `Unavailable` where it does not, and `AccessDenied` where the login lacks the right:
        whatever makes this write fail would make an order's write fail, too.
        """
        try:
            with availability():
                await self._database[CONTROL].update_one(
                    {"_id": _PROBE}, {"$inc": {"writes": 1}}, upsert=True
                )
        except DatabaseError as error:
            raise Unavailable(str(error)) from None

    async def close(self) -> None:
        """End all connections; the store is of no use afterwards."""
        closing = self._client.close()
        if isawaitable(closing):
            await closing

    def control(self, group: str) -> MongoControl:
        """The breakers of a consumer group, in the same database."""
        return MongoControl(self._database, group)

    async def load(self, order_ids: Collection[str]) -> Mapping[str, ProjectionState | Unusable]:
        """Return the state of each stored order, or why it cannot be read."""
        return (await self.load_some(order_ids, _UNLIMITED)).states

    async def load_some(self, order_ids: Collection[str], most_bytes: int) -> Loaded:
        """The same of as many of the orders as ``most_bytes`` of documents allow."""
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

    async def revisions(self, order_ids: Collection[str]) -> Mapping[str, int]:
        """The stored revision of each of those orders."""
        found = await _found(self._raw_orders, order_ids, {_REVISION: 1})
        revisions = {document["_id"]: stored_revision(document) for document in found}
        return {name: revision for name, revision in revisions.items() if revision is not None}

    async def stored(self, order_ids: Collection[str]) -> Sequence[StoredOrder]:
        """Those orders exactly as stored, the sequence of keys included."""
        found = await _found(self._raw_orders, order_ids, _WITHOUT_FACTS)
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
            # One of them holds what BSON has not. Some may have been sent by then: those will
            # look like conflicts, and be found to be stored.
            unstorable = await self._unstorable(writes)
            storable = [write for write in writes if write.order_id not in unstorable]
            return await self._write(writes, storable)

    async def _unstorable(self, writes: Sequence[OrderWrite]) -> set[str]:
        """Return the orders that cannot be stored; counting bytes off the loop can take seconds."""
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
        answer = await self._send(storable)
        results |= {write.order_id: Written.APPLIED for write in storable}
        doubtful = [write for write in storable if write.order_id in answer.doubtful]
        results |= answer.refused | await self._again_and_alone(doubtful)
        refused = [write for write in storable if isinstance(results[write.order_id], Unusable)]
        return results | await self._moved_on(refused)

    async def _again_and_alone(
        self, doubtful: Sequence[OrderWrite]
    ) -> dict[str, Written | Unusable]:
        """What becomes of writes that were refused, nobody knows why.

        Each has its own fault only where the server refuses it once more, by itself, after it has
        taken another write: so it is none of the server's.
        """
        results: dict[str, Written | Unusable] = {}
        if doubtful:
            await self.probe()
        for write in doubtful:
            answer = await self._send([write])
            results[write.order_id] = Written.APPLIED
            results |= answer.refused | answer.doubtful
        return results

    async def _moved_on(self, refused: Sequence[OrderWrite]) -> dict[str, Written | Unusable]:
        """The refused writes that are in conflict as well, whatever else the server named.

        A document that was made of an older state proves nothing against the order. The primary is
        asked, since it was the primary that refused.
        """
        if not refused:
            return {}
        newest = self._raw_orders.with_options(read_concern=ReadConcern("local"))
        found = await _found(newest, [write.order_id for write in refused], {_COUNTER: 1})
        counters = {document["_id"]: stored_counter(document) for document in found}
        return {
            write.order_id: Written.CONFLICT
            for write in refused
            if write.order_id in counters
            and (write.expected is None or counters[write.order_id] != write.expected)
        }

    async def _send(self, writes: Sequence[OrderWrite]) -> Answer:
        requests = [_request(write) for write in writes]
        with availability():
            try:
                result = await self._orders.bulk_write(requests, ordered=False)
            except BulkWriteError as error:
                answered: Mapping[str, Any] = error.details
            else:
                answered = result.bulk_api_result
        return refused_writes(answered, writes)


async def _found(
    orders: Any, order_ids: Collection[str], fields: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Those documents, each decoded by itself: what one of them holds costs no other."""
    ids = list(order_ids)
    with availability():
        cursor = orders.find({"_id": {"$in": ids}}, fields, batch_size=len(ids) + 1)
        found = await cursor.to_list(None)
    return [decoded(found.pop()) for _ in range(len(found))]  # no document is held in both forms


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


def _keep_commands_out_of_the_log() -> None:
    """The driver logs each command, with the documents in it, where debugging is on."""
    logging.getLogger("pymongo.command").setLevel(logging.WARNING)
