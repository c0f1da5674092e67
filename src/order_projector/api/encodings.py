"""Compressed answers: which ones are, for whom, and how they differ from those that are not."""

from collections.abc import Iterable
from typing import Any, Final

Headers = Iterable[tuple[bytes, bytes]]

_COMPRESSED: Final = ("/v1/orders", "/v1/exports", "/v1/async-actions", "/orders")
_ACCEPTED: Final = b"accept-encoding"
_GZIP: Final = '-gzip"'
"""How the ETag of a compressed answer ends: two forms of an answer have not the same bytes."""


def has_two_forms(method: str, path: str) -> bool:
    """Whether the answer is a list or a file, compressed for clients that take gzip."""
    is_order = path.startswith("/v1/orders/")
    return path.startswith(_COMPRESSED) and not is_order and method in {"GET", "HEAD"}


def accepts_gzip(headers: Headers) -> bool:
    """Whether the client of a request takes gzip."""
    return any(name == _ACCEPTED and _names_gzip(value) for name, value in headers)


def with_gzip_alone(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Return the headers with one coding: the middleware reads one header, and in small letters."""
    others = [each for each in headers if each[0] != _ACCEPTED]
    return [*others, (_ACCEPTED, b"gzip")]


def _names_gzip(accepted: bytes) -> bool:
    for each in accepted.lower().split(b","):
        coding, *parameters = (part.strip().replace(b" ", b"") for part in each.split(b";"))
        if coding == b"gzip":
            return not any(part in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"} for part in parameters)
    return False


def sent(headers: Headers) -> list[tuple[bytes, Any]]:
    """Return the headers of an answer, the ETag being that of the form in which it is sent."""
    found = list(headers)
    if not any(name.lower() == b"content-encoding" for name, _ in found):
        return found
    return [
        (name, compressed(value.decode()).encode() if name.lower() == b"etag" else value)
        for name, value in found
    ]


def compressed(etag: str) -> str:
    """Return the ETag of the compressed form."""
    return etag.removesuffix('"') + _GZIP


def as_it_is(etag: str) -> str:
    """Return the ETag of the form that is not compressed, whichever form it is of."""
    return etag.removesuffix(_GZIP) + '"' if etag.endswith(_GZIP) else etag
