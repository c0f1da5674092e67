"""Exports of the API in the collection `api_jobs`."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

from order_projector.adapters.mongo.api_jobs import COLLECTION, now
from order_projector.adapters.mongo.deadlines import in_time
from order_projector.adapters.mongo.imports import STAYS
from order_projector.projection.api_jobs import ExportJob, ExportPage

_KIND: Final = "export"


class MongoExports:
    """An `ExportStore` in the collection `api_jobs`."""

    def __init__(self, database: Any, timeout: float, clock: Callable[[], datetime] = now) -> None:
        """Use a database of either driver; ``timeout`` is in seconds, for each command."""
        self._jobs: Final = database[COLLECTION]
        self._timeout: Final = timeout
        self._clock: Final = clock

    async def create(self, job: ExportJob) -> None:
        """Keep a new export. Its parameters are kept as text: their keys may be anything."""
        members = {
            "kind": _KIND,
            "created_at": job.created_at,
            "exported_object": job.exported_object,
            "parameters": _as_text(job.parameters),
            "secret": job.secret,
            "expires_at": self._clock() + STAYS,
        }
        with in_time(self._timeout):
            await self._jobs.update_one({"_id": job.id}, {"$setOnInsert": members}, upsert=True)

    async def get(self, job_id: str) -> ExportJob | None:
        """Return an export."""
        with in_time(self._timeout):
            found = await self._jobs.find_one({"_id": job_id, "kind": _KIND})
        return None if found is None else _job(found)

    async def delete(self, job_id: str) -> bool:
        """Remove an export."""
        with in_time(self._timeout):
            result = await self._jobs.delete_one({"_id": job_id, "kind": _KIND})
        return bool(result.deleted_count)

    async def listed(
        self, direction: Literal[1, -1], limit: int, skip: int, objects: Sequence[str]
    ) -> ExportPage:
        """Return exports by the time of their making."""
        query = {"kind": _KIND, "exported_object": {"$in": list(objects)}}
        sort = [("created_at", direction), ("_id", direction)]
        with in_time(self._timeout):
            cursor = self._jobs.find(query, sort=sort, skip=skip, limit=limit)
            found: list[Any] = await cursor.to_list(None)
            total = int(await self._jobs.count_documents(query))
        return ExportPage([_job(document) for document in found], total)


def _as_text(parameters: Mapping[str, Any]) -> str:
    """Return JSON that can be stored: a client's text may hold a lone surrogate, which is escaped.

    Only the standard library writes, and reads, all that the client's JSON may have held.
    """
    text = json.dumps(parameters, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace").decode()


def _job(document: Any) -> ExportJob:
    return ExportJob(
        id=document["_id"],
        created_at=document["created_at"],
        exported_object=document["exported_object"],
        parameters=json.loads(document["parameters"]),
        secret=document["secret"],
    )
