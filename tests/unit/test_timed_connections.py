"""No client holds a connection for ever by sending, or taking, nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from order_projector.hosting import connections
from order_projector.hosting.connections import TimedConnection
from order_projector.hosting.server import Address, ASGIApp, Variables, listening
from order_projector.local.ports import HOST, free_port

SOON = 0.1
LONG = 3600.0
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
PUT = b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n"

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def limit(monkeypatch: pytest.MonkeyPatch, **seconds: float) -> None:
    """Set the limits that are named, and no other."""
    for name in ("HEAD_WITHIN", "BODY_WITHIN", "TAKEN_WITHIN"):
        monkeypatch.setattr(connections, name, seconds.get(name, LONG))


@asynccontextmanager
async def connected(app: ASGIApp) -> AsyncIterator[Connection]:
    """Serve an app, and yield a connection to it."""
    port = free_port()
    address = Address(HOST, port, Variables("api_host", "api_port"))
    options = {"http": TimedConnection, "timeout_keep_alive": LONG}
    async with listening(app, address, 1, options):
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection(HOST, port)
                break
            await asyncio.sleep(0)
        yield reader, writer
        writer.close()


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the body of the request, once all of it is there."""
    del scope
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message["body"], message["more_body"]
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body})


async def rest(reader: asyncio.StreamReader) -> bytes:
    """Return what comes until the connection ends."""
    with contextlib.suppress(ConnectionResetError):
        return await reader.read()
    return b""


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHo"])
async def test_a_connection_whose_request_does_not_come_ends(
    monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    limit(monkeypatch, HEAD_WITHIN=SOON)
    async with connected(echo) as (reader, writer):
        writer.write(sent)
        assert await rest(reader) == b""


async def test_a_connection_whose_next_request_stays_unfinished_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit(monkeypatch, HEAD_WITHIN=SOON)
    async with connected(echo) as (reader, writer):
        writer.write(GET + b"GET / HT")
        assert (await rest(reader)).startswith(b"HTTP/1.1 200 OK")


async def test_a_connection_whose_body_stays_unfinished_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit(monkeypatch, BODY_WITHIN=SOON)
    async with connected(echo) as (reader, writer):
        writer.write(PUT + b"12")
        assert await rest(reader) == b""


async def test_an_answer_has_its_time_once_the_whole_request_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit(monkeypatch, HEAD_WITHIN=SOON, BODY_WITHIN=SOON)

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        async def late(message: Any) -> None:
            await asyncio.sleep(3 * SOON)
            await send(message)

        await echo(scope, receive, late)

    async with connected(slow) as (reader, writer):
        writer.write(PUT + b"1234")
        assert (await reader.readuntil(b"1234")).startswith(b"HTTP/1.1 200 OK")


async def test_an_answer_that_its_client_does_not_take_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    limit(monkeypatch, TAKEN_WITHIN=SOON)
    ended = asyncio.Event()

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        del scope
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        sending = asyncio.create_task(_without_end(send))
        assert (await receive())["type"] == "http.disconnect"
        sending.cancel()
        ended.set()

    async with connected(endless) as (_, writer):
        writer.write(GET)
        await ended.wait()


async def _without_end(send: Any) -> None:
    while True:
        await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
