"""Decode documents exactly as they were written, whatever they contain."""

from contextlib import suppress
from typing import Any, Final

import bson
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument

RAW: Final = CodecOptions(
    document_class=RawBSONDocument,
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
    unicode_decode_error_handler="replace",
)
"""Read documents as bytes: if the driver decoded them, one bad document would fail the query."""


def decoded(document: RawBSONDocument) -> dict[str, Any]:
    """Decode a document without changing it.

    The driver converts any object with the key ``$ref`` to a `DBRef`, which changes the key
    order, but in metadata ``$ref`` is an ordinary key. The worker never writes what the driver
    cannot decode (such as a date out of range); such a document is decoded member by member.
    """
    raw = bytes(document.raw)
    plain: dict[str, Any]
    if b"$ref" not in raw:
        with suppress(InvalidBSON):
            plain = bson.decode(raw)
            return plain
    plain = _plain(document)
    return plain


def _plain(value: Any) -> Any:
    match value:
        case RawBSONDocument():
            return {name: _plain(member) for name, member in value.items()}
        case list():
            return [_plain(member) for member in value]
        case _:
            return value
