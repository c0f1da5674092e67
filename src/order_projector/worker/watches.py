"""The periodic checks that a worker makes in the background."""

from datetime import UTC, datetime
from functools import partial

from order_projector.adapters.kafka import KafkaAnnouncer, OffsetWatch, Publisher, ResilientBroker
from order_projector.adapters.kafka.topics import TopicWatch
from order_projector.adapters.mongo import MongoStore
from order_projector.adapters.mongo.diagnosis import has_foreign
from order_projector.adapters.mongo.pauses import MongoPauses
from order_projector.adapters.mongo.scanning import MongoScan
from order_projector.projection.rewriting import Rewriter
from order_projector.settings import Settings
from order_projector.worker.background import BackgroundTask
from order_projector.worker.foreign import ForeignDocuments
from order_projector.worker.health import Health
from order_projector.worker.loop_delay import LoopDelay
from order_projector.worker.pausing import PauseWatch
from order_projector.worker.readiness_log import ReadinessLog
from order_projector.worker.refolding import RefoldWatch
from order_projector.worker.reports import Reports


def watches_of(
    settings: Settings,
    store: MongoStore,
    publisher: Publisher,
    reports: Reports,
    broker: ResilientBroker,
    health: Health,
) -> tuple[BackgroundTask, ...]:
    """Return the tasks to start before the worker joins its group, and to stop with it."""
    pauses = MongoPauses(store.database, settings.consumer_group)
    rewriter = _rewriter(settings, store, publisher, reports)
    works = (
        TopicWatch(settings, reports.state).watch,
        OffsetWatch(broker.offsets, broker.consumer, settings.kafka_session_timeout / 3).watch,
        ReadinessLog(health).watch,
        LoopDelay(reports.metrics.loop_delayed).watch,
        PauseWatch(pauses, reports.state, settings.inbound_topics).watch,
        ForeignDocuments(partial(has_foreign, store.database), reports.state).look,
        RefoldWatch(rewriter, reports.metrics.marked_for_refold).watch,
    )
    return tuple(map(BackgroundTask, works))


def _rewriter(
    settings: Settings, store: MongoStore, publisher: Publisher, reports: Reports
) -> Rewriter:
    announcer = KafkaAnnouncer(
        publisher, reports, settings.order_updated_topic, settings.event_source
    )
    return Rewriter(store, MongoScan(store.database), announcer, partial(datetime.now, UTC))
