"""A worker in a process of its own, as a user runs it."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from order_projector.local.ports import HOST, free_port
from order_projector.local.server import Server, ServerSpec

LaunchWorker = Callable[..., Awaitable[Server]]
"""Launches a worker; keywords change its settings, as in `launch(ORDERS_BATCH="1")`."""


@asynccontextmanager
async def running_worker(environment: Mapping[str, str], log: Path) -> AsyncIterator[Server]:
    """Launches a worker, without waiting for it to be ready, and kills it at the end.

    Its working directory is the one of its log, where no `.env` of a developer is.
    """
    port = free_port()
    worker = Server(
        ServerSpec(
            name="worker",
            command=(sys.executable, "-m", "order_projector", "run"),
            port=port,
            log=log,
            answers=is_ready,
            environment={"PYTHONUNBUFFERED": "1", "ORDERS_HTTP_PORT": str(port), **environment},
            start_within=60.0,
            stop_within=30.0,
        )
    )
    worker.launch()
    try:
        yield worker
    finally:
        await worker.kill()


async def is_ready(port: int) -> bool:
    """Whether the worker on this port says it is ready."""
    async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}", timeout=5.0) as client:
        try:
            return (await client.get("/readyz")).is_success
        except httpx.TransportError:
            return False
