"""The port on which workers and the API answer."""

import asyncio
import socket
from typing import Any

import pytest
from uvicorn.protocols.http.h11_impl import H11Protocol

from order_projector.hosting.server import Address, Variables, listening
from order_projector.local.ports import HOST, free_port
from order_projector.settings import ConfigurationError


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


async def asked(host: str, port: int) -> None:
    """Listen there, and stop."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del scope, receive, send

    async with listening(app, Address(host, port, Variables("http_host", "http_port")), 1, {}):
        pass


@pytest.mark.parametrize("host", ["203.0.113.1", "2001:db8::1"])
async def test_an_address_that_this_machine_does_not_have_is_said_with_the_host(host: str) -> None:
    """The addresses are of the ranges for documentation, which no machine has."""
    with pytest.raises(ConfigurationError, match=f"^ORDERS_HTTP_HOST: {host}:"):
        await asked(host, free_port())


async def test_a_port_that_is_taken_is_said_with_the_port() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"^ORDERS_HTTP_PORT: {HOST}:{port}: "):
            await asked(HOST, port)
