"""One decoder process, as the worker sees it: launched, asked, launched again when it is lost."""

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from order_projector.adapters.decoders.wire import LENGTH, READY, framed

_log: Final = logging.getLogger(__name__)

COMMAND: Final = (sys.executable, "-m", "order_projector.adapters.decoders.child")
ENDS_WITHIN: Final = 1.0


class Lost(Exception):
    """The decoder is not there to answer."""


@dataclass(slots=True)
class Decoder:
    """A child process that answers requests in their sequence.

    It may be killed at any moment: who waits for an answer then gets `Lost`, and after
    ``pause`` seconds there is another.
    """

    command: tuple[str, ...] = COMMAND
    pause: float = 5.0
    _child: Process | None = field(default=None, init=False)
    _waiting: deque[asyncio.Future[bytes]] = field(default_factory=deque, init=False)
    _keeper: asyncio.Task[None] | None = field(default=None, init=False)

    @property
    def ready(self) -> bool:
        """Whether it can be asked."""
        return self._child is not None

    @property
    def pid(self) -> int | None:
        """The process that can be asked."""
        return self._child.pid if self._child else None

    @property
    def load(self) -> int:
        """Requests without an answer."""
        return len(self._waiting)

    def start(self) -> None:
        """Launch it, and see to it that there is one until it is stopped."""
        self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """End it."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait({self._keeper})
            self._keeper = None

    async def ask(self, request: bytes) -> bytes:
        """The answer. Raises `Lost`."""
        child = self._child
        if child is None or child.stdin is None:
            raise Lost
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        child.stdin.write(framed(request))
        with suppress(ConnectionError):
            await child.stdin.drain()
        return await answer

    async def _keep(self) -> None:
        while True:
            try:
                await self._serve()
            except OSError as error:
                _log.warning("a decoder cannot be launched: %s", error)
            _log.warning(
                "a decoder is lost: events are decoded by the worker itself, the next one is "
                "launched in %g s",
                self.pause,
            )
            await asyncio.sleep(self.pause)

    async def _serve(self) -> None:
        """Pass answers on until the child ends."""
        child = await asyncio.create_subprocess_exec(*self.command, stdin=PIPE, stdout=PIPE)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                if await _frame(child) != READY:
                    return
                self._child = child
                while True:
                    self._pass_on(await _frame(child))
        finally:
            self._child = None
            self._give_up()
            await _end(child)

    def _pass_on(self, body: bytes) -> None:
        answer = self._waiting.popleft()
        if not answer.done():  # who asked may have been cancelled meanwhile
            answer.set_result(body)

    def _give_up(self) -> None:
        while self._waiting:
            answer = self._waiting.popleft()
            if not answer.done():
                answer.set_exception(Lost())


async def _frame(child: Process) -> bytes:
    if child.stdout is None:
        raise ConnectionError
    (length,) = LENGTH.unpack(await child.stdout.readexactly(LENGTH.size))
    return await child.stdout.readexactly(length)


async def _end(child: Process) -> None:
    """It ends when its input does; if not, it is killed."""
    if child.stdin is not None:
        child.stdin.close()
    try:
        async with asyncio.timeout(ENDS_WITHIN):
            await child.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
