"""The port for what the API stores besides the orders: keys of requests, imports, exports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class FirstTry:
    """What was decided when a key was first seen.

    ``at`` is the time of the event, in milliseconds; ``result`` the id of what was made, if the
    request makes a job.
    """

    fingerprint: str
    at: int
    type: str = ""
    result: str = ""


class KeyStore(Protocol):
    """Remembers keys for a day. Every method raises `Unavailable` as an order store does."""

    async def first_try(self, name: str) -> FirstTry | None:
        """Return the first try with a key, if it is remembered."""

    async def remember(self, name: str, first: FirstTry) -> FirstTry:
        """Remember a try unless there is one; return the one that is remembered."""


class JobStatus(StrEnum):
    """How far a job is."""

    ENQUEUED = "ENQUEUED"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    FAILED = "FAILED"

    @property
    def is_final(self) -> bool:
        """Whether nothing is left to do."""
        return self in {JobStatus.DONE, JobStatus.FAILED}


@dataclass(frozen=True, slots=True)
class FailedOrder:
    """An order of an import that cannot be taken in, and why."""

    index: int
    message: str


@dataclass(frozen=True, slots=True)
class ImportJob:
    """An import: ``next`` is the index of the first of ``total`` orders that is not published.

    ``is_strict`` says that it came over a strict channel. Times are in milliseconds;
    ``acknowledged_at`` is that of the latest event, 0 before the first one. ``times`` are those of
    the events that are being published, from ``next`` on: a second try has the same.
    """

    id: str
    created_at: int
    updated_at: int
    total: int
    is_strict: bool = False
    status: JobStatus = JobStatus.ENQUEUED
    next: int = 0
    failed: tuple[FailedOrder, ...] = ()
    acknowledged_at: int = 0
    times: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimedImport:
    """An import that this process goes on with, and the text of its orders."""

    job: ImportJob
    text: bytes


class ImportStore(Protocol):
    """Keeps imports for a week. Every method raises `Unavailable` as an order store does."""

    async def create(self, job: ImportJob, text: bytes) -> None:
        """Keep a new job with the text of its orders until its end; do nothing if it is there."""

    async def get(self, job_id: str) -> ImportJob | None:
        """Return a job."""

    async def listed(self, limit: int, before: int | None) -> Sequence[ImportJob]:
        """Return jobs made before a time, the newest first."""

    async def claim(self, owner: str, lease: float) -> ClaimedImport | None:
        """Take over a job that no process works at, for ``lease`` seconds."""

    async def save(self, job: ImportJob, owner: str, lease: float) -> bool:
        """Keep how far a job is, and hold it on; return False if another process took it over."""


@dataclass(frozen=True, slots=True)
class ExportJob:
    """An export that was asked for; ``secret`` signs the tokens of its download."""

    id: str
    created_at: int
    exported_object: str
    parameters: Mapping[str, Any]
    secret: str


@dataclass(frozen=True, slots=True)
class ExportPage:
    """Some exports, and how many there are."""

    jobs: Sequence[ExportJob]
    total: int


class ExportStore(Protocol):
    """Keeps exports for a week. Every method raises `Unavailable` as an order store does."""

    async def create(self, job: ExportJob) -> None:
        """Keep a new export; do nothing if it is there already."""

    async def get(self, job_id: str) -> ExportJob | None:
        """Return an export."""

    async def delete(self, job_id: str) -> bool:
        """Remove an export; return whether it was there."""

    async def listed(
        self, direction: Literal[1, -1], limit: int, skip: int, objects: Sequence[str]
    ) -> ExportPage:
        """Return exports of these objects by the time of their making."""
