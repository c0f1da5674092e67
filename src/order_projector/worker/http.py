"""The worker's HTTP port: health, metrics and documentation."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from prometheus_client import CollectorRegistry, make_asgi_app

from order_projector.hosting.server import Address, ASGIApp, Variables, listening
from order_projector.worker import connections
from order_projector.worker.health import HealthReport

CLOSE_WITHIN: Final = 1
"""Seconds that open requests have to finish when the server stops."""


@asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int) -> AsyncIterator[None]:
    """Serve the app for the duration of a `with` block; on port 0, serve nothing.

    Raises `ConfigurationError` if it cannot listen on the host and port.
    """
    if port == 0:
        yield
        return
    address = Address(host, port, Variables("http_host", "http_port"))
    async with listening(app, address, CLOSE_WITHIN, connections.options()):
        yield


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
