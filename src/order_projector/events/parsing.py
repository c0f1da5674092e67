"""Parse bytes into a JSON value, with parsers that no input can crash or stall.

Both parsers take linear time and bound their own recursion. The fast one refuses two things that
JSON allows: a lone surrogate escape, and a number of more than 4,300 digits. Neither matters in a
field that is not read, so what the fast parser refuses is passed to the standard library. So is a
text with a number that double precision may change: only the standard library shows its digits.
"""

import json
import math
import re
from decimal import Decimal
from typing import Any, NoReturn

from pydantic_core import from_json

from order_projector.domain.limits import DEEPEST

_MOST_DIGITS = 400
"""An integer with more digits exceeds the range of a double and of every field that is read."""


def parse(value: bytes) -> Any:
    """Return the JSON value of a UTF-8 text; an integer beyond any valid range may become infinite.

    Raises ValueError if the text is not JSON, or is nested deeper than `DEEPEST` levels.
    """
    outline = value.translate(_OUTLINED, _LEFT_OUT)
    document = _parsed(value, outline)
    # The count of brackets bounds the depth cheaply; few values need the exact check.
    if outline.count(b"{") + outline.count(b"[") > DEEPEST and is_deeper(document, DEEPEST):
        raise ValueError(_TOO_DEEP)
    return document


_OUTLINED = bytes.maketrans(b"0123456789.E", b"00000000000e")
_LEFT_OUT = bytes(set(range(256)) - set(b'0123456789.eE"{[,:-'))
"""An outline has what decides of a text: its quotes and brackets, and the shapes of its numbers."""


def _parsed(value: bytes, outline: bytes) -> Any:
    if _may_change_a_number(value, outline):
        return _parse_all_that_json_allows(value)
    try:
        return from_json(value, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        return _parse_all_that_json_allows(value)


class ChangedNumber(float):
    """A number that double precision has changed: it is not what the text says."""


def _may_change_a_number(value: bytes, outline: bytes) -> bool:
    """Whether a text may hold a number that double precision changes.

    Few outlines hold what all such numbers do, so that few texts are searched for one.
    """
    is_possible = _is_in if b"\\" in value else _is_outside_of_strings
    if is_possible(_EXPONENT, outline) or is_possible(_LONG, outline):
        return _MAY_CHANGE.search(value) is not None
    return False


_EXPONENT, _LONG = b"0e", b"0" * 16
_MAY_CHANGE = re.compile(rb"[\s:,\[]-?(?:(?=[0-9.]{16})[0-9]+\.|[0-9][0-9.]*[eE])")
"""How any number begins that double precision may change: a long fraction, or an exponent."""


def _is_in(shape: bytes, outline: bytes) -> bool:
    return shape in outline


def _is_outside_of_strings(shape: bytes, outline: bytes) -> bool:
    """Whether a text without escapes has this shape outside of its strings; ids often have it."""
    at = outline.find(shape)
    seen, quotes = 0, 0
    while at >= 0:
        quotes += outline.count(b'"', seen, at)
        if quotes % 2 == 0:
            return True
        seen = outline.find(b'"', at)
        at = outline.find(shape, seen) if seen >= 0 else -1
    return False


def _real(text: str) -> float:
    """Parse a number with a fraction or an exponent; mark one that double precision changes."""
    number = float(text)
    if math.isinf(number):
        return number
    if len(text) > _MOST_DIGITS or Decimal(text) != Decimal(repr(number)):
        return ChangedNumber(number)
    return number


_TOO_DEEP = f"nested deeper than {DEEPEST} levels"


def _parse_all_that_json_allows(value: bytes) -> Any:
    try:
        return _PATIENT.decode(value.decode())
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def _integer(text: str) -> int | float:
    """Parse an integer; a long one becomes infinite.

    Python refuses integers of more than 4,300 digits and takes quadratic time for long ones.
    """
    if len(text) <= _MOST_DIGITS:
        return int(text)
    return -math.inf if text.startswith("-") else math.inf


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


_PATIENT = json.JSONDecoder(parse_int=_integer, parse_float=_real, parse_constant=_no_number)


def is_deeper(document: Any, limit: int) -> bool:
    """Whether containers are nested beyond the limit; searched depth first, for memory locality."""
    found = [(document, 1)] if type(document) in _CONTAINERS else []
    while found:
        container, depth = found.pop()
        members = container.values() if type(container) is dict else container
        inner = [each for each in members if type(each) in _CONTAINERS]
        if inner and depth == limit:
            return True
        found.extend([(each, depth + 1) for each in inner if each])
    return False


_CONTAINERS = frozenset((dict, list))
