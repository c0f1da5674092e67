"""What an operator should know of a database: its kind, its clock, what the collection holds."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from inspect import isawaitable
from typing import Any, Final

from pymongo.errors import OperationFailure

from order_projector.adapters.mongo.answers import availability
from order_projector.adapters.mongo.store import COLLECTION
from order_projector.projection.document import STATE_KEY

SCAN_WITHIN: Final = 5_000
"""Milliseconds for the search for foreign documents, which reads the whole collection."""

_NO_COLLECTION: Final = 26
_TOO_LONG: Final = 50
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - the driver returns naive times in UTC


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """The server, and the collection `orders`.

    ``skew`` is by how many seconds the server's clock is ahead. ``foreign`` is whether there are
    documents that no worker wrote, None if the search took too long. ``building`` and ``unique``
    are names of indexes.
    """

    version: str
    replica_set: str | None
    skew: float
    has_validator: bool
    foreign: bool | None
    building: tuple[str, ...]
    unique: tuple[str, ...]


async def database_state(database: Any) -> DatabaseState:
    """Ask the server. Raises `Unavailable`."""
    with availability():
        before = time.time()
        hello = await database.command("hello")
        middle = (before + time.time()) / 2
        version = (await database.command("buildInfo")).get("version", "unknown")
    indexes = await _indexes(database)
    return DatabaseState(
        version=str(version),
        replica_set=hello.get("setName") or ("sharded" if hello.get("msg") == "isdbgrid" else None),
        skew=_seconds(hello, middle),
        has_validator=await _has_validator(database),
        foreign=await has_foreign(database),
        building=tuple(it["name"] for it in indexes if "buildUUID" in it),
        unique=tuple(it["name"] for it in indexes if it.get("unique") and it["name"] != "_id_"),
    )


def _seconds(hello: Mapping[str, Any], middle: float) -> float:
    moment = hello.get("localTime")
    if moment is None:
        return 0.0
    return float((moment.replace(tzinfo=None) - _EPOCH).total_seconds() - middle)


async def _indexes(database: Any) -> list[Mapping[str, Any]]:
    with availability():
        try:
            cursor = database[COLLECTION].list_indexes()
            if isawaitable(cursor):  # PyMongo's client sends the command first, Motor does not
                cursor = await cursor
            return [each async for each in cursor]
        except OperationFailure as error:
            if error.code != _NO_COLLECTION:
                raise
            return []


async def _has_validator(database: Any) -> bool:
    with availability():
        answer = await database.command(
            "listCollections", filter={"name": COLLECTION}, nameOnly=False
        )
    found = answer["cursor"]["firstBatch"]
    return any(each.get("options", {}).get("validator") for each in found)


async def has_foreign(database: Any) -> bool | None:
    """Return whether there are documents that no worker wrote; None if that takes too long.

    Raises `Unavailable`.
    """
    query = {f"{STATE_KEY}.layout": {"$exists": False}}
    with availability():
        try:
            found = await database[COLLECTION].find_one(query, {"_id": 1}, max_time_ms=SCAN_WITHIN)
        except OperationFailure as error:
            if error.code != _TOO_LONG:
                raise
            return None
    return found is not None
