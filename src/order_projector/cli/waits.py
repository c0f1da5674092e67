"""Report on standard error what a command waits for, once that takes long."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from order_projector.cli.progress import ELSEWHERE, FIRST_AFTER, STATUS_LINE


class Waits:
    """Says which service a command waits for, once a wait has taken longer than a second.

    Of several waits for one service at a time, as of those one within another, one is said.
    """

    def __init__(self, first_after: float = FIRST_AFTER, again_after: float = ELSEWHERE) -> None:
        """Report a wait after ``first_after`` seconds, and then every ``again_after``."""
        self._first_after: Final = first_after
        self._again_after: Final = again_after
        self._said: Final = dict[str, float]()

    @contextmanager
    def waiting(self, service: str) -> Iterator[None]:
        """Say that this is a wait for the service, if it takes long."""
        timer = _Timer(lambda seconds: self._say(service, seconds), self._again_after)
        timer.begin(self._first_after)
        try:
            yield
        finally:
            timer.end()

    def _say(self, service: str, seconds: float) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._said.get(service, -self._again_after) < self._again_after:
            return
        self._said[service] = now
        lasting = "" if seconds < self._again_after else f", {seconds:.0f} s"
        STATUS_LINE.print(f"waiting for the {service}{lasting}")


class _Timer:
    """Calls with the seconds since its begin, again and again until its end."""

    def __init__(self, call: Callable[[float], None], every: float) -> None:
        self._call: Final = call
        self._every: Final = every
        self._loop: Final = asyncio.get_running_loop()
        self._begun: Final = self._loop.time()
        self._next: asyncio.TimerHandle | None = None

    def begin(self, after: float) -> None:
        """Schedule the first call, ``after`` seconds from the beginning."""
        self._next = self._loop.call_at(self._begun + after, self._ring)

    def end(self) -> None:
        """Call no more."""
        if self._next is not None:
            self._next.cancel()

    def _ring(self) -> None:
        self._call(self._loop.time() - self._begun)
        self._next = self._loop.call_later(self._every, self._ring)
