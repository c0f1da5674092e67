"""What looks around in the background, as long as a worker runs."""

from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from order_projector.adapters.kafka import KafkaAnnouncer, OffsetWatch, Publisher, ResilientBroker
from order_projector.adapters.kafka.topics import TopicWatch
from order_projector.adapters.mongo import MongoStore
from order_projector.adapters.mongo.diagnosis import has_foreign
from order_projector.adapters.mongo.pauses import MongoPauses
from order_projector.adapters.mongo.scanning import MongoScan
from order_projector.projection.rewriting import Rewriter
from order_projector.settings import Settings
from order_projector.worker.foreign import ForeignDocuments
from order_projector.worker.health import Health
from order_projector.worker.loop_delay import LoopDelay
from order_projector.worker.pausing import PauseWatch
from order_projector.worker.readiness_log import ReadinessLog
from order_projector.worker.refolding import RefoldWatch
from order_projector.worker.reports import Reports


class Watch(Protocol):
    """Looks around in the background from `start` to `stop`; decides nothing by itself."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


def watches_of(
    settings: Settings,
    store: MongoStore,
    publisher: Publisher,
    reports: Reports,
    broker: ResilientBroker,
    health: Health,
) -> tuple[Watch, ...]:
    """Return what looks around in the background, as long as the worker runs."""
    return (
        TopicWatch(settings, reports.state),
        OffsetWatch(broker.offsets, broker.consumer, settings.kafka_session_timeout / 3),
        ReadinessLog(health),
        LoopDelay(reports.metrics.loop_delayed),
        PauseWatch(
            MongoPauses(store.database, settings.consumer_group),
            reports.state,
            settings.inbound_topics,
        ),
        ForeignDocuments(partial(has_foreign, store.database), reports.state),
        RefoldWatch(
            _rewriter(settings, store, publisher, reports), reports.metrics.marked_for_refold
        ),
    )


def _rewriter(
    settings: Settings, store: MongoStore, publisher: Publisher, reports: Reports
) -> Rewriter:
    announcer = KafkaAnnouncer(
        publisher, reports, settings.order_updated_topic, settings.event_source
    )
    return Rewriter(store, MongoScan(store.database), announcer, partial(datetime.now, UTC))
