"""A server in a process of its own: start it, wait until it answers, disturb it, stop it."""

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
_LOG_LINES = 12


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """How a server is run, and how one sees that it serves."""

    name: str
    command: tuple[str, ...]
    port: int
    log: Path
    """Output is appended here; the folder it is in is the working directory."""
    answers: Callable[[int], Awaitable[bool]]
    """Whether the server on this port answers in its own protocol."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """The whole environment: nothing is inherited, so nothing of the user's changes a server."""
    start_within: float = 30.0
    stop_within: float = 5.0


@dataclass(slots=True)
class Server:
    """One server, through all the processes that run it one after the other.

    It belongs to no event loop: tests on different loops can share it.
    """

    spec: ServerSpec
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    @property
    def port(self) -> int:
        """The port, the same after every restart."""
        return self.spec.port

    @property
    def pid(self) -> int:
        """The process that runs it now, or ran it last."""
        return self._launched().pid

    @property
    def running(self) -> bool:
        """Whether the process is alive; a paused one is."""
        return self._process is not None and self._process.poll() is None

    async def start(self) -> None:
        """Launches the server and waits until it answers."""
        self.launch()
        await self.ready()

    def launch(self) -> None:
        """Starts the process and waits for nothing."""
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
                start_new_session=True,  # a Ctrl-C is for us, who then stop it in good order
            )

    async def ready(self) -> None:
        """Waits until the server answers; an end or a silence is an error with its last words."""
        try:
            async with asyncio.timeout(self.spec.start_within):
                while not await self._serves():  # noqa: ASYNC110 - a server tells no event
                    await asyncio.sleep(_LOOK_AGAIN)
        except TimeoutError:
            raise ServerFailed(
                f"the {self.spec.name} did not answer on port {self.port} within "
                f"{self.spec.start_within:g} s{self._log_tail()}"
            ) from None

    async def exited(self, within: float) -> int:
        """Waits for the process to end by itself and gives its exit status."""
        process = self._launched()
        async with asyncio.timeout(within):
            while (status := process.poll()) is None:  # noqa: ASYNC110 - nor does its end
                await asyncio.sleep(_LOOK_AGAIN)
        return status

    async def stop(self) -> None:
        """Asks the process to end, and ends it when it takes too long."""
        if not self.running:
            return
        self.signal(signal.SIGTERM)
        self.resume()
        try:
            await self.exited(self.spec.stop_within)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """Ends the process at once, as a crash does, and waits until it is gone."""
        if self.running:
            self.signal(signal.SIGKILL)
            await self.exited(self.spec.stop_within)

    async def restart(self) -> None:
        """Starts it again, from the same command on the same port; stops it first if need be."""
        await self.stop()
        await self.start()

    def pause(self) -> None:
        """Freezes the process and returns once it stands: connections stay, answers stop."""
        self.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._launched().pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        """Lets a frozen process go on."""
        self.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal; one that has ended is left in peace."""
        self._launched().send_signal(number)

    async def _serves(self) -> bool:
        answered = await self.spec.answers(self.port)
        if not self.running:  # asked last: the answer may have been another server's
            raise ServerFailed(
                f"the {self.spec.name} ended with status {self._launched().returncode} "
                f"instead of serving on port {self.port}{self._log_tail()}"
            )
        return answered

    def _launched(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise LocalStackError(f"the {self.spec.name} was never started")
        return self._process

    def _log_tail(self) -> str:
        lines = self.spec.log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        if not lines:
            return "; its log is empty"
        return "\n".join(["; its log ends:", *(f"  {line}" for line in lines)])


@asynccontextmanager
async def serving(spec: ServerSpec) -> AsyncIterator[Server]:
    """Runs a server for the length of a `with` block."""
    server = Server(spec)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


async def accepts_connections(port: int) -> bool:
    """Whether anything listens on this loopback port; cheaper and quieter than any client."""
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True
