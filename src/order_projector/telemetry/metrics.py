"""Every metric of the worker, defined and documented in this one place."""

import time
from collections.abc import Sequence
from functools import cache

from prometheus_client import CollectorRegistry, Info

from order_projector import __version__
from order_projector.telemetry import labels as known
from order_projector.telemetry.families import NAMESPACE, Families
from order_projector.telemetry.observed import ObservedWorker


class Metrics:
    """The metrics ports of projection and Kafka adapter, in Prometheus. Nothing decides by them."""

    def __init__(
        self, registry: CollectorRegistry, worker: ObservedWorker, topics: Sequence[str] = ()
    ) -> None:
        """Register every metric; the gauges read `worker` when scraped, ``topics`` are written."""
        self.registry = registry
        Info(NAMESPACE, "Version of the worker.", registry=registry).info({"version": __version__})
        families = Families(registry)
        self._counter, self._gauge = families.counter, families.gauge
        self._histogram = families.histogram
        self._count_events()
        self._count_batches()
        self._count_orders()
        self._count_apart()
        self._count_messages(topics)
        self._count_polls()
        self._follow(worker)

    def _count_events(self) -> None:
        events = self._counter(
            "events", "Events processed, by type and outcome.", "type", "outcome"
        )
        for each in known.EVENTS:
            events.labels(*each)
        self._events_processed = cache(events.labels)
        self._skipped = self._counter(
            "skipped",
            "Events without effect on any order, by reason.",
            "reason",
            values=known.SKIPPED,
        )
        self._ahead = self._counter(
            "events_ahead", "Events dated more than a day after their record."
        )
        self._delays = self._histogram(
            "event_to_announcement_seconds",
            "Time from an event's own date to the announcement of its order.",
            known.DELAYS,
        )

    def _count_batches(self) -> None:
        self._batches = self._histogram("batch_records", "Records per batch.", known.BATCHES)
        self._stages = self._histogram(
            "stage_seconds",
            "Duration of a stage of a batch, waiting included.",
            known.SECONDS,
            "stage",
            values=known.STAGES,
        )
        self._dead_letters = self._counter(
            "dead_letters", "Dead letters published, by error code.", "code", values=known.CODES
        )
        self._abandoned = self._counter(
            "batches_abandoned",
            "Batches abandoned uncommitted; their records are redelivered.",
            "reason",
            values=known.ABANDONED,
        )
        self._failures = self._counter(
            "batch_failures", "Batches that failed for an unknown reason and are retried."
        )

    def _count_orders(self) -> None:
        self._conflicts = self._counter(
            "conflicts", "Orders that another worker changed between load and write."
        )
        self._unusable = self._counter(
            "unusable_orders",
            "Orders that the database cannot read or write, by reason.",
            "reason",
            values=known.UNUSABLE,
        )
        self._violations = self._counter(
            "invariant_violations", "Events rejected because the order would break an invariant."
        )
        self._flags = self._counter(
            "flags",
            "Flags that were new to their order when it was stored, by code.",
            "code",
            values=known.FLAGS,
        )
        self._facts = self._histogram(
            "order_facts", "Facts of an order that was written.", known.FACTS
        )
        self._bytes = self._histogram(
            "document_bytes",
            "BSON size of the document of an order that was written as a whole.",
            known.BYTES,
        )
        self._marked = self._gauge(
            "orders_marked_for_refold", "Orders that wait to be folded by newer rules."
        )

    def _count_apart(self) -> None:
        self._sent_apart = self._counter(
            "orders_sent_apart", "Orders removed from their batch because they may be slow."
        )
        self._apart = self._gauge(
            "orders_apart", "Orders being processed apart from their batch, or queued."
        )
        self._apart_events = self._gauge(
            "events_apart", "Events of the orders that are processed apart."
        )
        self._slowest = self._gauge(
            "slowest_fold_seconds", "Duration of the slowest fold since the start."
        )
        self._slowest_seconds = 0.0

    def _count_messages(self, topics: Sequence[str]) -> None:
        self._retries = self._counter(
            "retries",
            "Retries because a service was unavailable.",
            "service",
            values=known.SERVICES,
        )
        self._waiting = self._gauge(
            "waiting",
            "1 while processing waits for the service.",
            "service",
            values=known.SERVICES,
        )
        self._published = self._counter(
            "published_messages",
            "Messages acknowledged by all in-sync replicas.",
            "topic",
            values=topics,
        )
        self._unpublished = self._counter(
            "unpublished_messages",
            "Messages not published because they are too large.",
            "topic",
            values=topics,
        )

    def _count_polls(self) -> None:
        self._commits = self._counter(
            "commit_failures",
            "Failed offset commits; the records are redelivered.",
            "error",
            values=known.COMMIT_ERRORS,
        )
        self._polls = self._counter(
            "consumer_errors",
            "Failed polls; the consumer continues.",
            "error",
            values=known.POLL_ERRORS,
        )
        self._removed = self._counter(
            "removed_records", "Records deleted by retention before they were read."
        )
        self._rebalances = self._counter("rebalances", "Rebalances of the consumer group.")

    def _follow(self, worker: ObservedWorker) -> None:
        self._gauge(
            "last_progress_timestamp_seconds",
            "Unix time of the last commit, or when all partitions were last empty.",
        ).set_function(lambda: time.time() - worker.idle_for())
        self._loop_delay = self._histogram(
            "event_loop_delay_seconds", "Delay of a timer of the event loop.", known.SECONDS
        )
        self._gauge("assigned_partitions", "Partitions assigned to this worker.").set_function(
            lambda: len(worker.partitions)
        )

    def batch(self, size: int) -> None:
        """Observe the size of a batch that begins."""
        self._batches.observe(size)

    def event(self, event_type: str, outcome: str) -> None:
        """Record what became of one event; the type of a skipped one is the reason."""
        self._events_processed(event_type, outcome).inc()
        if outcome == "skipped":
            self._skipped.labels(event_type).inc()

    def dated_ahead(self) -> None:
        """Count an event dated more than a day after its record."""
        self._ahead.inc()

    def announced_after(self, seconds: float) -> None:
        """Observe the time from an event's date to the announcement of its order."""
        self._delays.observe(seconds)

    def stored(self, facts: int) -> None:
        """Observe the facts of an order that was written."""
        self._facts.observe(facts)

    def document(self, size: int) -> None:
        """Observe the bytes of a document that was written."""
        self._bytes.observe(size)

    def marked_for_refold(self, orders: int) -> None:
        """Set how many orders wait to be folded by newer rules."""
        self._marked.set(orders)

    def loop_delayed(self, seconds: float) -> None:
        """Observe by how much a timer of the event loop was late."""
        self._loop_delay.observe(seconds)

    def stage(self, stage: str, seconds: float) -> None:
        """Observe the seconds that a stage took."""
        self._stages.labels(stage).observe(seconds)

    def conflicts(self, count: int) -> None:
        """Count orders that another worker changed between load and write."""
        self._conflicts.inc(count)

    def retry(self, service: str) -> None:
        """Count a step that is tried again."""
        self._retries.labels(service).inc()

    def dead_letter(self, code: str) -> None:
        """Count a published dead letter."""
        self._dead_letters.labels(code).inc()

    def unusable(self, reason: str) -> None:
        """Count an order that cannot be read or written."""
        self._unusable.labels(reason).inc()

    def violated(self) -> None:
        """Count an event that would have made an order break an invariant."""
        self._violations.inc()

    def flag_raised(self, code: str) -> None:
        """Count a flag that an order did not have before."""
        self._flags.labels(code).inc()

    def folded(self, seconds: float) -> None:
        """Keep the longest fold so far, in seconds."""
        if seconds > self._slowest_seconds:
            self._slowest_seconds = seconds
            self._slowest.set(seconds)

    def sent_apart(self) -> None:
        """Count an order that is taken out of its batch."""
        self._sent_apart.inc()

    def apart(self, orders: int, events: int) -> None:
        """Set how many orders and events are processed apart or wait for it."""
        self._apart.set(orders)
        self._apart_events.set(events)

    def waiting_for(self, service: str) -> None:
        """Record that processing waits for a service."""
        self._waiting.labels(service).set(1)

    def resumed(self, service: str) -> None:
        """Record that the service answers again."""
        self._waiting.labels(service).set(0)

    def published(self, topic: str, count: int) -> None:
        """Count acknowledged messages."""
        self._published.labels(topic).inc(count)

    def unpublished(self, topic: str) -> None:
        """Count a message that is too large for the broker."""
        self._unpublished.labels(topic).inc()

    def abandoned(self, reason: str) -> None:
        """Count a batch that was abandoned uncommitted."""
        self._abandoned.labels(reason).inc()

    def batch_failed(self) -> None:
        """Count a batch that failed for an unknown reason."""
        self._failures.inc()

    def commit_failed(self, error: BaseException) -> None:
        """Count a failed commit of offsets."""
        self._commits.labels(type(error).__name__).inc()

    def poll_failed(self, error: BaseException) -> None:
        """Count a failed poll."""
        self._polls.labels(type(error).__name__).inc()

    def removed(self, count: int) -> None:
        """Count records that retention removed before they were read."""
        self._removed.inc(count)

    def rebalanced(self) -> None:
        """Count a rebalance."""
        self._rebalances.inc()
