"""Connections of clients that speak HTTP otherwise than they should."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator

import pytest

from order_projector.api import HTTP_OPTIONS
from order_projector.hosting.server import Address, Variables, listening
from order_projector.local.ports import HOST, free_port
from tests.support.api import HEADERS, World, created

KEY = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
PUT = f"PUT /v1/orders/ord_1 HTTP/1.1\r\nHost: a\r\n{KEY}"


@pytest.fixture
async def port(api: World) -> AsyncIterator[int]:
    """Serve an API that has an order, and yield the port."""
    await created(api, id="ord_1", amount=5)
    number = free_port()
    address = Address(HOST, number, Variables("api_host", "api_port"))
    async with listening(api.app, address, 1, HTTP_OPTIONS):
        yield number


async def said(port: int, text: str) -> tuple[bytes, dict[str, str], bytes]:
    """Return the status line, the headers and the rest of what a text is answered with."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(text.encode("latin-1"))
    answer = await reader.read()  # until the connection ends
    writer.close()
    head, _, rest = answer.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    headers = (line.decode().partition(": ") for line in lines)
    return status, {name.lower(): value for name, _, value in headers}, rest


@pytest.mark.parametrize(
    "text",
    [
        "\x16\x03\x01\r\n\r\n",
        "GET /v1/orders HTTP/1.1\r\n\r\n",
        "GET /v1/orders HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        f"{PUT}Content-Length: -1\r\n\r\n{{}}",
        f"{PUT}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}",
        f"{PUT}Transfer-Encoding: gzip, chunked\r\n\r\n",
        f"{PUT}Transfer-Encoding: chunked\r\n\r\nno\r\n",
    ],
)
async def test_what_is_no_request_is_answered_with_an_error_as_every_request_is(
    api: World, port: int, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "order_projector.api.access")
    status, headers, body = await said(port, text)
    usual = await api.get("/v1/none")

    assert status == b"HTTP/1.1 400 Bad Request"
    assert headers["connection"] == "close"
    of_api = {"x-rate-limit-limit", "x-rate-limit-remaining"}
    assert headers.keys() - {"connection"} == usual.headers.keys() - of_api
    assert json.loads(body) == {
        "code": 400,
        "key": "invalid_payload",
        "message": "Invalid payload",
        "details": "The request is not HTTP/1.1",
        "request_id": headers["x-request-id"],
    }
    logged = [getattr(record, "request_id", None) for record in caplog.records]
    assert headers["x-request-id"] in logged


@pytest.mark.parametrize(
    "text",
    [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /v1/orders HTTP/3.0\r\nHost: a\r\n\r\n",
        "GET /v1/orders HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /v1/orders HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET /orders HTTP/1.1\r\nHost: a:b\r\n\r\n",
        f"{PUT.replace('1.1', '1.0')}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n",
    ],
)
async def test_a_request_that_its_version_or_host_makes_none_is_refused_and_the_last_one(
    port: int, text: str
) -> None:
    status, headers, body = await said(port, text)

    assert status == b"HTTP/1.1 400 Bad Request"
    assert headers["connection"].lower() == "close"
    assert json.loads(body)["details"] == "The request is not HTTP/1.1"
    assert json.loads(body)["request_id"] == headers["x-request-id"]


@pytest.mark.parametrize("host", ["", "a_b.example:80", "[::1]:8080", "127.0.0.1", "a:"])
async def test_a_request_to_any_host_that_may_be_one_is_answered(port: int, host: str) -> None:
    text = f"GET /livez HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"

    assert (await said(port, text))[0] == b"HTTP/1.1 200 OK"


async def test_a_later_version_of_http_1_is_read_as_the_latest_known(port: int) -> None:
    text = "GET /livez HTTP/1.2\r\nHost: a\r\nConnection: close\r\n\r\n"

    assert (await said(port, text))[0] == b"HTTP/1.1 200 OK"


async def test_a_body_that_cannot_be_read_after_its_request_was_refused_ends_the_connection(
    port: int,
) -> None:
    """No request waits for another answer."""
    reader, writer = await asyncio.open_connection(HOST, port)
    writer.write(f"{PUT}Content-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    await reader.readexactly(length)

    writer.write(b"no\r\n")

    assert head.startswith(b"HTTP/1.1 415 ")
    rest = b""
    with contextlib.suppress(ConnectionResetError):
        rest = await reader.read()
    assert rest == b""
    writer.close()


async def test_after_a_body_of_ambiguous_length_no_request_is_taken_from_the_connection(
    api: World, port: int
) -> None:
    """It counts by its chunks, and who counts by the length sees another request in it."""
    text = f"{PUT}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"

    status, headers, rest = await said(port, f'{text}{PUT}Content-Length: 12\r\n\r\n{{"amount":6}}')

    assert status == b"HTTP/1.1 200 OK"
    assert headers["connection"] == "close"
    assert b"HTTP/1.1" not in rest
    assert (await api.get("/v1/orders/ord_1")).json()["amount"] == 5


@pytest.mark.parametrize("target", ["*", "http://a", "HTTP://a:80"])
async def test_the_server_is_asked_for_its_methods(port: int, target: str) -> None:
    asked = f"OPTIONS {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    status, headers, _ = await said(port, asked)

    assert status == b"HTTP/1.1 204 No Content"
    assert headers["allow"] == "DELETE, GET, HEAD, OPTIONS, POST, PUT"
