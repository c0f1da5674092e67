"""Free JSON values that are kept as they are: what the store could not give back is refused.

Nearly every value is fine, so it is judged level by level, a kind of values at a time; only where
something is wrong is it walked once more, to say where.
"""

import math
from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple

from order_projector.events.places import path
from order_projector.events.text import LONE_SURROGATE, is_unicode

_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


class Judged(NamedTuple):
    """Whether a value comes back unchanged, and whether there are nulls in it."""

    is_storable: bool
    has_nulls: bool


def judge(value: Any) -> Judged:
    """Look at all that a JSON value holds, in time linear in its size."""
    level, has_nulls = [value], False
    while level:
        kinds = set(map(type, level))
        has_nulls = has_nulls or type(None) in kinds
        objects = [each for each in level if type(each) is dict] if dict in kinds else ()
        arrays = [each for each in level if type(each) is list] if list in kinds else ()
        if not _scalars_are_storable(level, kinds) or not all(map(_keys_are_storable, objects)):
            return Judged(is_storable=False, has_nulls=has_nulls)
        level = [
            *chain.from_iterable(each.values() for each in objects),
            *chain.from_iterable(arrays),
        ]
    return Judged(is_storable=True, has_nulls=has_nulls)


def _scalars_are_storable(level: Iterable[Any], kinds: set[type]) -> bool:
    if str in kinds and not all(is_unicode(each) for each in level if type(each) is str):
        return False
    if float in kinds and any(math.isinf(each) for each in level if type(each) is float):
        return False
    return int not in kinds or all(
        _SMALLEST <= each <= _LARGEST for each in level if type(each) is int
    )


def _keys_are_storable(value: dict[str, Any]) -> bool:
    keys = "".join(value)
    return "\0" not in keys and (keys.isascii() or all(map(is_unicode, value)))


def fault_in(value: Any) -> str:
    """Return the path and the reason of the first fault in a value that cannot be stored.

    The empty text where there is none. The path continues that of the value.
    """
    match value:
        case dict():
            return _fault_of_members(value.items())
        case list():
            return _fault_of_members(enumerate(value))
        case _:
            return _fault_of_scalar(value)


def _fault_of_scalar(value: Any) -> str:
    match value:
        case str() if not is_unicode(value):
            return f": {LONE_SURROGATE}"
        case bool():
            return ""
        case int() if not _SMALLEST <= value <= _LARGEST:
            return ": an integer beyond 64 bits"
        case float() if math.isinf(value):
            return ": a number beyond double precision"
        case _:
            return ""


def _fault_of_members(members: Iterable[tuple[int | str, Any]]) -> str:
    for at, member in members:
        if isinstance(at, str):
            if "\0" in at:
                return ": a key must not hold a NUL character"
            if not is_unicode(at):
                return f": a key {LONE_SURROGATE}"
        if fault := fault_in(member):
            return f"{path([at])}{fault}"
    return ""
