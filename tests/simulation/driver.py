"""The database driver of a simulated process: the part of PyMongo that the order store uses."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import DeleteMany, InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    NetworkTimeout,
    NotPrimaryError,
    ServerSelectionTimeoutError,
)

from tests.simulation.database import Bulk, Database, Document, Write
from tests.simulation.network import Answer
from tests.simulation.segments import SegmentDeletion, SegmentInsert

PATIENCE: Final = 10.0

Request = InsertOne[Document] | ReplaceOne[Document] | UpdateOne | DeleteMany
Sending = Callable[[Sequence[Write]], None]


@dataclass(frozen=True, slots=True)
class Client:
    """A process's connection; every database name leads to the same one."""

    database: Database
    on_send: Sending
    """Called with the order writes of every bulk command before it is sent."""

    def __getitem__(self, _name: str) -> "Named":
        return Named(self)

    async def close(self) -> None:
        """Do nothing: there is nothing to close."""


@dataclass(frozen=True, slots=True)
class Named:
    client: Client

    def __getitem__(self, name: str) -> "Collection":
        return Collection(self.client, name)

    async def command(self, _name: str) -> Mapping[str, Any]:
        """Answer ``ping`` or ``hello`` with an empty reply."""
        reply: Mapping[str, Any] = await _ask(self.client, _pong)
        return reply


@dataclass(frozen=True, slots=True)
class Collection:
    """The orders, or their segments."""

    client: Client
    name: str
    raw: bool = False

    def with_options(
        self, *, codec_options: CodecOptions[Any] | None = None, **_: object
    ) -> "Collection":
        """Return the same collection, possibly with its documents as raw BSON."""
        raw = codec_options is not None and codec_options.document_class is RawBSONDocument
        return replace(self, raw=self.raw or raw)

    async def create_indexes(self, _indexes: Sequence[object]) -> None:
        """Send a request without effect: indexes make no difference here."""
        await _ask(self.client, _pong)

    async def index_information(self) -> Mapping[str, Any]:
        """Return no indexes, without a request."""
        return {}

    def find(
        self, conditions: Mapping[str, Any], fields: Mapping[str, int], **_: object
    ) -> "Cursor":
        """Return a cursor over the documents with one of the ids."""
        return Cursor(self, conditions["_id"]["$in"], fields)

    async def bulk_write(self, requests: Sequence[Request], *, ordered: bool) -> "Result":
        """Send a bulk command, possibly with faults."""
        orders = self.name == "orders"
        writes = list(map(_write if orders else _segment_write, requests))
        self.client.on_send([write for write in writes if isinstance(write, Write)])
        faults = self.client.database.faults
        bulk = Bulk(
            writes,
            ordered,
            part=faults.random.random() if faults.happens("write applied in part") else 1.0,
            refused=faults.happens("write refused in part"),
            twice=faults.happens("write applied twice"),
            late=faults.happens("write not replicated in time"),
        )
        how: dict[str, Any] = {}
        if faults.happens("write acknowledgement lost"):
            how = {"mute": True, "patience": faults.random.uniform(0.05, PATIENCE)}
        elif faults.happens("write lands late"):
            how = {
                "slow": faults.random.choice((1.0, 30.0)) * faults.random.random(),
                "patience": faults.random.choice((0.05, PATIENCE)),
            }
        result = await _ask(self.client, partial(self.client.database.bulk, bulk), **how)
        if result["writeErrors"] or result["writeConcernErrors"]:
            raise BulkWriteError(result)
        return Result(result)


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a bulk command."""

    bulk_api_result: Mapping[str, Any]

    @property
    def matched_count(self) -> int:
        """The number of documents that replacements and updates have found."""
        matched: int = self.bulk_api_result["nMatched"]
        return matched


@dataclass(frozen=True, slots=True)
class Cursor:
    """A query that has not been sent yet."""

    collection: Collection
    order_ids: Sequence[str]
    fields: Mapping[str, int]

    async def __aiter__(self) -> AsyncIterator[Any]:
        """Yield all documents found, one by one."""
        for document in await self.to_list(None):
            yield document

    async def close(self) -> None:
        """Do nothing: no cursor is left open."""

    async def to_list(self, _length: None) -> list[Any]:
        """Return all documents found."""
        client = self.collection.client
        found = await _ask(client, partial(client.database.find, self.order_ids))
        documents = [_projected(bson.decode(raw), self.fields) for raw in found]
        if self.collection.raw:
            return [RawBSONDocument(bson.encode(document)) for document in documents]
        return documents


def _segment_write(request: Request) -> SegmentInsert | SegmentDeletion:
    if isinstance(request, DeleteMany):
        ids = request._filter["_id"]
        return SegmentDeletion(ids["$gte"], ids["$lt"])
    assert isinstance(request, InsertOne)
    return SegmentInsert(request._doc["_id"], bson.encode(request._doc))


def _write(request: Request) -> Write:
    assert not isinstance(request, DeleteMany)
    sent: Any = request._doc
    raw = bson.encode(sent)
    if isinstance(request, InsertOne):
        return Write(sent["_id"], raw, None)
    conditions, updates = request._filter, isinstance(request, UpdateOne)
    return Write(conditions["_id"], raw, conditions, bool(request._upsert), updates)


def _pong(answer: Answer) -> None:
    answer.give({})


async def _ask(client: Client, serve: Callable[[Answer], None], **how: Any) -> Any:
    database = client.database
    faults = database.faults
    if faults.happens("database refuses"):
        await asyncio.sleep(faults.random.choice((0.001, PATIENCE)))
        raise faults.random.choice((AutoReconnect, ServerSelectionTimeoutError))("no primary")
    if faults.happens("database slow"):
        how.setdefault("slow", faults.random.uniform(0.05, 4.0))
    if faults.happens("database hangs"):
        how["lost"] = True
    how.setdefault("patience", PATIENCE)
    return await database.service.ask(
        serve, refusal=NotPrimaryError("no primary"), silence=NetworkTimeout("no answer"), **how
    )


def _projected(document: Document, fields: Mapping[str, int]) -> Document:
    """Reduce a document to the included paths, or remove the excluded ones."""
    if not fields:
        return document
    if not all(fields.values()):
        for path in fields:
            *above, last = path.split(".")
            holder = document
            for name in above:
                holder = holder[name]
            holder.pop(last, None)
        return document
    kept: Document = {"_id": document["_id"]}
    for path in fields:
        source: Any = document
        target = kept
        *above, last = path.split(".")
        for name in above:
            source = source.get(name, {})
            target = target.setdefault(name, {})
        if last in source:
            target[last] = source[last]
    return kept
