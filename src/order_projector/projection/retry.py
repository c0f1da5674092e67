"""Exponential back-off, and retries of a step until its service is available."""

import asyncio
import logging
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Final, Protocol, TypeVar

from order_projector.projection.metrics import ProjectionMetrics, ServiceName
from order_projector.projection.ports import Unavailable

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_log: Final = logging.getLogger(__name__)


class Step(Protocol[T_co]):
    """One use of a service, from request to answer.

    Called again after a pause as long as it raises `Unavailable`, so it must be safe to repeat
    though the last call may have taken effect. May wait for its own time limit. Any other
    exception ends the retries.
    """

    async def __call__(self) -> T_co: ...


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses in seconds that double with each attempt, up to a cap; attempts count from 0."""

    first: float
    cap: float

    def pause(self, attempt: int, random: Random) -> float:
        """Return a pause with full jitter, for a service that other workers wait for as well."""
        return random.uniform(0, self.longest(attempt))

    def longest(self, attempt: int) -> float:
        """Return the pause without jitter, for what no other worker retries at the same time."""
        return min(self.cap, self.first * 2.0 ** min(attempt, 32))


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Retries a step until its service is available."""

    metrics: ProjectionMetrics
    random: Random
    backoff: Backoff = Backoff(first=0.1, cap=5.0)

    async def until_available(self, service: ServiceName, step: Step[T]) -> T:
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

    async def _retried(self, service: ServiceName, step: Step[T]) -> T:
        for attempt in count():
            await asyncio.sleep(self.backoff.pause(attempt, self.random))
            self.metrics.retry(service)
            try:
                return await step()
            except Unavailable as reason:
                _log.debug("still waiting for the %s: %s", service, reason)
        raise AssertionError
