"""What the projection reports of its work while it works."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

Service = Literal["database", "broker"]
Outcome = Literal["applied", "duplicate", "redelivered", "skipped", "rejected"]
Stage = Literal["decode", "load", "fold", "write", "announce", "look", "bury"]


class Meter(Protocol):
    """Counts and durations. Its methods neither wait nor fail."""

    def batch(self, size: int) -> None:
        """A batch of that many records begins."""

    def event(self, event_type: str, outcome: Outcome) -> None:
        """One event is settled; its type is one of a fixed few (``invalid`` if rejected)."""

    def stage(self, stage: Stage, seconds: float) -> None:
        """A stage took that long, waiting included; a failed attempt counts as well."""

    def conflicts(self, count: int) -> None:
        """That many orders were changed by somebody else between their load and their write."""

    def retry(self, service: Service) -> None:
        """A step is about to be tried again because the service was unavailable."""

    def dead_letter(self, code: str) -> None:
        """A dead letter was published."""

    def unusable(self, reason: str, message: str) -> None:
        """An order cannot be read or written; the reason is one of a few, the message names it."""

    def violated(self) -> None:
        """An event would have made an order that breaks an invariant."""

    def folded(self, seconds: float) -> None:
        """Orders were folded, the slowest of them in so long."""

    def sent_apart(self) -> None:
        """An order is processed apart from its batch from now on, because it may be slow."""

    def apart(self, orders: int, events: int) -> None:
        """So many are being processed apart, or wait for it; told often while somebody waits."""

    def waiting_for(self, service: Service, reason: str) -> None:
        """Nothing goes on until the service answers again."""

    def resumed(self, service: Service) -> None:
        """The service answered again, or nobody waits for it any more."""


class SilentMeter:
    """A meter that keeps nothing."""

    def batch(self, size: int) -> None:
        """Keep nothing."""

    def event(self, event_type: str, outcome: Outcome) -> None:
        """Keep nothing."""

    def stage(self, stage: Stage, seconds: float) -> None:
        """Keep nothing."""

    def conflicts(self, count: int) -> None:
        """Keep nothing."""

    def retry(self, service: Service) -> None:
        """Keep nothing."""

    def dead_letter(self, code: str) -> None:
        """Keep nothing."""

    def unusable(self, reason: str, message: str) -> None:
        """Keep nothing."""

    def violated(self) -> None:
        """Keep nothing."""

    def folded(self, seconds: float) -> None:
        """Keep nothing."""

    def sent_apart(self) -> None:
        """Keep nothing."""

    def apart(self, orders: int, events: int) -> None:
        """Keep nothing."""

    def waiting_for(self, service: Service, reason: str) -> None:
        """Keep nothing."""

    def resumed(self, service: Service) -> None:
        """Keep nothing."""


@contextmanager
def timed(meter: Meter, stage: Stage) -> Iterator[None]:
    """Report how long the block took by the event loop's clock."""
    clock = asyncio.get_running_loop().time
    began = clock()
    try:
        yield
    finally:
        meter.stage(stage, clock() - began)
