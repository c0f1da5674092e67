"""A server in a separate process: start it, wait until it answers, stop it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from order_projector.local import die_with_parent
from order_projector.local.errors import LocalStackError, ServerFailed
from order_projector.local.ports import HOST, is_free

_LOOK_AGAIN = 0.02
"""Seconds between two polls."""
_LOG_LINES = 12


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """How to run a server, and how to check that it serves."""

    name: str
    command: tuple[str, ...]
    port: int
    log: Path
    """The file to append output to; its folder is the working directory."""
    answers: Callable[[int], Awaitable[bool]]
    """Whether the server on this port answers in its own protocol."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """The whole environment: nothing is inherited, so the user's variables affect no server."""
    start_within: float = 30.0
    """Seconds until the server must answer."""
    stop_within: float = 5.0
    """Seconds after SIGTERM until it is killed."""


@dataclass(slots=True)
class Server:
    """One server, across all restarts of its process.

    It is not bound to an event loop: tests on different loops can share it.
    """

    spec: ServerSpec
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    @property
    def port(self) -> int:
        """The port, which stays the same across restarts."""
        return self.spec.port

    @property
    def pid(self) -> int:
        """The id of the current process, or of the last one."""
        return self._launched().pid

    @property
    def running(self) -> bool:
        """Whether the process is alive, paused or not."""
        return self._process is not None and self._process.poll() is None

    async def start(self) -> None:
        """Start the process and wait until the server answers."""
        self.launch()
        await self.ready()

    def launch(self) -> None:
        """Start the process without waiting for an answer.

        Raises `LocalStackError` if it is already running or its port is in use.
        """
        if self.running:
            raise LocalStackError(f"the {self.spec.name} is already running")
        if not is_free(self.port):
            raise LocalStackError(f"port {self.port} for the {self.spec.name} is in use")
        with self.spec.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the command is our own
                (
                    sys.executable,
                    "-IS",
                    die_with_parent.__file__,
                    str(os.getpid()),
                    *self.spec.command,
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.spec.log.parent,
                env=dict(self.spec.environment),
                start_new_session=True,  # Ctrl-C must not reach it: we stop it in order
            )

    async def ready(self) -> None:
        """Wait until the server answers.

        Raises `ServerFailed`, with the end of its log, if it exits or does not answer in time.
        """
        try:
            async with asyncio.timeout(self.spec.start_within):
                while not await self._serves():  # noqa: ASYNC110 - there is no event to await
                    await asyncio.sleep(_LOOK_AGAIN)
        except TimeoutError:
            raise ServerFailed(
                f"the {self.spec.name} did not answer on port {self.port} within "
                f"{self.spec.start_within:g} s{self.log_tail()}"
            ) from None

    async def exited(self, within: float) -> int:
        """Wait for the process to exit and return its status; raise `TimeoutError` if too late."""
        process = self._launched()
        async with asyncio.timeout(within):
            while (status := process.poll()) is None:  # noqa: ASYNC110 - as above
                await asyncio.sleep(_LOOK_AGAIN)
        return status

    async def stop(self) -> None:
        """Terminate the process; kill it if it takes longer than `stop_within`."""
        if not self.running:
            return
        self.signal(signal.SIGTERM)
        self.resume()  # a paused process would not handle SIGTERM
        try:
            await self.exited(self.spec.stop_within)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """Kill the process, as in a crash, and wait until it is gone."""
        if self.running:
            self.signal(signal.SIGKILL)
            await self.exited(self.spec.stop_within)

    def resume(self) -> None:
        """Let a suspended process continue."""
        self.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; do nothing if the process has ended."""
        self._launched().send_signal(number)

    async def _serves(self) -> bool:
        answered = await self.spec.answers(self.port)
        if not self.running:  # checked last: another server may have answered
            raise ServerFailed(
                f"the {self.spec.name} ended with status {self._launched().returncode} "
                f"instead of serving on port {self.port}{self.log_tail()}"
            )
        return answered

    def _launched(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise LocalStackError(f"the {self.spec.name} was never started")
        return self._process

    def log_tail(self) -> str:
        """Return the end of the log, for an error message."""
        lines = self.spec.log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        if not lines:
            return "; its log is empty"
        return "\n".join(["; its log ends:", *(f"  {line}" for line in lines)])


@asynccontextmanager
async def serving(spec: ServerSpec) -> AsyncIterator[Server]:
    """Run a server for the duration of a `with` block."""
    server = Server(spec)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


def require_running(*servers: Server) -> None:
    """Raise ServerFailed, with the end of the log, if one of the servers has ended."""
    for server in servers:
        if not server.running:
            raise ServerFailed(f"the {server.spec.name} ended{server.log_tail()}")


async def accepts_connections(port: int) -> bool:
    """Return whether anything listens on this loopback port; cheaper and quieter than a client."""
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True
