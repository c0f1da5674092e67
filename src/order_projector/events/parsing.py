"""From bytes to a JSON value, by parsers that no input can crash or keep busy.

Both parsers are linear in the bytes and bound their own recursion. The fast one refuses two things
that JSON allows: a lone surrogate escape, and a number of more than 4,300 digits. In a field that
nobody reads neither matters, so what the fast one refuses is given to the standard library.
"""

import json
import math
from typing import Any, NoReturn

from pydantic_core import from_json

DEEPEST = 64
"""Levels of objects and arrays in one event; its own envelope is the first."""

_MOST_DIGITS = 400
"""An integer of more digits is beyond double precision, and beyond every field that is read."""


def parse(value: bytes) -> Any:
    """Return the JSON value of a UTF-8 text; an integer beyond all use is infinite.

    Raises ValueError where it is not JSON, or nested deeper than `DEEPEST` levels.
    """
    try:
        document = from_json(value, allow_inf_nan=False, cache_strings="keys")
    except ValueError:
        document = _parse_all_that_json_allows(value)
    if value.count(b"{") + value.count(b"[") > DEEPEST and _is_deeper(document, DEEPEST):
        raise ValueError(_TOO_DEEP)
    return document


_TOO_DEEP = f"nested deeper than {DEEPEST} levels"


def _parse_all_that_json_allows(value: bytes) -> Any:
    try:
        return _PATIENT.decode(value.decode())
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None


def _integer(text: str) -> int | float:
    """Python refuses integers of more than 4,300 digits, and needs quadratic time for long ones."""
    if len(text) <= _MOST_DIGITS:
        return int(text)
    return -math.inf if text.startswith("-") else math.inf


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


_PATIENT = json.JSONDecoder(parse_int=_integer, parse_constant=_no_number)


def _is_deeper(document: Any, limit: int) -> bool:
    """Whether containers stand in each other beyond the limit; depth first, as memory has them."""
    found = [(document, 1)] if isinstance(document, dict | list) else []
    while found:
        container, depth = found.pop()
        if depth > limit:
            return True
        depth += 1
        members = container.values() if type(container) is dict else container
        found.extend([(each, depth) for each in members if type(each) in _CONTAINERS])
    return False


_CONTAINERS = frozenset((dict, list))
