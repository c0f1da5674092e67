"""Imports of the API in the collection `api_jobs`: how far each is, and its input in parts."""

import asyncio
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from order_projector.adapters.mongo.answers import availability
from order_projector.adapters.mongo.api_jobs import COLLECTION, now
from order_projector.adapters.mongo.deadlines import in_time
from order_projector.projection.api_jobs import (
    ClaimedImport,
    FailedOrder,
    ImportJob,
    JobStatus,
)

STAYS: Final = timedelta(days=7)
PART: Final = 8_000_000
"""Bytes of a part of the input: a document holds at most 16 MB."""
INDEXES: Final = (
    IndexModel(
        [("held_until", ASCENDING)],
        partialFilterExpression={"is_open": True},
        name="open_imports",
    ),
    IndexModel([("kind", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)]),
)
_KIND: Final = "import"


class MongoImports:
    """An `ImportStore` in the collection `api_jobs`."""

    def __init__(self, database: Any, timeout: float, clock: Callable[[], datetime] = now) -> None:
        """Use a database of either driver; ``timeout`` is in seconds, for each command."""
        self._jobs: Final = database[COLLECTION]
        self._timeout: Final = timeout
        self._clock: Final = clock

    async def prepare(self) -> None:
        """Create the indexes (idempotent)."""
        with availability():
            await self._jobs.create_indexes([*INDEXES])

    async def create(self, job: ImportJob, text: bytes) -> None:
        """Keep a new job, its input first: a job that is there and not at its end has all of it."""
        if await self.get(job.id) is not None:
            return
        expires = self._clock() + STAYS
        packed = b"" if job.status.is_final else await asyncio.to_thread(zlib.compress, text, 1)
        for number, start in enumerate(range(0, len(packed), PART)):
            part = {
                "kind": "input",
                "data": packed[start : start + PART],
                "expires_at": expires,
            }
            with in_time(self._timeout):
                await self._jobs.update_one(
                    {"_id": _part(job.id, number)}, {"$setOnInsert": part}, upsert=True
                )
        document = {
            "_id": job.id,
            "kind": _KIND,
            **_progress(job),
            "parts": -(-len(packed) // PART),
            "owner": "",
            "held_until": self._clock(),
            "expires_at": expires,
        }
        with in_time(self._timeout):
            try:
                await self._jobs.insert_one(document)
            except DuplicateKeyError:
                stored = await self.get(job.id)
                if stored is not None and stored.status.is_final:
                    await self._forget_input(job.id)

    async def get(self, job_id: str) -> ImportJob | None:
        """Return a job."""
        with in_time(self._timeout):
            found = await self._jobs.find_one({"_id": job_id, "kind": _KIND})
        return None if found is None else _job(found)

    async def listed(self, limit: int, before: int | None) -> Sequence[ImportJob]:
        """Return jobs made before a time, the newest first."""
        query: dict[str, Any] = {"kind": _KIND}
        if before is not None:
            query["created_at"] = {"$lt": before}
        with in_time(self._timeout):
            cursor = self._jobs.find(query, sort=[("created_at", -1), ("_id", -1)], limit=limit)
            found: list[Any] = await cursor.to_list(None)
        return [_job(document) for document in found]

    async def claim(self, owner: str, lease: float) -> ClaimedImport | None:
        """Take over a job that no process works at."""
        moment = self._clock()
        held = {"owner": owner, "held_until": moment + timedelta(seconds=lease)}
        with in_time(self._timeout):
            found = await self._jobs.find_one_and_update(
                {"is_open": True, "kind": _KIND, "held_until": {"$lte": moment}},
                {"$set": held},
                return_document=ReturnDocument.AFTER,
            )
            if found is None:
                return None
            names = [_part(found["_id"], number) for number in range(found["parts"])]
            parts: list[Any] = await self._jobs.find({"_id": {"$in": names}}).to_list(None)
        data = {part["_id"]: part["data"] for part in parts}
        packed = b"".join(data.get(name, b"") for name in names)
        return ClaimedImport(_job(found), await asyncio.to_thread(zlib.decompress, packed))

    async def save(self, job: ImportJob, owner: str, lease: float) -> bool:
        """Keep how far a job is, if it is still held."""
        held_until = self._clock() + timedelta(seconds=lease)
        with in_time(self._timeout):
            result = await self._jobs.update_one(
                {"_id": job.id, "owner": owner},
                {"$set": {**_progress(job), "held_until": held_until}},
            )
        if result.matched_count and job.status.is_final:
            await self._forget_input(job.id)
        return bool(result.matched_count)

    async def _forget_input(self, job_id: str) -> None:
        """Delete the input of a job at its end: it holds what an erasure could not reach."""
        with availability():
            await self._jobs.delete_many({"_id": {"$gte": _part(job_id, 0), "$lt": _end(job_id)}})


def _part(job_id: str, number: int) -> str:
    return f"input/{job_id}/{number}"


def _end(job_id: str) -> str:
    """Return what sorts after every part of a job's input, and before those of other jobs."""
    return f"input/{job_id}0"  # 0 follows the slash


def _progress(job: ImportJob) -> dict[str, Any]:
    return {
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "total": job.total,
        "is_strict": job.is_strict,
        "status": job.status.value,
        "is_open": not job.status.is_final,
        "next": job.next,
        "failed": [[each.index, each.message] for each in job.failed],
        "acknowledged_at": job.acknowledged_at,
        "times": list(job.times),
    }


def _job(document: Any) -> ImportJob:
    return ImportJob(
        id=document["_id"],
        created_at=document["created_at"],
        updated_at=document["updated_at"],
        total=document["total"],
        is_strict=document["is_strict"],
        status=JobStatus(document["status"]),
        next=document["next"],
        failed=tuple(FailedOrder(index, message) for index, message in document["failed"]),
        acknowledged_at=document["acknowledged_at"],
        times=tuple(document["times"]),
    )
