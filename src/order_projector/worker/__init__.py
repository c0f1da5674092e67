"""The composition root: everything the worker is made of, wired into one FastStream application.

`faststream run order_projector.worker:app` runs it; so does `order-projector run`.
"""

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import cache, partial
from random import Random
from typing import Any, Final

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
)

from order_projector import __version__
from order_projector.adapters.kafka import (
    KafkaAnnouncer,
    KafkaDeadLetters,
    Offsets,
    Publisher,
    at_startup,
    build_broker,
    producer_options,
)
from order_projector.adapters.memory import MemoryControl
from order_projector.adapters.mongo import (
    MongoStore,
    Preparation,
    configured_store,
    overridden,
)
from order_projector.events.decode import decode
from order_projector.hosting.ping import Ping
from order_projector.hosting.server import ASGIApp
from order_projector.projection.batch import Projector
from order_projector.projection.breaker import Breaker, BreakerLimits
from order_projector.projection.dry_run import DryRun
from order_projector.projection.folding import Budget, Threads, in_threads
from order_projector.projection.held_partitions import HeldPartitions
from order_projector.projection.long_orders.resumable_fold import ORDER_FOLD
from order_projector.projection.ports import BreakerControl
from order_projector.projection.recent_states import RecentStates
from order_projector.projection.retry import RetryPolicy
from order_projector.projection.worker_state import WorkerState
from order_projector.settings import (
    Settings,
    exit_on_configuration_error,
    load,
    unknown_variables_warning,
    variable,
)
from order_projector.telemetry.collectors import BreakerCollector, LagCollector
from order_projector.telemetry.logging import configure
from order_projector.telemetry.metrics import Metrics
from order_projector.worker.application import WorkerApp
from order_projector.worker.health import Health
from order_projector.worker.http import exposed, page, probe
from order_projector.worker.messages import received, sent
from order_projector.worker.page import documentation
from order_projector.worker.reports import Reports
from order_projector.worker.schema import Specification
from order_projector.worker.tracing import configured_traces
from order_projector.worker.watches import watches_of

__all__ = ["app", "build", "configured"]

_log: Final = logging.getLogger(__name__)

CLOSE_WITHIN: Final = 1.0


def build(settings: Settings) -> WorkerApp:
    """Build a worker with these settings. It sends nothing and listens nowhere until it runs."""
    _warn_of_overridden_options(settings)
    worker_state, registry = WorkerState(), CollectorRegistry()
    topics = (settings.order_updated_topic, settings.dead_letters_topic)
    metrics = Metrics(registry, worker_state, topics)
    reports = Reports(worker_state, metrics, configured_traces(settings.consumer_group))
    store = configured_store(settings, reports.metrics.document)
    publisher = Publisher(producer_options(settings), 1.5 * settings.kafka_request_timeout)
    retry_policy = RetryPolicy(reports, Random())  # noqa: S311 - spreads pauses
    held_partitions = _projection(settings, store, publisher, reports, retry_policy)
    preparation = _preparation(store, worker_state)
    prepare = partial(retry_policy.until_available, "database", at_startup(preparation.begin))
    broker = build_broker(
        settings, held_partitions, prepare, publisher, reports, worker_state, retry_policy
    )
    services = (Ping("database", store.ping), broker.offsets)
    health = Health(worker_state, services, broker.consuming, settings.liveness_timeout)
    _observe(registry, broker.offsets, worker_state)
    watches = watches_of(settings, store, publisher, reports, broker, health)
    specification = _specification(settings)
    return WorkerApp(
        broker,
        settings=settings,
        logger=logging.getLogger("order_projector.faststream"),
        specification=specification,
        asgi_routes=[*_routes(health, registry), *_documentation(specification)],
        on_startup=[watch.start for watch in watches],
        on_shutdown=[*(watch.stop for watch in watches), preparation.stop],
        after_shutdown=[_closing(store), reports.traces.close],
    )


def _preparation(store: MongoStore, worker_state: WorkerState) -> Preparation:
    """Return what the database needs before the worker joins its group."""
    random = Random()  # noqa: S311 - spreads pauses
    return Preparation(store.indexes(), store.probe, worker_state, random)


