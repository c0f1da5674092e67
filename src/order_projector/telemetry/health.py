"""Is the worker alive, and is it ready? Each answer is a status and a JSON body with reasons."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from order_projector.settings import masked, shown
from order_projector.telemetry.pulse import Phase, Pulse

MOST_REASONS: Final = 50
PING_EVERY: Final = 1.0
PING_WITHIN: Final = 2.0


@dataclass(frozen=True, slots=True)
class Report:
    """An answer to a probe; without a reason against it, a good one."""

    phase: Phase
    reasons: tuple[str, ...]
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

    async def complaint(self) -> str | None:
        """Why the service cannot be used now, or None."""
        if self._answer is None or self._stale(self._answer):
            self._asked = self.clock()
            self._answer = asyncio.ensure_future(_coroutine(self.ask))
        await asyncio.wait({self._answer}, timeout=PING_WITHIN)
        if not self._answer.done():
            return f"{self.service}: no answer for {self.clock() - self._asked:.0f} s"
        if (error := self._answer.exception()) is not None:
            reason = masked(" ".join(str(error).split()))
            return f"{self.service}: {reason or type(error).__name__}"
        return None

    def _stale(self, answer: "asyncio.Task[None]") -> bool:
        return answer.done() and self.clock() - self._asked >= PING_EVERY


async def _coroutine(ask: Callable[[], Awaitable[None]]) -> None:
    await ask()


@dataclass(frozen=True, slots=True)
class Health:
    """What the two probes look at."""

    pulse: Pulse
    database: Ping
    consuming: Callable[[], bool]
    """Whether the consume loop exists; it may be stuck all the same."""
    liveness_timeout: float
    _clock: Callable[[], float] = field(default=time.monotonic)

    async def live(self) -> Report:
        """Alive: it goes on, or has a good reason to wait."""
        pulse, reasons = self.pulse, list[str]()
        if pulse.tripped is not None:
            return self._report(reasons)  # it does as it should: another start would change nothing
        if pulse.phase is Phase.CONSUMING:
            if not self.consuming():
                reasons.append("the consume loop has ended")
            if pulse.idle_for() > self.liveness_timeout:
                reasons.append(f"no progress for {pulse.idle_for():.0f} s")
        if pulse.failing_for() > self.liveness_timeout:
            reasons.append(f"the same batch has been failing for {pulse.failing_for():.0f} s")
        return self._report(reasons)

    async def ready(self) -> Report:
        """Ready: it holds its share of the partitions, and nothing keeps it from working."""
        pulse = self.pulse
        reasons = [f"waiting for the {name}: {masked(why)}" for name, why in pulse.waiting.items()]
        reasons += [f"{name} cannot be read: {why}" for name, why in pulse.troubles.items()]
        match pulse.phase:
            case Phase.STARTING:
                reasons.append("starting")
            case Phase.JOINING:
                reasons.append("joining the consumer group")
            case Phase.STOPPING:
                reasons.append("stopping")
            case Phase.CONSUMING:
                reasons.extend((await self.live()).reasons)
        if pulse.tripped is not None:
            reasons.append(f"stopped by the breaker: {pulse.tripped}")
        if pulse.failing_since is not None:
            reasons.append("a batch is failing for an unknown reason")
        if (complaint := await self.database.complaint()) is not None:
            reasons.append(complaint)
        return self._report(reasons)

    def _report(self, reasons: list[str]) -> Report:
        pulse = self.pulse
        warnings = tuple(f"{what}: {last}" for what, last in pulse.warnings.items())
        return Report(pulse.phase, tuple(dict.fromkeys(reasons)), pulse.idle_for(), warnings)
