"""A request is answered by its path, in whichever form its target gives it."""

import asyncio
from typing import Any

import pytest

from order_projector.hosting.server import Address, Variables, listening
from order_projector.local.ports import HOST, free_port


async def seen(target: str) -> tuple[str, bytes, bytes]:
    """Return the path, the raw path and the query that the app is given for a target."""
    scopes = list[Any]()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        del receive
        scopes.append(scope)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    port = free_port()
    address = Address(HOST, port, Variables("http_host", "http_port"))
    async with listening(app, address, 1, {"http": "h11"}):
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204 ")
        writer.close()
    (scope,) = scopes
    return scope["path"], scope["raw_path"], scope["query_string"]


@pytest.mark.parametrize(
    ("target", "path", "raw", "query"),
    [
        ("/a%2Fb?c=http://d/", "/a/b", b"/a%2Fb", b"c=http://d/"),
        ("http://a/v1/orders?limit=1", "/v1/orders", b"/v1/orders", b"limit=1"),
        ("HTTPS://user@other:8080/a%2Fb", "/a/b", b"/a%2Fb", b""),
        ("http://[::1]:80/x", "/x", b"/x", b""),
        ("http://a", "/", b"/", b""),
        ("http://a?b=c", "/", b"/", b"b=c"),
        ("http:///x", "/x", b"/x", b""),
        ("//a/b", "//a/b", b"//a/b", b""),
        ("/http://a/b", "/http://a/b", b"/http://a/b", b""),
    ],
)
async def test_a_target_in_absolute_form_is_its_path_and_query(
    target: str, path: str, raw: bytes, query: bytes
) -> None:
    assert await seen(target) == (path, raw, query)
