"""The metrics port of the projection."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

ServiceName = Literal["database", "broker"]
EventOutcome = Literal["applied", "duplicate", "redelivered", "skipped", "rejected"]
StageName = Literal["decode", "load", "fold", "write", "announce", "look", "bury", "commit"]


class ProjectionMetrics(Protocol):
    """Counts and durations. The methods neither wait nor fail."""

    def batch(self, size: int) -> None:
        """Record the start of a batch of that many records."""

    def event(self, event_type: str, outcome: EventOutcome) -> None:
        """Record what became of one event; its type is ``invalid`` if it was rejected."""

    def dated_ahead(self) -> None:
        """Record an event that is dated more than a day after its record."""

    def announced_after(self, seconds: float) -> None:
        """Record the time from an applied event's own date to the announcement of its order."""

    def stored(self, facts: int) -> None:
        """Record that an order with ``facts`` facts was written."""

    def stage(self, stage: StageName, seconds: float) -> None:
        """Record the duration of a stage, including waits and failed attempts."""

    def conflicts(self, count: int) -> None:
        """Record how many orders another worker changed between their load and their write."""

    def retry(self, service: ServiceName) -> None:
        """Record that a step is about to be retried because the service was unavailable."""

    def dead_letter(self, code: str) -> None:
        """Record a published dead letter."""

    def unusable(self, reason: str, message: str) -> None:
        """Record an order that cannot be read or written; the reason is one of a fixed few."""

    def violated(self) -> None:
        """Record an event that would have made an order break an invariant."""

    def flag_raised(self, code: str) -> None:
        """Record a flag that an order did not have before; its code is one of a fixed few."""

    def folded(self, seconds: float) -> None:
        """Record the duration of the slowest fold of several orders."""

    def sent_apart(self) -> None:
        """Record that an order leaves its batch, because it may be slow."""

    def apart(self, orders: int, events: int) -> None:
        """Record how many orders and events are processed apart or wait for it."""

    def waiting_for(self, service: ServiceName, reason: str) -> None:
        """Record that the worker starts to wait for the service."""

    def resumed(self, service: ServiceName) -> None:
        """Record that the worker no longer waits for the service."""


class NullMetrics:
    """Metrics that record nothing."""

    def batch(self, size: int) -> None:
        """Record nothing."""

    def event(self, event_type: str, outcome: EventOutcome) -> None:
        """Record nothing."""

    def dated_ahead(self) -> None:
        """Record nothing."""

    def announced_after(self, seconds: float) -> None:
        """Record nothing."""

    def stored(self, facts: int) -> None:
        """Record nothing."""

    def stage(self, stage: StageName, seconds: float) -> None:
        """Record nothing."""

    def conflicts(self, count: int) -> None:
        """Record nothing."""

    def retry(self, service: ServiceName) -> None:
        """Record nothing."""

    def dead_letter(self, code: str) -> None:
        """Record nothing."""

    def unusable(self, reason: str, message: str) -> None:
        """Record nothing."""

    def violated(self) -> None:
        """Record nothing."""

    def flag_raised(self, code: str) -> None:
        """Record nothing."""

    def folded(self, seconds: float) -> None:
        """Record nothing."""

    def sent_apart(self) -> None:
        """Record nothing."""

    def apart(self, orders: int, events: int) -> None:
        """Record nothing."""

    def waiting_for(self, service: ServiceName, reason: str) -> None:
        """Record nothing."""

    def resumed(self, service: ServiceName) -> None:
        """Record nothing."""


@contextmanager
def timed(metrics: ProjectionMetrics, stage: StageName) -> Iterator[None]:
    """Report the duration of the block by the event loop's clock."""
    clock = asyncio.get_running_loop().time
    began = clock()
    try:
        yield
    finally:
        metrics.stage(stage, clock() - began)
