"""Parse a long JSON array piece by piece.

A parser that is not written in Python holds the interpreter until its end, in a thread, too: parsed
at once, a whole import would keep everything else waiting for more than a second.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from order_projector.domain.limits import DEEPEST
from order_projector.events.parsing import parse

PIECE: Final = 16_384
"""Bytes after which an array is divided, once the element that they end in is over."""

_OPENING: Final = re.compile(rb"[ \t\n\r]*+(\[)?")
_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TO_BRACKET: Final = re.compile(rb'(?:[^"\[\]{}]++|%b)*+([\[\]{}])?' % _STRING, re.DOTALL)
_TO_COMMA: Final = re.compile(rb'(?:[^"\[\]{},]++|%b)*+([\[\]{},])?' % _STRING, re.DOTALL)
"""How an array goes on up to the next bracket, or the next comma, outside of strings."""


class NoArray(Exception):
    """A JSON text is another value than an array."""


def array_in_pieces(text: bytes, piece: int = PIECE) -> Iterator[list[Any]]:
    """Yield the elements of a JSON array, those of each piece together, as `parse` reads them.

    Raises ValueError as `parse` does, and `NoArray`.
    """
    start = 0
    for end in _commas(text, piece):
        yield _elements(start, b"%b%b]" % (b"[" if start else b"", text[start:end]))
        start = end + 1
    if start:
        yield _elements(start, b"[" + text[start:])
        return
    value = parse(text)
    if not isinstance(value, list):
        raise NoArray
    yield value


def _elements(start: int, array: bytes) -> list[Any]:
    """Return the elements of a piece that begins there, of which there has to be one."""
    try:
        elements: list[Any] = parse(array)
    except ValueError as error:
        raise _placed(start, str(error)) from None
    if not elements:
        raise _placed(start, "an element is missing")
    return elements


def _placed(start: int, reason: str) -> ValueError:
    return ValueError(f"from byte {start - 1} on: {reason}" if start else reason)


def _commas(text: bytes, piece: int) -> Iterator[int]:
    """Yield where to divide an array: commas between its elements, at least a piece apart."""
    found, depth, start = _OPENING.match(text), 0, 0
    while found and found[1]:
        at = found.end()
        match found[1]:
            case b"[" | b"{":
                depth += 1
            case b"]" | b"}":
                depth -= 1
            case _ if at - start > piece:
                yield at - 1
                start = at
        if not 0 < depth <= DEEPEST:
            return
        found = (_TO_COMMA if depth == 1 else _TO_BRACKET).match(text, at)