def _projection(
    settings: Settings,
    store: MongoStore,
    publisher: Publisher,
    reports: Reports,
    retry_policy: RetryPolicy,
) -> HeldPartitions:
    """Build the projection behind its breakers."""
    breaker, reads = Breaker(_limits(settings)), partial(decode, limit=settings.event_limit)
    clock = partial(datetime.now, UTC)
    projector = Projector(
        store,
        KafkaAnnouncer(publisher, reports, settings.order_updated_topic, settings.event_source),
        KafkaDeadLetters(publisher, reports, settings.dead_letters_topic),
        decode=reads,
        fold=ORDER_FOLD,
        metrics=reports,
        random=Random(),  # noqa: S311 - spreads pauses
        clock=clock,
        breaker=breaker,
        folding=in_threads(Budget()),
        recent_states=RecentStates(),
    )
    return HeldPartitions(
        reports.traces.around(projector.store_and_announce),
        projector.check_announcements,
        projector.slow_orders,
        breaker,
        _control(settings, store),
        DryRun(store, reads, ORDER_FOLD, Threads(1)),
        retry_policy,
        reports,
        clock,
    )


def configured() -> WorkerApp:
    """Build the worker of this process's environment, and set up its log."""
    settings = load()
    configure(settings.log_format, settings.log_level, settings.mask)
    if warning := unknown_variables_warning():
        _log.warning("%s", warning)
    worker = build(settings)
    collect_garbage_in_small_steps()
    return worker


def collect_garbage_in_small_steps() -> None:
    """Collect garbage in small steps, and old garbage seldom: next to none is left to be found.

    What has been imported and built by now stays for good and is not looked at any more. A step
    looks at new containers while they are in the processor's caches; a thousand take two
    milliseconds at most. Those that survive a million of them are looked at once more.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000, 1_000, 100)


@cache
def _app() -> WorkerApp:
    with exit_on_configuration_error():
        return configured()


def __getattr__(name: str) -> Any:
    """Build `app` on first access: importing the module needs no configuration."""
    if name == "app":
        return _app()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _warn_of_overridden_options(settings: Settings) -> None:
    names = overridden(settings.mongodb_uri, settings.mongodb_database)
    if names:
        _log.warning(
            "%s: ignored: %s; the worker sets these options itself, and the database is that of %s",
            variable("mongodb_uri"),
            ", ".join(names),
            variable("mongodb_database"),
        )


def _limits(settings: Settings) -> BreakerLimits | None:
    if not settings.breaker:
        return None
    return BreakerLimits(settings.breaker_share, settings.breaker_run, settings.breaker_window)


def _control(settings: Settings, store: MongoStore) -> BreakerControl:
    """Return where the breakers are stored; if they are disabled, open ones are ignored."""
    return store.control(settings.consumer_group) if settings.breaker else MemoryControl()


def _closing(store: MongoStore) -> Callable[[], Awaitable[None]]:
    async def close() -> None:
        await asyncio.wait({asyncio.create_task(store.close())}, timeout=CLOSE_WITHIN)

    return close


def _observe(registry: CollectorRegistry, offsets: Offsets, worker_state: WorkerState) -> None:
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(LagCollector(offsets.lags))
    registry.register(BreakerCollector(worker_state.stopped_partitions))


def _routes(health: Health, registry: CollectorRegistry) -> list[tuple[str, ASGIApp]]:
    return [
        ("/livez", probe(health.live)),
        ("/readyz", probe(health.ready)),
        ("/metrics", exposed(registry)),
    ]


def _documentation(specification: Specification) -> list[tuple[str, ASGIApp]]:
    html, source = documentation(specification.to_specification)
    return [
        ("/docs", page("text/html; charset=utf-8", html)),
        ("/docs.json", page("application/json", source)),
    ]


def _specification(settings: Settings) -> Specification:
    return Specification(
        received=received(settings),
        sent=sent(settings),
        title="order-projector",
        version=__version__,
        description=(
            "Projects redemption and payment events into order documents, and announces "
            "every change of an order."
        ),
        schema_version="3.0.0",
    )
