"""Retries with exponential back-off and full jitter."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Final, TypeVar

from order_projector.projection.metrics import ProjectionMetrics, ServiceName
from order_projector.projection.ports import Unavailable

T = TypeVar("T")

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses that grow exponentially up to a cap, with full jitter, in seconds."""

    first: float
    cap: float

    def pause(self, attempt: int, random: Random) -> float:
        """Return the seconds to wait before the next attempt; the first attempt has number 0."""
        ceiling = self.first * 2 ** min(attempt, 32)
        return random.uniform(0, min(self.cap, ceiling))


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Retries a step until its service is available."""

    metrics: ProjectionMetrics
    random: Random
    backoff: Backoff = Backoff(first=0.1, cap=5.0)

    async def until_available(self, service: ServiceName, step: Callable[[], Awaitable[T]]) -> T:
        """Return the step's result. Only `Unavailable` is retried; other errors propagate."""
        try:
            return await step()
        except Unavailable as reason:
            _log.warning("waiting for the %s: %s", service, reason)
            self.metrics.waiting_for(service, str(reason))
        try:
            result = await self._retried(service, step)
        finally:
            self.metrics.resumed(service)
        _log.info("the %s is available again", service)
        return result

    async def _retried(self, service: ServiceName, step: Callable[[], Awaitable[T]]) -> T:
        for attempt in count():
            await asyncio.sleep(self.backoff.pause(attempt, self.random))
            self.metrics.retry(service)
            try:
                return await step()
            except Unavailable as reason:
                _log.debug("still waiting for the %s: %s", service, reason)
        raise AssertionError
