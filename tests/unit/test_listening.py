"""The port on which workers and the API answer."""

import asyncio
import socket
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from order_projector.hosting.server import Address, Variables, listening
from order_projector.local.ports import HOST, free_port


async def test_an_answer_does_not_wait_until_the_client_has_confirmed_its_head() -> None:
    """Otherwise it takes 40 ms on a persistent connection, because the client acknowledges late."""
    accepted: list[asyncio.BaseTransport] = []

    class Connection(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            accepted.append(transport)
            super().connection_made(transport)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    port = free_port()
    address = Address(HOST, port, Variables("http_host", "http_port"))
    async with listening(app, address, 1, {"http": Connection}):
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        (transport,) = accepted
        server = transport.get_extra_info("socket")
        assert server.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        writer.close()
