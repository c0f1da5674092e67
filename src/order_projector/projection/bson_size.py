"""The size of a JSON object in BSON, byte for byte, and the values that BSON cannot hold."""

from collections.abc import Iterable, Mapping
from types import NoneType
from typing import Any, Final

_FIXED: Final[dict[type, int]] = {NoneType: 0, bool: 1, float: 8}


class Unstorable(Exception):
    """A value that no document can hold; the message names its kind but never the value."""


def size_of(document: Mapping[str, Any]) -> int:
    """Return the number of bytes of a JSON object in BSON. Raises `Unstorable`."""
    return _elements(document.items())


def _elements(elements: Iterable[tuple[str, Any]]) -> int:
    size = 5  # length prefix and terminator
    for name, value in elements:
        if "\0" in name:
            raise Unstorable("a key holds a NUL character")
        size += _length(name) + 2 + _value(value)
    return size


def _value(value: Any) -> int:
    fixed = _FIXED.get(type(value))
    if fixed is not None:
        return fixed
    match value:
        case str():
            return _length(value) + 5
        case bytes():
            return len(value) + 5
        case int():
            return _integer(value)
        case Mapping():
            return _elements(value.items())
        case list() | tuple():
            return _elements((str(index), element) for index, element in enumerate(value))
        case _:
            raise Unstorable(f"{type(value).__name__} is not a JSON value")


def _length(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise Unstorable("a text holds a lone surrogate") from None


def _integer(value: int) -> int:
    if -(2**31) <= value < 2**31:
        return 4
    if -(2**63) <= value < 2**63:
        return 8
    raise Unstorable("an integer has more than 64 bits")
