"""Servers as child processes: launched without waiting until they answer, and suspended."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from order_projector.local.server import Server, ServerSpec


@asynccontextmanager
async def launched(spec: ServerSpec) -> AsyncIterator[Server]:
    """Run a server for a `with` block that begins before it answers, and kill it at the end."""
    server = Server(spec)
    server.launch()
    try:
        yield server
    finally:
        await server.kill()


def pause(server: Server) -> None:
    """Suspend the process and wait until it has stopped; its connections stay open."""
    server.signal(signal.SIGSTOP)
    # WNOWAIT: if it has exited instead, leave its status to Popen
    os.waitid(os.P_PID, server.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
