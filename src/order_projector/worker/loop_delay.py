"""The delay of the event loop: by how much a timer is late, several times a second."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

LOOK_EVERY: Final = 0.25
"""Seconds between two looks."""


@dataclass(slots=True)
class LoopDelay:
    """A background task that reports how late its own timer is.

    ``observe`` gets seconds; it neither waits nor fails.
    """

    observe: Callable[[float], None]
    _task: "asyncio.Task[None] | None" = field(default=None, init=False)

    async def start(self) -> None:
        """Start looking in the background."""
        self._task = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=1.0)

    async def _keep_looking(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + LOOK_EVERY
            await asyncio.sleep(LOOK_EVERY)
            self.observe(max(0.0, clock() - due))
