"""The worker's HTTP port: health, metrics and documentation."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, Final

import uvicorn
from prometheus_client import CollectorRegistry, make_asgi_app

from order_projector.settings import ConfigurationError, variable
from order_projector.worker import connections
from order_projector.worker.health import HealthReport

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]

CLOSE_WITHIN: Final = 1
"""Seconds that open requests have to finish when the server stops."""


class _Server(uvicorn.Server):
    """uvicorn without signal handling: the worker owns SIGTERM and shuts the server down last.

    uvicorn has no option for this.
    """

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no signal handlers."""
        yield


@asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int) -> AsyncIterator[None]:
    """Serve the app for the duration of a `with` block; on port 0, serve nothing.

    Raises `ConfigurationError` if it cannot listen on the host and port.
    """
    if port == 0:
        yield
        return
    listener = _bound(host, port)
    config = uvicorn.Config(
        app,
        lifespan="off",  # WorkerApp.run starts and stops the worker, not the ASGI lifespan
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=CLOSE_WITHIN,
        server_header=False,
        **connections.options(),
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait({task}, timeout=CLOSE_WITHIN + 1)


def _bound(host: str, port: int) -> socket.socket:
    """Bind here, to report an error as a wrong setting: uvicorn would log it and exit with 3."""
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[4][:2], family=address[0], backlog=connections.BACKLOG)
    except OSError as error:
        field = "http_host" if isinstance(error, socket.gaierror) else "http_port"
        reason = error.strerror or str(error)
        raise ConfigurationError(f"{variable(field)}: {host}:{port}: {reason}") from None


def probe(ask: Callable[[], Awaitable[HealthReport]]) -> ASGIApp:
    """Return a route that responds with a health report and its status code."""

    async def answer(scope: Any, _receive: Any, send: Any) -> None:
        if await _rejects_method(scope, send):
            return
        report = await ask()
        await _respond(send, report.status, report.body(), b"application/json")

    return answer


def page(content_type: str, body: Callable[[], bytes]) -> ASGIApp:
    """Return a route that always responds with this body."""

    async def answer(scope: Any, _receive: Any, send: Any) -> None:
        if not await _rejects_method(scope, send):
            await _respond(send, 200, body(), content_type.encode())

    return answer


def exposed(registry: CollectorRegistry) -> ASGIApp:
    """Return a route that responds with the metrics, in the format that the client accepts."""
    exposition = make_asgi_app(registry)

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if not await _rejects_method(scope, send):
            # prometheus_client raises on a non-ASCII header, and none can name a format
            headers = [each for each in scope["headers"] if each[1].isascii()]
            await exposition({**scope, "headers": headers}, receive, send)

    return answer


async def _rejects_method(scope: Any, send: Any) -> bool:
    if scope["method"] in {"GET", "HEAD"}:
        return False
    await _respond(send, 405, b"", b"application/json", (b"allow", b"GET, HEAD"))
    return True


async def _respond(
    send: Any, status: int, body: bytes, content_type: bytes, *more: tuple[bytes, bytes]
) -> None:
    length = str(len(body)).encode()
    headers = [(b"content-type", content_type), (b"content-length", length), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
