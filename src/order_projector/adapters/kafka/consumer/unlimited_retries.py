"""Retries of a step that fails for an unknown reason."""

import logging
from asyncio import sleep
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Final, Protocol

from order_projector.projection.retry import Backoff
from order_projector.projection.unexpected_errors import format_stack
from order_projector.projection.worker_state import WorkerState

_log: Final = logging.getLogger(__name__)

BATCH_FAILED: Final = Backoff(first=0.5, cap=30.0)


class FailureMetrics(Protocol):
    """The metrics port of failures."""

    def batch_failed(self) -> None: ...


@dataclass(frozen=True, slots=True)
class UnlimitedRetries:
    """Repeats a failing step without limit: skipping it would lose records."""

    worker_state: WorkerState
    metrics: FailureMetrics

    async def until_done(self, step: Callable[[], Awaitable[None]]) -> None:
        """Return once the step has returned."""
        for attempt in count():
            try:
                await step()
            except Exception as error:
                _log.error(
                    "a batch failed and was not committed; retrying: %s",
                    format_stack(error),
                )
                self.metrics.batch_failed()
                await sleep(BATCH_FAILED.longest(attempt))
            else:
                if attempt:
                    self.worker_state.succeeded()
                return
