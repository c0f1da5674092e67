"""Whether a service answers, asked at most once a second, for the readiness of a process."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from order_projector.projection.worker_state import HealthReason
from order_projector.settings import masked

PING_EVERY: Final = 1.0
ANSWER_WITHIN: Final = 0.2
"""Seconds that a probe waits for a service; the probe itself always answers."""
SILENT_AFTER: Final = 1.0
"""Seconds without an answer after which a service counts as unavailable."""


class Service(Protocol):
    """An external service that can be unavailable."""

    async def unavailable_reason(self) -> HealthReason | None:
        """Return why it is unavailable, or None, within `ANSWER_WITHIN`; never raise."""


@dataclass(slots=True)
class Ping:
    """Pings a service, at most once a second and one request at a time."""

    service: str
    ask: Callable[[], Awaitable[None]]
    clock: Callable[[], float] = time.monotonic
    _asked: float = -PING_EVERY
    _answer: "asyncio.Task[None] | None" = None
    _away_since: float | None = None
    _last: str | None = None

    async def unavailable_reason(self) -> HealthReason | None:
        """Return why the service is unavailable, or None."""
        if self._answer is None or self._stale(self._answer):
            self._asked = self.clock()
            self._answer = asyncio.ensure_future(_coroutine(self.ask))
            self._answer.add_done_callback(_failure)  # retrieved, though no probe may ask again
        await asyncio.wait({self._answer}, timeout=ANSWER_WITHIN)
        self._judge(self._answer)
        if self._last is None or self._away_since is None:
            return None
        return HealthReason(f"{self.service}: {self._last}", self.clock() - self._away_since)

    def _judge(self, answer: "asyncio.Task[None]") -> None:
        """Update the result; keep the previous one until an answer is overdue."""
        if answer.done():
            self._last = _failure(answer)
        elif self.clock() - self._asked >= SILENT_AFTER:
            self._last = "no answer"
        if self._last is None:
            self._away_since = None
        elif self._away_since is None:
            self._away_since = self._asked

    def _stale(self, answer: "asyncio.Task[None]") -> bool:
        return answer.done() and self.clock() - self._asked >= PING_EVERY


def _failure(answer: "asyncio.Task[None]") -> str | None:
    if answer.cancelled():
        return "check was interrupted"
    error = answer.exception()
    if error is None:
        return None
    return masked(" ".join(str(error).split())) or type(error).__name__


async def _coroutine(ask: Callable[[], Awaitable[None]]) -> None:
    await ask()
