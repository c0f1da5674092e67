"""Publish what files hold, and keep a record of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from order_projector.adapters.kafka.reading import partitions_of
from order_projector.adapters.mongo import configured_store
from order_projector.adapters.mongo.audit import MongoAudit
from order_projector.operations.audit import AuditEntry, current_operator, record, recorded
from order_projector.operations.sending import Prepared, SendReport, send
from order_projector.operations.services import producer
from order_projector.settings import Settings


@dataclass(frozen=True, slots=True)
class Files:
    """What a command publishes: its files, by name."""

    command: str
    names: Sequence[str]


AUDIT_WITHIN = 3.0
"""Seconds for the audit record of a command that needs no database."""


async def publish_files(
    settings: Settings,
    files: Files,
    prepared: Iterable[Prepared],
    rate: int | None,
    report: SendReport,
    progress: Callable[[int], None],
) -> None:
    """Publish what is prepared from these files.

    ``report`` says at any moment what is done by then, and the audit record what was done in the
    end, also before an error. Raises `Unavailable`, and `ConfigurationError` if a topic does not
    exist.
    """
    await partitions_of(settings, "redemptions_topic", "payments_topic")

    def done() -> AuditEntry | None:
        what: dict[str, Any] = {"files": ", ".join(files.names), **report.sent}
        if report.unacknowledged:
            what["unacknowledged"] = report.unacknowledged
        return AuditEntry(files.command, what) if len(what) > 1 else None

    async with (
        recorded(done, partial(record_without_database, settings)),
        producer(settings) as publisher,
    ):
        await send(publisher, prepared, rate, report, progress)


async def record_without_database(settings: Settings, entry: AuditEntry) -> None:
    """Record an action that works without the database: the log line, and if need be a warning."""
    timeout = min(settings.mongodb_timeout, AUDIT_WITHIN)
    store = configured_store(settings.model_copy(update={"mongodb_timeout": timeout}))
    try:
        await record(entry, MongoAudit(store.database), current_operator())
    finally:
        await store.close()
