"""A worker in a child process, as a user runs it: the one way for the demonstration and tests."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from order_projector.local.ports import HOST, free_port
from order_projector.local.server import ServerSpec

_COMMAND: Final = (sys.executable, "-m", "order_projector", "run")


def worker_spec(environment: Mapping[str, str], log: Path) -> ServerSpec:
    """Return the spec of a worker with these settings; it serves on a free port.

    Its working directory is that of the log, where no developer's ``.env`` is.
    """
    port = free_port()
    usual = {"PYTHONUNBUFFERED": "1", "ORDERS_HTTP_PORT": str(port)}
    if path := os.environ.get("PYTHONPATH"):  # else it could run another copy of this package
        usual["PYTHONPATH"] = path
    return ServerSpec(
        name="worker",
        command=_COMMAND,
        port=port,
        log=log,
        answers=is_ready,
        environment={**usual, **environment},
        start_within=60.0,
        stop_within=30.0,
    )


async def is_ready(port: int) -> bool:
    """Return whether the worker on this port reports that it is ready."""
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
