"""The composition root of the API over HTTP: `order-projector serve`."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector

from order_projector import __version__
from order_projector.adapters.kafka import KafkaEvents, Publisher, producer_options
from order_projector.adapters.mongo import (
    MongoExports,
    MongoImports,
    MongoKeys,
    MongoStore,
    RequestStore,
    configured_store,
)
from order_projector.api.application import create_app
from order_projector.api.counting import OrderCounts
from order_projector.api.gate import Gate
from order_projector.api.history import OrderHistory
from order_projector.api.importing import Importer
from order_projector.api.keys import KeysFile
from order_projector.api.malformed import refusal
from order_projector.api.preparation import Step, prepared
from order_projector.api.rates import RateLimit
from order_projector.api.readiness import ReadinessWatch
from order_projector.api.services import ApiOptions, Services
from order_projector.api.timing import WriteTimes
from order_projector.api.webhooks import WebhookSecrets
from order_projector.api.writing import OrderWriter
from order_projector.hosting.connections import answering
from order_projector.hosting.ping import Ping
from order_projector.hosting.server import Address, Variables, listening
from order_projector.hosting.signals import stopping_on_signals
from order_projector.projection.folding import Threads
from order_projector.settings import ConfigurationError, Settings, load, variable
from order_projector.telemetry.logging import configure

__all__ = ["HTTP_OPTIONS", "Api", "build", "configured"]

_log: Final = logging.getLogger(__name__)

CLOSE_WITHIN: Final = 1.0
HTTP_OPTIONS: Final[dict[str, Any]] = {
    "http": answering(refusal),
    "ws": "none",
    "timeout_keep_alive": 30,
}
_FOLDS_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class Grace:
    """How many seconds the process has to finish the requests in hand."""

    total: float

    @property
    def deadline(self) -> float:
        """Seconds after which the process ends, whatever is not done."""
        return 0.97 * self.total


@dataclass(frozen=True, slots=True)
class Api:
    """The process: what it serves, and what it holds open."""

    settings: Settings
    app: Gate
    importer: Importer
    store: MongoStore
    publisher: Publisher
    readiness: ReadinessWatch

    async def run(self) -> None:
        """Serve until SIGTERM or Ctrl-C. Raises `ConfigurationError` if it cannot listen."""
        settings, stopped = self.settings, asyncio.Event()
        address = Address(settings.api_host, settings.api_port, Variables("api_host", "api_port"))
        grace = Grace(settings.shutdown_timeout)
        with stopping_on_signals(stopped.set, grace):
            async with (
                _closing(self.store.close),
                _closing(partial(self.publisher.stop, CLOSE_WITHIN)),
                prepared(*_preparations(self.store)),
                self.importer.running(),
                self.readiness.running(),
                listening(self.app, address, max(1, int(0.8 * grace.total)), HTTP_OPTIONS),
            ):
                _log.info("serving order-projector %s at %s", __version__, settings.api_url)
                await stopped.wait()
        _log.info("stopped")


@asynccontextmanager
async def _closing(close: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await asyncio.wait({asyncio.ensure_future(close())}, timeout=CLOSE_WITHIN)


def _preparations(store: MongoStore) -> tuple[Step, ...]:
    """Return what creates the indexes."""
    database, timeout, indexes = store.database, store.timeout, store.indexes()

    async def of_orders() -> None:
        await indexes.make((await indexes.missing()).indexes)

    jobs = MongoKeys(database, timeout), MongoImports(database, timeout)
    return (of_orders, *(each.prepare for each in jobs))


def build(settings: Settings) -> Api:
    """Build the API with these settings. It sends nothing and listens nowhere until it runs.

    Raises `ConfigurationError` without a good key, unless the API is open.
    """
    keys = _keys(settings)
    store = configured_store(settings)
    publisher = Publisher(producer_options(settings), 1.5 * settings.kafka_request_timeout)
    events = KafkaEvents(publisher, settings.redemptions_topic, settings.payments_topic)
    services = _services(settings, keys, store, events)
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    pings = (Ping("database", RequestStore(store).ping), Ping("broker", events.ping))
    app = create_app(services, registry, pings)
    return Api(settings, app, services.importer, store, publisher, ReadinessWatch(pings))


def _services(
    settings: Settings, keys: KeysFile | None, store: MongoStore, events: KafkaEvents
) -> Services:
    reader, compute, clock = store.reader(), Threads(_FOLDS_AT_ONCE), partial(datetime.now, UTC)
    wait, timeout, database = settings.api_write_wait, store.timeout, store.database
    requests, tries = RequestStore(store), MongoKeys(database, timeout)
    writer = OrderWriter(requests, reader, events, tries, WriteTimes(clock), wait, compute)
    return Services(
        options=ApiOptions(settings.api_url, wait, settings.api_body_limit),
        keys=keys,
        rates=RateLimit(settings.api_rate_limit),
        reader=reader,
        counts=OrderCounts(reader),
        history=OrderHistory(requests, compute),
        writer=writer,
        publisher=events,
        importer=Importer(MongoImports(database, timeout), reader, writer, clock),
        exports=MongoExports(database, timeout),
        clock=clock,
        webhooks=_webhooks(settings),
    )


def _webhooks(settings: Settings) -> WebhookSecrets | None:
    if settings.api_webhook_secret_file is None:
        return None
    secrets = WebhookSecrets(settings.api_webhook_secret_file)
    if secrets.is_empty:
        name = variable("api_webhook_secret_file")
        raise ConfigurationError(f"{name}: {settings.api_webhook_secret_file}: has no secret")
    return secrets


def _keys(settings: Settings) -> KeysFile | None:
    """Return the keys; None if anyone may read and write."""
    if settings.api_open:
        _log.warning(
            "%s: anyone who reaches %s may read and write all orders",
            variable("api_open"),
            settings.api_url,
        )
        return None
    name = variable("api_keys_file")
    if settings.api_keys_file is None:
        raise ConfigurationError(
            f"{name}: required, unless {variable('api_open')}=true lets anyone read and write"
        )
    keys = KeysFile(settings.api_keys_file)
    if keys.is_empty:
        raise ConfigurationError(f"{name}: {settings.api_keys_file}: has not one good key")
    return keys


def configured() -> Api:
    """Build the API of this process's environment, and set up its log."""
    settings = load()
    configure(settings.log_format, settings.log_level, settings.mask)
    return build(settings)
