"""The broker and the database of a command, opened for its length."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from order_projector.adapters.kafka import Publisher, producer_options
from order_projector.adapters.kafka.connection.diagnosis import ConnectionDiagnosis
from order_projector.adapters.mongo import MongoStore, configured_store
from order_projector.adapters.mongo.audit import MongoAudit
from order_projector.projection.waiting import waiting_for
from order_projector.settings import Settings

STOP_WITHIN = 5.0


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[MongoStore]:
    """Open the store. Raises `ConfigurationError` for a setting that it cannot use."""
    store = configured_store(settings)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def audit_record(settings: Settings) -> AsyncIterator[MongoAudit]:
    """Open the audit record alone."""
    async with database(settings) as store:
        yield MongoAudit(store.database)


@asynccontextmanager
async def producer(settings: Settings) -> AsyncIterator[Publisher]:
    """Open a producer whose records all in-sync replicas acknowledge.

    Raises `Unavailable` if no broker answers, and `AccessDenied` if one refuses access.
    """
    publisher = Publisher(producer_options(settings), 1.5 * settings.kafka_request_timeout)
    try:
        await ConnectionDiagnosis(settings).diagnosing(publisher.start)()
        yield publisher
    finally:
        with waiting_for("broker"):
            await publisher.stop(STOP_WITHIN)
