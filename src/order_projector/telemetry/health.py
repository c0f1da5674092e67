"""Is the worker alive, and is it ready? Each answer is a status and a JSON body with reasons."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import orjson

from order_projector.settings import masked, shown
from order_projector.telemetry.worker_state import HeldRange, Partition, Phase, WorkerState

MOST_REASONS: Final = 50
PING_EVERY: Final = 1.0
ANSWER_WITHIN: Final = 0.2
"""Seconds a probe waits for a service: whatever is away, the probe itself answers."""
SILENT_AFTER: Final = 1.0
"""Seconds without an answer after which a service counts as away."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What keeps the worker from working, and for how many seconds, where that is known."""

    what: str
    seconds: float | None = None

    def __str__(self) -> str:
        return self.what if self.seconds is None else f"{self.what} ({self.seconds:.0f} s)"


@dataclass(frozen=True, slots=True)
class Report:
    """An answer to a probe; without a reason against it, a good one."""

    phase: Phase
    reasons: tuple[Reason, ...]
    idle_seconds: float
    warnings: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        """The HTTP status."""
        return 503 if self.reasons else 200

    def body(self) -> bytes:
        """The JSON body."""
        return orjson.dumps(
            {
                "status": "unavailable" if self.reasons else "ok",
                "reasons": _told(self.reasons),
                "warnings": _told(self.warnings),
                "phase": self.phase,
                "seconds_since_progress": round(self.idle_seconds, 3),
            }
        )


class Service(Protocol):
    """Something outside of the worker that can be away."""

    async def complaint(self) -> Reason | None:
        """Why it cannot be used now, or None. Answers within `ANSWER_WITHIN`, and never raises."""


def _told(reasons: Sequence[object]) -> list[str]:
    """Each reason masked and bounded, and no more than a few: some hold a producer's text."""
    told = [shown(masked(str(reason))) for reason in reasons[:MOST_REASONS]]
    more = len(reasons) - MOST_REASONS
    return [*told, f"and {more} more"] if more > 0 else told


@dataclass(slots=True)
class Ping:
    """Asks a service for a sign of life, at most once a second and once at a time."""

    service: str
    ask: Callable[[], Awaitable[None]]
    clock: Callable[[], float] = time.monotonic
    _asked: float = -PING_EVERY
    _answer: "asyncio.Task[None] | None" = None
    _away_since: float | None = None
    _last: str | None = None

    async def complaint(self) -> Reason | None:
        """Why the service cannot be used now, or None."""
        if self._answer is None or self._stale(self._answer):
            self._asked = self.clock()
            self._answer = asyncio.ensure_future(_coroutine(self.ask))
        await asyncio.wait({self._answer}, timeout=ANSWER_WITHIN)
        self._judge(self._answer)
        if self._last is None or self._away_since is None:
            return None
        return Reason(f"{self.service}: {self._last}", self.clock() - self._away_since)

    def _judge(self, answer: "asyncio.Task[None]") -> None:
        """Until an answer is overdue, the one before it stands."""
        if answer.done():
            self._last = _trouble(answer)
        elif self.clock() - self._asked >= SILENT_AFTER:
            self._last = "no answer"
        if self._last is None:
            self._away_since = None
        elif self._away_since is None:
            self._away_since = self._asked

    def _stale(self, answer: "asyncio.Task[None]") -> bool:
        return answer.done() and self.clock() - self._asked >= PING_EVERY


def _trouble(answer: "asyncio.Task[None]") -> str | None:
    if answer.cancelled():
        return "not asked to the end"
    error = answer.exception()
    if error is None:
        return None
    return masked(" ".join(str(error).split())) or type(error).__name__


def _place(item: tuple[Partition, HeldRange]) -> Partition:
    return item[0]


async def _coroutine(ask: Callable[[], Awaitable[None]]) -> None:
    await ask()


@dataclass(frozen=True, slots=True)
class Health:
    """What the two probes look at."""

    worker_state: WorkerState
    services: tuple[Service, ...]
    consuming: Callable[[], bool]
    """Whether the consume loop exists; it may be stuck all the same."""
    liveness_timeout: float
    _clock: Callable[[], float] = field(default=time.monotonic)

    async def live(self) -> Report:
        """Alive: it goes on, or has a good reason to wait."""
        return self._report(list(self._hanging()))

    async def ready(self) -> Report:
        """Ready: it holds its share of the partitions, and nothing keeps it from working."""
        reasons = [*self._waiting(), *self._phase(), *self._held()]
        complaints = await asyncio.gather(*(each.complaint() for each in self.services))
        reasons += [complaint for complaint in complaints if complaint is not None]
        return self._report(reasons)

    def _hanging(self) -> Iterator[Reason]:
        worker_state = self.worker_state
        if worker_state.phase is Phase.CONSUMING:
            if not self.consuming():
                yield Reason("the consume loop has ended")
            if worker_state.inactive_for() > self.liveness_timeout:
                yield Reason("nothing goes on", worker_state.inactive_for())
        if worker_state.failing_for() > self.liveness_timeout:
            yield Reason("the same batch keeps failing", worker_state.failing_for())

    def _waiting(self) -> Iterator[Reason]:
        worker_state = self.worker_state
        for name, why in worker_state.waiting.items():
            since = worker_state.waiting_since.get(name)
            seconds = None if since is None else worker_state.clock() - since
            yield Reason(f"waiting for the {name}: {masked(why)}", seconds)
        for name, why in worker_state.unreadable_partitions.items():
            yield Reason(f"{name} cannot be read: {why}")
        for topic in sorted(worker_state.missing):
            yield Reason(f"the topic {topic} is missing")

    def _phase(self) -> Iterator[Reason]:
        match self.worker_state.phase:
            case Phase.STARTING:
                yield Reason("starting")
            case Phase.JOINING:
                yield Reason("joining the consumer group")
            case Phase.STOPPING:
                yield Reason("stopping")
            case Phase.CONSUMING:
                yield from self._hanging()

    def _held(self) -> Iterator[Reason]:
        for (topic, partition), held in sorted(
            self.worker_state.stopped_partitions().items(), key=_place
        ):
            yield Reason(
                f"stopped by the breaker: {topic}-{partition}, offsets {held.first} to "
                f"{held.last} are held back: {held.reason}"
            )
        if self.worker_state.failing_since is not None:
            yield Reason(
                "a batch is failing for an unknown reason", self.worker_state.failing_for()
            )

    def _report(self, reasons: list[Reason]) -> Report:
        worker_state = self.worker_state
        warnings = tuple(f"{what}: {last}" for what, last in worker_state.warnings.items())
        return Report(
            worker_state.phase, tuple(dict.fromkeys(reasons)), worker_state.idle_for(), warnings
        )
