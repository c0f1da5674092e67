"""A step in the background, one run at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Background(Generic[T]):
    """Runs a step in the background; all requests during one run share the next one.

    The next run begins as soon as the last one has ended: no timer is involved.
    """

    def __init__(self, step: Callable[[T], Awaitable[None]]) -> None:
        """Take the step; it must handle its own errors."""
        self._step = step
        self._next: T | None = None
        self._taken = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        """The runs in progress."""

    def request(self, target: T) -> None:
        """Run the step for this target, which replaces a target that no run has taken yet."""
        self._next = target
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._run())
            self.task.add_done_callback(self._end)

    async def caught_up(self) -> None:
        """Return once no request waits for the run in progress to end."""
        while self._next is not None:
            self._taken.clear()
            await self._taken.wait()

    async def stopped(self) -> None:
        """Return once the run in progress has ended; drop the request that waits for it."""
        self._drop_request()
        if self.task is not None:
            await asyncio.wait({self.task})

    async def _run(self) -> None:
        try:
            while self._next is not None:
                target, self._next = self._next, None
                self._taken.set()
                await self._step(target)
        finally:
            self.task = None
            self._drop_request()

    def _end(self, task: "asyncio.Task[None]") -> None:
        """Clean up after a task that was cancelled before it began: `_run` could not."""
        if self.task is task:
            self.task = None
            self._drop_request()

    def _drop_request(self) -> None:
        self._next = None
        self._taken.set()
