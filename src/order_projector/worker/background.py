"""Work that runs in the background, as long as a worker runs."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

_CANCELLED_WITHIN: Final = 1.0
"""Seconds that `BackgroundTask.stop` waits for the cancelled work to end."""


@dataclass(slots=True)
class BackgroundTask:
    """Runs ``work`` from `start` to `stop`. The work handles its own errors."""

    work: Callable[[], Coroutine[Any, Any, None]]
    _task: "asyncio.Task[None] | None" = field(default=None, init=False)

    async def start(self) -> None:
        """Start the work; return at once."""
        self._task = asyncio.create_task(self.work())

    async def stop(self) -> None:
        """Cancel the work; do nothing if it was never started or has ended."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=_CANCELLED_WITHIN)
