"""Every metric of the worker, defined and documented in this one place."""

import time
from collections.abc import Mapping
from functools import cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info

from order_projector import __version__
from order_projector.telemetry.worker_state import HeldRange, Partition, WorkerState

NAMESPACE: Final = "order_projector"
SERVICES: Final = ("database", "broker")
UNUSABLE: Final = ("foreign_document", "bookkeeping", "unique_index", "validator", "refused")
_BATCHES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The metrics ports of the projection and of the Kafka adapter, kept in Prometheus.

    Most reports also count as activity, which the liveness probe looks for.
    """

    def __init__(self, registry: CollectorRegistry, worker_state: WorkerState) -> None:
        self.registry = registry
        self._worker_state = worker_state
        Info(NAMESPACE, "The running version.", registry=registry).info({"version": __version__})
        self._count_events()
        self._count_orders()
        self._count_messages()
        self._count_polls()
        self._follow(worker_state)

    def _count_events(self) -> None:
        self._events_processed = cache(
            self._counter(
                "events", "Events settled, by type and by what became of them.", "type", "outcome"
            ).labels
        )
        self._batches = self._histogram("batch_records", "Records per batch.", _BATCHES)
        self._stages = self._histogram(
            "stage_seconds", "Seconds a stage of a batch took, waiting included.", _SECONDS, "stage"
        )
        self._dead_letters = self._counter(
            "dead_letters", "Dead letters sent, by error code.", "code"
        )
        self._abandoned = self._counter(
            "batches_abandoned", "Batches given up uncommitted, to be delivered again.", "reason"
        )
        self._failures = self._counter(
            "batch_failures", "Batches that failed for no known reason and are tried again."
        )

    def _count_orders(self) -> None:
        self._conflicts = self._counter(
            "conflicts", "Orders somebody else changed between their load and their write."
        )
        self._unusable = self._counter(
            "unusable_orders",
            "Orders found that the database cannot read or write, by reason.",
            "reason",
        )
        for reason in UNUSABLE:
            self._unusable.labels(reason)
        self._violations = self._counter(
            "invariant_violations", "Events that would have made an order that does not add up."
        )
        self._sent_apart = self._counter(
            "orders_sent_apart", "Orders taken out of their batch because they may be slow."
        )
        self._apart = self._gauge("orders_apart", "Orders that are processed apart now, or wait.")
        self._apart_events = self._gauge("events_apart", "Events of the orders that are apart.")
        self._slowest = self._gauge("slowest_fold_seconds", "The slowest fold since the start.")
        self._slowest_seconds = 0.0

    def _count_messages(self) -> None:
        self._retries = self._counter(
            "retries", "Steps tried again because a service was unavailable.", "service"
        )
        self._waiting = self._gauge(
            "waiting", "1 while nothing goes on until the service answers.", "service"
        )
        for service in SERVICES:
            self._waiting.labels(service)
        self._published = self._counter(
            "published_messages", "Messages acknowledged by all in-sync replicas.", "topic"
        )
        self._unpublished = self._counter(
            "unpublished_messages", "Messages not published: too large for the broker.", "topic"
        )

    def _count_polls(self) -> None:
        self._commits = self._counter(
            "commit_failures", "Offset commits that failed; the records come again.", "error"
        )
        self._polls = self._counter(
            "consumer_errors", "Polls that failed; the consumer goes on.", "error"
        )
        self._removed = self._counter(
            "removed_records", "Records that retention removed before they were read."
        )
        self._rebalances = self._counter("rebalances", "Times the partitions were shared out anew.")

    def _follow(self, worker_state: WorkerState) -> None:
        self._gauge(
            "last_progress_timestamp_seconds",
            "When records were last committed or all partitions seen empty (Unix time).",
        ).set_function(lambda: time.time() - worker_state.idle_for())
        self._gauge("assigned_partitions", "Partitions this worker holds.").set_function(
            lambda: len(worker_state.partitions)
        )

    def _counter(self, name: str, documentation: str, *labels: str) -> Counter:
        return Counter(name, documentation, labels, namespace=NAMESPACE, registry=self.registry)

    def _gauge(self, name: str, documentation: str, *labels: str) -> Gauge:
        return Gauge(name, documentation, labels, namespace=NAMESPACE, registry=self.registry)

    def _histogram(
        self, name: str, documentation: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(
            name,
            documentation,
            labels,
            namespace=NAMESPACE,
            registry=self.registry,
            buckets=buckets,
        )

    def batch(self, size: int) -> None:
        """A batch of that many records begins."""
        self._batches.observe(size)
        self._worker_state.record_activity()

    def event(self, event_type: str, outcome: str) -> None:
        """Record what became of one event."""
        self._events_processed(event_type, outcome).inc()

    def stage(self, stage: str, seconds: float) -> None:
        """A stage took that long."""
        self._stages.labels(stage).observe(seconds)
        self._worker_state.record_activity()

    def conflicts(self, count: int) -> None:
        """That many orders were changed by somebody else."""
        self._conflicts.inc(count)

    def retry(self, service: str) -> None:
        """A step is about to be tried again."""
        self._retries.labels(service).inc()
        self._worker_state.record_activity()

    def dead_letter(self, code: str) -> None:
        """A dead letter was published."""
        self._dead_letters.labels(code).inc()

    def held_back(self, held: Mapping[Partition, HeldRange]) -> None:
        """These are the partitions of the group whose breaker is open, and no others."""
        self._worker_state.held_back = dict(held)

    def unusable(self, reason: str, message: str) -> None:
        """An order cannot be read or written."""
        self._unusable.labels(reason).inc()
        self._worker_state.warn(f"an order cannot be read or written ({reason})", f"last {message}")

    def violated(self) -> None:
        """An event would have made an order that breaks an invariant."""
        self._violations.inc()

    def folded(self, seconds: float) -> None:
        """Orders were folded, the slowest of them in so long."""
        if seconds > self._slowest_seconds:
            self._slowest_seconds = seconds
            self._slowest.set(seconds)

    def sent_apart(self) -> None:
        """An order is processed apart from its batch from now on."""
        self._sent_apart.inc()

    def apart(self, orders: int, events: int) -> None:
        """So many are being processed apart, or wait for it."""
        self._apart.set(orders)
        self._apart_events.set(events)
        if orders:
            self._worker_state.warn(
                "slow orders are processed apart", f"{orders}, with {events} events"
            )
        else:
            self._worker_state.warnings.pop("slow orders are processed apart", None)

    def waiting_for(self, service: str, reason: str) -> None:
        """Nothing goes on until the service answers again."""
        self._waiting.labels(service).set(1)
        self._worker_state.wait_for(service, reason)

    def resumed(self, service: str) -> None:
        """The service answered again."""
        self._waiting.labels(service).set(0)
        self._worker_state.resume(service)

    def published(self, topic: str, count: int) -> None:
        """That many messages were acknowledged."""
        self._published.labels(topic).inc(count)
        self._worker_state.record_activity()

    def unpublished(self, topic: str, key: str, size: int) -> None:
        """A message is too large for the broker."""
        self._unpublished.labels(topic).inc()
        self._worker_state.warn(f"{topic} not published", f"last that of {key}, {size} bytes")

    def abandoned(self, reason: str) -> None:
        """A batch was given up, uncommitted."""
        self._abandoned.labels(reason).inc()

    def batch_failed(self) -> None:
        """A batch failed for no known reason."""
        self._failures.inc()
        self._worker_state.failed()

    def commit_failed(self, error: BaseException) -> None:
        """Offsets could not be committed."""
        self._commits.labels(type(error).__name__).inc()

    def poll_failed(self, error: BaseException) -> None:
        """The consumer could not ask for records."""
        self._polls.labels(type(error).__name__).inc()

    def removed(self, count: int) -> None:
        """That many records were removed before they were read."""
        self._removed.inc(count)

    def rebalanced(self) -> None:
        """Partitions were shared out anew."""
        self._rebalances.inc()
