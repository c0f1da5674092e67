"""Documents as they were written, whatever they hold."""

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
"""Documents as their bytes: a driver that decodes them fails for all where it fails for one."""


def decoded(document: RawBSONDocument) -> dict[str, Any]:
    """The document as it was written.

    The driver takes any object with the key ``$ref`` for one of its own, with the keys in a
    sequence of its own. In metadata it is a key like any other. What it cannot decode (a date
    beyond its calendar) nobody has written here; such a document is taken apart with care.
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
