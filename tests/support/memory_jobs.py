"""What the API stores besides the orders, in memory."""

import time
from collections.abc import Callable, Sequence
from typing import Final, Literal

from order_projector.projection.api_jobs import (
    ClaimedImport,
    ExportJob,
    ExportPage,
    FirstTry,
    ImportJob,
)


class MemoryKeys:
    """A `KeyStore` in memory."""

    def __init__(self) -> None:
        """Start without keys."""
        self.tries: Final[dict[str, FirstTry]] = {}

    async def first_try(self, name: str) -> FirstTry | None:
        """Return the first try with a key."""
        return self.tries.get(name)

    async def remember(self, name: str, first: FirstTry) -> FirstTry:
        """Remember a try unless there is one."""
        return self.tries.setdefault(name, first)


class MemoryImports:
    """An `ImportStore` in memory; ``clock`` returns seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start without jobs."""
        self._clock: Final = clock
        self._jobs: Final[dict[str, ImportJob]] = {}
        self._texts: Final[dict[str, bytes]] = {}
        self._held: Final[dict[str, tuple[str, float]]] = {}

    async def create(self, job: ImportJob, text: bytes) -> None:
        """Keep a new job."""
        if self._jobs.setdefault(job.id, job) is job and not job.status.is_final:
            self._texts[job.id] = text

    async def get(self, job_id: str) -> ImportJob | None:
        """Return a job."""
        return self._jobs.get(job_id)

    async def listed(self, limit: int, before: int | None) -> Sequence[ImportJob]:
        """Return jobs made before a time, the newest first."""
        found = [job for job in self._jobs.values() if before is None or job.created_at < before]
        return sorted(found, key=lambda job: (job.created_at, job.id), reverse=True)[:limit]

    async def claim(self, owner: str, lease: float) -> ClaimedImport | None:
        """Take over a job that nobody works at."""
        now = self._clock()
        for job in self._jobs.values():
            if not job.status.is_final and self._held.get(job.id, ("", 0.0))[1] <= now:
                self._held[job.id] = (owner, now + lease)
                return ClaimedImport(job, self._texts[job.id])
        return None

    async def save(self, job: ImportJob, owner: str, lease: float) -> bool:
        """Keep how far a job is, if it is still held."""
        if self._held.get(job.id, ("", 0.0))[0] != owner:
            return False
        self._jobs[job.id] = job
        self._held[job.id] = (owner, self._clock() + lease)
        if job.status.is_final:
            self._texts.pop(job.id, None)
        return True


class MemoryExports:
    """An `ExportStore` in memory."""

    def __init__(self) -> None:
        """Start without exports."""
        self._jobs: Final[dict[str, ExportJob]] = {}

    async def create(self, job: ExportJob) -> None:
        """Keep a new export."""
        self._jobs.setdefault(job.id, job)

    async def get(self, job_id: str) -> ExportJob | None:
        """Return an export."""
        return self._jobs.get(job_id)

    async def delete(self, job_id: str) -> bool:
        """Remove an export."""
        return self._jobs.pop(job_id, None) is not None

    async def listed(
        self, direction: Literal[1, -1], limit: int, skip: int, objects: Sequence[str]
    ) -> ExportPage:
        """Return exports by the time of their making."""
        found = sorted(
            (job for job in self._jobs.values() if job.exported_object in objects),
            key=lambda job: (job.created_at, job.id),
            reverse=direction < 0,
        )
        return ExportPage(found[skip : skip + limit], len(found))
