"""Event loops without a clock, threads or I/O, all driven by one universe.

Every simulated process has its own loop, so that it can be frozen or killed like a process. The
seed decides which loop runs next, and which of its callbacks; asyncio would run them in scheduling
order, which is one of the possible draws. When nothing can run, time jumps to the next timer.
"""

import asyncio
from asyncio.events import _set_running_loop
from collections.abc import Callable, Coroutine
from contextlib import suppress
from contextvars import Context
from heapq import heappop, heappush
from itertools import count
from math import inf
from random import Random
from typing import Any, Final, TypeVar

T = TypeVar("T")

_serial: Final = count()


class Deadlock(Exception):
    """Nothing can run, and no timer will change that."""


class Exhausted(Exception):
    """More steps than any correct run takes: something spins."""


class Task(asyncio.Task[T]):
    """A task whose hash, and with it the order of a set, is the same in every process."""

    def __init__(self, number: int, coro: Coroutine[Any, Any, T], **how: Any) -> None:
        self._number = number
        super().__init__(coro, **how)

    def __hash__(self) -> int:
        return self._number


class Loop(asyncio.AbstractEventLoop):
    """The event loop of one process. What it does not define needs I/O or threads, and raises."""

    def __init__(self, universe: "Universe", name: str) -> None:
        self.name: Final = name
        self.frozen = False
        self.ready: Final[list[asyncio.Handle]] = []
        self._universe: Final = universe
        self._timers: Final[list[tuple[float, int, asyncio.TimerHandle]]] = []
        self._tasks: Final[list[asyncio.Task[Any]]] = []
        self._fuse = 0
        self._blow: Callable[[], None] | None = None

    def time(self) -> float:
        return self._universe.now

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self.ready.append(handle)
        return handle

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self._universe.now + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heappush(self._timers, (when, next(_serial), timer))
        return timer

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]
        self, coro: Coroutine[Any, Any, T], *, name: str | None = None, context: Any = None
    ) -> asyncio.Task[T]:
        task = Task(len(self._tasks), coro, loop=self, name=name, context=context)
        self._tasks.append(task)
        return task

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Record the error of a callback; ignore unretrieved results, as of a killed process."""
        if "handle" in context:
            self._universe.error = context["exception"]

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Leave a cancelled timer in the heap; it does nothing when it is due."""

    def after(self, steps: int, blow: Callable[[], None]) -> None:
        """Call ``blow`` after that many steps of this loop, wherever they lead."""
        self._fuse, self._blow = steps, blow

    def due(self) -> float:
        """Return when the next timer is due, or infinity."""
        timers = self._timers
        while timers and timers[0][2].cancelled():
            heappop(timers)
        return timers[0][0] if timers else inf

    def wind(self, now: float) -> None:
        """Make the timers ready that are due."""
        timers = self._timers
        while timers and timers[0][0] <= now:
            timer = heappop(timers)[2]
            if not timer.cancelled():
                self.ready.append(timer)

    def step(self, random: Random) -> None:
        """Run one ready callback, chosen at random."""
        ready = self.ready
        if len(ready) > 1:
            chosen = int(random.random() * len(ready))
            ready[chosen], ready[-1] = ready[-1], ready[chosen]
        handle = ready.pop()
        if not handle.cancelled():
            _set_running_loop(self)
            handle._run()
        if self._blow is not None:
            self._fuse -= 1
            if self._fuse <= 0:
                blow, self._blow = self._blow, None
                blow()

    def dispose(self) -> None:
        """Close the coroutines of a killed process, whatever they raise."""
        _set_running_loop(self)
        for task in self._tasks:
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            coro = task.get_coro()
            for _ in range(3):
                with suppress(BaseException):
                    coro.close()
            if task.done() and not task.cancelled():
                task.exception()
        _set_running_loop(None)


class Universe:
    """The clock, the processes, and the random choice of the one that runs next."""

    def __init__(self, random: Random, most_steps: int) -> None:
        self.now = 0.0
        self.steps = 0
        self.error: BaseException | None = None
        self._random: Final = random
        self._most_steps: Final = most_steps
        self._loops: list[Loop] = []
        self._dead: Final[list[Loop]] = []

    def process(self, name: str) -> Loop:
        """Create a process."""
        loop = Loop(self, name)  # type: ignore[abstract]  # the abstract methods are never called
        self._loops.append(loop)
        return loop

    def kill(self, loop: Loop) -> None:
        """Kill a process between two of its steps; nothing of it runs again."""
        self._loops.remove(loop)
        self._dead.append(loop)

    def run(self, done: Callable[[], bool], until: float) -> bool:
        """Run until ``done`` returns true; return False if the time ``until`` passes first."""
        try:
            while not done():
                if self.now > until:
                    return False
                self._step()
                if self.error is not None:
                    raise self.error
        finally:
            _set_running_loop(None)
        return True

    def close(self) -> None:
        """Dispose of all processes, including the killed ones."""
        for loop in (*self._loops, *self._dead):
            loop.dispose()

    def _step(self) -> None:
        self.steps += 1
        if self.steps > self._most_steps:
            raise Exhausted(f"more than {self._most_steps} steps")
        running = [loop for loop in self._loops if loop.ready and not loop.frozen]
        if running:
            chosen = int(self._random.random() * len(running)) if len(running) > 1 else 0
            running[chosen].step(self._random)
            return
        awake = [loop for loop in self._loops if not loop.frozen]
        due = min((loop.due() for loop in awake), default=inf)
        if due == inf:
            raise Deadlock("nothing can run, and no timer is set")
        self.now = max(self.now, due)
        for loop in awake:
            loop.wind(self.now)
