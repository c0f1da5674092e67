"""Publish what files hold, and keep a record of it."""

from collections.abc import Callable, Iterable, Sequence

from order_projector.adapters.kafka.reading import partitions_of
from order_projector.adapters.mongo import configured_store
from order_projector.adapters.mongo.audit import MongoAudit
from order_projector.operations.audit import AuditEntry, current_operator, record
from order_projector.operations.sending import Prepared, SendReport, send
from order_projector.operations.services import producer
from order_projector.settings import Settings

AUDIT_WITHIN = 3.0
"""Seconds for the audit record of a command that needs no database."""


async def publish_files(
    settings: Settings,
    command: str,
    files: Sequence[str],
    prepared: Iterable[Prepared],
    rate: int | None,
    progress: Callable[[int], None],
) -> SendReport:
    """Publish what is prepared from these files.

    What was published before an error, too, is in the audit record. Raises `Unavailable`, and
    `ConfigurationError` if a topic does not exist.
    """
    await partitions_of(settings, "redemptions_topic", "payments_topic")
    report = SendReport()
    try:
        async with producer(settings) as publisher:
            await send(publisher, prepared, rate, report, progress)
    finally:
        if report.sent:
            what = {"files": ", ".join(files), **report.sent}
            await record_without_database(settings, AuditEntry(command, what))
    return report


async def record_without_database(settings: Settings, entry: AuditEntry) -> None:
    """Record an action that works without the database: the log line, and if need be a warning."""
    timeout = min(settings.mongodb_timeout, AUDIT_WITHIN)
    store = configured_store(settings.model_copy(update={"mongodb_timeout": timeout}))
    try:
        await record(entry, MongoAudit(store.database), current_operator())
    finally:
        await store.close()
