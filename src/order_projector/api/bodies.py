"""Bodies of requests: their media type, their size, their JSON."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final, TypeVar

from fastapi import Request

from order_projector.api.errors import ApiError, Key, invalid_payload
from order_projector.events.parsing import parse
from order_projector.events.parsing_in_pieces import NoArray, array_in_pieces

T = TypeVar("T")

_UTF8: Final = frozenset({"utf-8", "utf8"})


def object_of(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a body; an empty body is an empty object."""
    value = parse_json(body) if body.strip() else {}
    if value == []:
        return {}
    if not isinstance(value, dict):
        raise invalid_payload("The body must be a JSON object")
    return value


async def read_json_text(request: Request, limit: int) -> bytes:
    """Return the bytes of a body of JSON. Of a request without a body no type is looked at."""
    stream = request.stream()
    chunk = b""
    async for chunk in stream:
        if chunk:
            break
    if not chunk:
        return b""
    check_type(request)
    return await _read(request, chunk, stream, limit)


async def read_bytes(request: Request, limit: int) -> bytes:
    """Return the bytes of a body, whatever they are."""
    return await _read(request, b"", request.stream(), limit)


async def _read(request: Request, first: bytes, stream: AsyncIterator[bytes], limit: int) -> bytes:
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > limit:
        raise _too_large(limit)
    body = bytearray(first)
    async for chunk in stream:
        body += chunk
        if len(body) > limit:
            break
    if len(body) > limit:
        raise _too_large(limit)
    return bytes(body)


def parse_json(body: bytes) -> Any:
    """Return the JSON of a body; of a key given twice the last counts."""
    try:
        return parse(body)
    except ValueError as error:
        raise _no_json(error) from None


async def count_elements(body: bytes) -> int:
    """Return how many elements the JSON array of a body has, without blocking the event loop."""
    count = 0
    try:
        async for elements in in_turns(array_in_pieces(body)):
            count += len(elements)
    except NoArray:
        raise invalid_payload("The body must be a JSON array of orders") from None
    except ValueError as error:
        raise _no_json(error) from None
    return count


async def in_turns(pieces: Iterable[T]) -> AsyncIterator[T]:
    """Yield the pieces; what else there is to do has its turn after each."""
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)


def _no_json(error: ValueError) -> ApiError:
    return invalid_payload(f"The body is not JSON: {error}")


def check_type(request: Request) -> None:
    """Raise `ApiError` if a body is not JSON by its headers."""
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity"}:
        raise ApiError(Key.UNSUPPORTED_MEDIA_TYPE, "The body must have no Content-Encoding")
    stated = request.headers.get("content-type")
    if stated is None or not stated.strip():
        return
    media_type, *parameters = (part.strip().lower() for part in stated.split(";"))
    if media_type != "application/json" and not (
        media_type.endswith("+json") and "/" in media_type
    ):
        raise ApiError(Key.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in _UTF8:
            raise ApiError(Key.UNSUPPORTED_MEDIA_TYPE, "The charset must be UTF-8")


def _too_large(limit: int) -> ApiError:
    return ApiError(Key.PAYLOAD_TOO_LARGE, f"The body has more than {limit} bytes")
