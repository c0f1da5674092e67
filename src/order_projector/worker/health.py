"""Liveness and readiness: each report is a status and a JSON body with reasons."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from order_projector.hosting.ping import Service
from order_projector.projection.worker_state import (
    HealthReason,
    HeldRange,
    Partition,
    Phase,
    WorkerState,
)
from order_projector.settings import masked, shown

MOST_REASONS: Final = 50


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The result of a probe; healthy if it has no reasons."""

    phase: Phase
    reasons: tuple[HealthReason, ...]
    idle_seconds: float
    warnings: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        """The HTTP status."""
        return 503 if self.reasons else 200

    def body(self) -> bytes:
        """Return the JSON body."""
        return orjson.dumps(
            {
                "status": "unavailable" if self.reasons else "ok",
                "reasons": _displayed(self.reasons),
                "warnings": _displayed(self.warnings),
                "phase": self.phase,
                "seconds_since_progress": round(self.idle_seconds, 3),
            }
        )


def _displayed(reasons: Sequence[object]) -> list[str]:
    """Mask, shorten and limit the reasons: some contain text from events."""
    texts = [shown(masked(str(reason))) for reason in reasons[:MOST_REASONS]]
    more = len(reasons) - MOST_REASONS
    return [*texts, f"and {more} more"] if more > 0 else texts


def _partition_of(item: tuple[Partition, HeldRange]) -> Partition:
    return item[0]


@dataclass(frozen=True, slots=True)
class Health:
    """The two probes."""

    worker_state: WorkerState
    services: tuple[Service, ...]
    consuming: Callable[[], bool]
    """Whether the consume loop exists; it may still be stuck."""
    liveness_timeout: float
    _clock: Callable[[], float] = field(default=time.monotonic)

    async def live(self) -> HealthReport:
        """Report liveness: the worker is active, or waits for a known reason."""
        return self._report(list(self._hanging()))

    async def ready(self) -> HealthReport:
        """Report readiness: the worker has joined its group, and nothing blocks it."""
        reasons = [*self._waiting(), *self._phase(), *self._held()]
        unavailable = await asyncio.gather(*(each.unavailable_reason() for each in self.services))
        reasons += [reason for reason in unavailable if reason is not None]
        return self._report(reasons)

    def _hanging(self) -> Iterator[HealthReason]:
        worker_state = self.worker_state
        if worker_state.phase is Phase.CONSUMING:
            if not self.consuming():
                yield HealthReason("the consume loop has ended")
            if worker_state.inactive_for() > self.liveness_timeout:
                yield HealthReason("no progress", worker_state.inactive_for())
        if worker_state.failing_for() > self.liveness_timeout:
            yield HealthReason("the same batch keeps failing", worker_state.failing_for())

    def _waiting(self) -> Iterator[HealthReason]:
        worker_state = self.worker_state
        for name, why in worker_state.waiting.items():
            since = worker_state.waiting_since.get(name)
            seconds = None if since is None else worker_state.clock() - since
            yield HealthReason(f"waiting for the {name}: {masked(why)}", seconds)
        for name, why in worker_state.unreadable_partitions.items():
            yield HealthReason(f"{name} cannot be read: {why}")
        for topic in sorted(worker_state.missing):
            yield HealthReason(f"the topic {topic} is missing")

    def _phase(self) -> Iterator[HealthReason]:
        match self.worker_state.phase:
            case Phase.STARTING:
                yield HealthReason("starting")
            case Phase.JOINING:
                yield HealthReason("joining the consumer group")
            case Phase.STOPPING:
                yield HealthReason("stopping")
            case Phase.CONSUMING:
                yield from self._hanging()

    def _held(self) -> Iterator[HealthReason]:
        for (topic, partition), held in sorted(
            self.worker_state.stopped_partitions().items(), key=_partition_of
        ):
            yield HealthReason(
                f"stopped by the breaker: {topic}-{partition}, offsets {held.first} to "
                f"{held.last} are held back: {held.reason}"
            )
        if self.worker_state.failing_since is not None:
            yield HealthReason(
                "a batch is failing for an unknown reason", self.worker_state.failing_for()
            )

    def _report(self, reasons: list[HealthReason]) -> HealthReport:
        worker_state = self.worker_state
        warnings = tuple(f"{what}: {last}" for what, last in worker_state.warnings.items())
        return HealthReport(
            worker_state.phase, tuple(dict.fromkeys(reasons)), worker_state.idle_for(), warnings
        )
