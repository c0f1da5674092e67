"""The worker that a demo watches: the real one, in its own process."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

from order_projector.local.errors import ServerFailed
from order_projector.local.ports import HOST, free_port
from order_projector.local.server import Server, ServerSpec, serving
from order_projector.local.stack import LocalStack

_LAST_LINES = 12


@asynccontextmanager
async def running_worker(
    stack: LocalStack, settings: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Server]:
    """Run a worker on a local stack for a ``with`` block, which begins once it is ready."""
    port = free_port()
    spec = ServerSpec(
        name="worker",
        command=(sys.executable, "-m", "order_projector", "run"),
        port=port,
        log=stack.data_dir / "worker.log",
        answers=_is_ready,
        environment={"ORDERS_HTTP_PORT": str(port), **stack.environment(), **settings},
        start_within=60.0,
        stop_within=30.0,
    )
    async with serving(spec) as worker:
        yield worker


def insist_on(*servers: Server) -> None:
    """Raise ServerFailed, with the end of the log, if one of the servers has ended."""
    for server in servers:
        if not server.running:
            raise ServerFailed(f"the {server.spec.name} ended{last_words(server)}")


def last_words(server: Server) -> str:
    """Return the end of a server's log, for an error message."""
    lines = server.spec.log.read_text(errors="replace").splitlines()[-_LAST_LINES:]
    return "\n  ".join(["; its log ends:", *lines])


async def _is_ready(port: int) -> bool:
    """Return whether the worker reports that it is ready."""
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    try:
        writer.write(f"GET /readyz HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
        return b" 200 " in await reader.readline()
    except OSError:
        return False
    finally:
        writer.close()
