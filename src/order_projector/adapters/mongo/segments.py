"""The collection `segments`: older facts of long orders, in documents that never change."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Final

from pymongo import DeleteMany, InsertOne
from pymongo.errors import BulkWriteError
from pymongo.read_concern import ReadConcern

from order_projector.adapters.mongo.answers import (
    Answer,
    availability,
    is_of_the_id,
    refused_writes,
)
from order_projector.adapters.mongo.codes import DUPLICATE_KEY, named
from order_projector.adapters.mongo.decoding import RAW, decoded
from order_projector.projection.long_orders.segments import (
    completed,
    compose_segment,
    id_range,
    segment_id,
)
from order_projector.projection.ports import (
    OrderWrite,
    ProjectionState,
    Unavailable,
    Unusable,
    Written,
)

COLLECTION: Final = "segments"


class MongoSegments:
    """Stores, reads and deletes segments. No method looks for anything but ids."""

    def __init__(self, database: Any) -> None:
        """Use a database of either driver."""
        self._segments: Final = database[COLLECTION]
        self._raw: Final = self._segments.with_options(codec_options=RAW)

    async def store(
        self, writes: Sequence[OrderWrite], probe: Callable[[], Awaitable[None]]
    ) -> dict[str, Written | Unusable]:
        """Store the new segments of these writes; return, by order, why some were rejected.

        One that is there already has the same contents: another worker, or an earlier attempt, has
        written it. It is durable before the document that lists it, which the server writes later.
        If it is unclear why one was rejected, `probe` is called before a second attempt.
        """
        with_segments = [write for write in writes if write.segments]
        answer = await self._insert(with_segments)
        if answer.doubtful:
            await probe()
        refused = answer.refused
        for write in with_segments:
            if write.order_id in answer.doubtful:
                again = await self._insert([write])
                refused |= again.refused | again.doubtful
        return refused

    async def _insert(self, writes: Sequence[OrderWrite]) -> Answer:
        of_each = [(write, segment) for write in writes for segment in write.segments]
        if not of_each:
            return Answer()
        requests = [InsertOne(compose_segment(write.order_id, each)) for write, each in of_each]
        with availability():
            try:
                result = await self._segments.bulk_write(requests, ordered=False)
            except BulkWriteError as error:
                errors = [each for each in error.details["writeErrors"] if not _is_there(each)]
                answered: Mapping[str, Any] = {**error.details, "writeErrors": errors}
            else:
                answered = result.bulk_api_result
        return refused_writes(answered, [write for write, _ in of_each])

    async def complete(
        self, states: Mapping[str, ProjectionState]
    ) -> dict[str, ProjectionState | Unusable]:
        """Return the states with the facts of their segments, or why these cannot be read."""
        wanted = {
            segment_id(order_id, ref.id)
            for order_id, state in states.items()
            for ref in state.apart
        }
        found = {name: segment async for name, segment in self._found(wanted, self._raw)}
        if missing := wanted - found.keys():
            # A majority has it, but a primary just elected may not know that yet.
            newest = self._raw.with_options(read_concern=ReadConcern("local"))
            found |= {name: segment async for name, segment in self._found(missing, newest)}
        return {
            order_id: completed(state, _documents_of(order_id, state, found))
            for order_id, state in states.items()
        }

    async def hold(self, order_id: str, names: Collection[str], fact: str) -> bool:
        """Whether one of these segments of an order holds the fact of that identity."""
        ids = [segment_id(order_id, name) for name in names]
        with availability():
            query = {"_id": {"$in": ids}, "facts.id": fact}
            return await self._segments.find_one(query, {"_id": 1}) is not None

    async def _found(
        self, names: Collection[str], segments: Any
    ) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
        with availability():
            async for raw in segments.find({"_id": {"$in": list(names)}}, {}):
                document = decoded(raw)
                yield document["_id"], document

    async def delete(self, order_ids: Collection[str]) -> None:
        """Delete all segments of these orders, by ranges of their ids.

        Raises `Unavailable` for any that is refused: what was erased must not stay.
        """
        if not order_ids:
            return
        ranges = map(id_range, order_ids)
        requests = [DeleteMany({"_id": {"$gte": first, "$lt": end}}) for first, end in ranges]
        with availability():
            try:
                await self._segments.bulk_write(requests, ordered=False)
            except BulkWriteError as error:
                errors = [*error.details["writeErrors"], *error.details["writeConcernErrors"]]
                raise Unavailable(named(errors[0].get("code"))) from None


def _is_there(error: Mapping[str, Any]) -> bool:
    """Whether the segment that was to be inserted is there already."""
    return error["code"] == DUPLICATE_KEY and is_of_the_id(error)


def _documents_of(
    order_id: str, state: ProjectionState, found: Mapping[str, Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    ids = {ref.id: segment_id(order_id, ref.id) for ref in state.apart}
    return {name: found[wanted] for name, wanted in ids.items() if wanted in found}
