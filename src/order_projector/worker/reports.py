"""Where the projection and the Kafka adapter report: to the worker's state, and to the metrics.

The state decides what the probes answer; metrics and traces only observe. Each report reaches all
of them here, so that none knows of another.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from order_projector.projection.worker_state import HeldRange, Partition, WorkerState
from order_projector.telemetry.metrics import Metrics
from order_projector.worker.tracing import Traces

_SLOW_ORDERS = "slow orders are processed apart"


@dataclass(frozen=True, slots=True)
class Reports:
    """Every metrics port of the worker: most reports also count as activity of the worker."""

    state: WorkerState
    metrics: Metrics
    traces: Traces

    def batch(self, size: int) -> None:
        """Report that a batch of records begins."""
        self.metrics.batch(size)
        self.state.record_activity()

    def event(self, event_type: str, outcome: str) -> None:
        """Report what became of one event."""
        self.metrics.event(event_type, outcome)

    def dated_ahead(self) -> None:
        """Report an event dated more than a day after its record."""
        self.metrics.dated_ahead()

    def announced_after(self, seconds: float) -> None:
        """Report the time from an event's date to the announcement of its order."""
        self.metrics.announced_after(seconds)

    def stored(self, facts: int) -> None:
        """Report that an order with ``facts`` facts was written."""
        self.metrics.stored(facts)

    def stage(self, stage: str, seconds: float) -> None:
        """Report the seconds that a stage of a batch took."""
        self.metrics.stage(stage, seconds)
        self.traces.stage(stage, seconds)
        self.state.record_activity()

    def conflicts(self, count: int) -> None:
        """Report orders that another worker changed between load and write."""
        self.metrics.conflicts(count)

    def retry(self, service: str) -> None:
        """Report that a step is tried again."""
        self.metrics.retry(service)
        self.state.record_activity()

    def dead_letter(self, code: str) -> None:
        """Report a published dead letter."""
        self.metrics.dead_letter(code)

    def held_back(self, held: Mapping[Partition, HeldRange]) -> None:
        """Report all partitions of the group whose breaker is open."""
        self.state.held_back = dict(held)

    def unusable(self, reason: str, message: str) -> None:
        """Report an order that cannot be read or written; `message` names it."""
        self.metrics.unusable(reason)
        self.state.warn(f"an order cannot be read or written ({reason})", f"last {message}")

    def violated(self) -> None:
        """Report an event that would have made an order break an invariant."""
        self.metrics.violated()

    def flag_raised(self, code: str) -> None:
        """Report a flag that an order did not have before."""
        self.metrics.flag_raised(code)

    def folded(self, seconds: float) -> None:
        """Report the longest fold of several orders."""
        self.metrics.folded(seconds)

    def sent_apart(self) -> None:
        """Report that an order is taken out of its batch."""
        self.metrics.sent_apart()

    def apart(self, orders: int, events: int) -> None:
        """Report how many orders and events are processed apart or wait for it."""
        self.metrics.apart(orders, events)
        if orders:
            self.state.warn(_SLOW_ORDERS, f"{orders}, with {events} events")
        else:
            self.state.warnings.pop(_SLOW_ORDERS, None)

    def waiting_for(self, service: str, reason: str) -> None:
        """Report that processing waits until the service answers again."""
        self.metrics.waiting_for(service)
        self.state.wait_for(service, reason)

    def resumed(self, service: str) -> None:
        """Report that the service answers again."""
        self.metrics.resumed(service)
        self.state.resume(service)

    def published(self, topic: str, count: int) -> None:
        """Report acknowledged messages."""
        self.metrics.published(topic, count)
        self.state.record_activity()

    def unpublished(self, topic: str, key: str, size: int) -> None:
        """Report a message of `size` bytes that is too large for the broker."""
        self.metrics.unpublished(topic)
        self.state.warn(f"{topic} not published", f"last that of {key}, {size} bytes")

    def abandoned(self, reason: str) -> None:
        """Report a batch that was abandoned uncommitted."""
        self.metrics.abandoned(reason)

    def batch_failed(self) -> None:
        """Report a batch that failed for an unknown reason."""
        self.metrics.batch_failed()
        self.state.failed()

    def commit_failed(self, error: BaseException) -> None:
        """Report a failed commit of offsets."""
        self.metrics.commit_failed(error)

    def poll_failed(self, error: BaseException) -> None:
        """Report a failed poll."""
        self.metrics.poll_failed(error)

    def removed(self, count: int) -> None:
        """Report records that retention removed before they were read."""
        self.metrics.removed(count)

    def rebalanced(self) -> None:
        """Report a rebalance."""
        self.metrics.rebalanced()
