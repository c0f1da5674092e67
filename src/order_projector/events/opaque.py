"""Free JSON values that are kept as they are: what the store could not give back is refused.

Nearly every value is fine, so one loop judges all of it; only where something is wrong is it walked
once more, to say where.
"""

import math
from collections.abc import Iterable
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
    has_nulls, found = False, [value]
    while found:
        each = found.pop()
        kind = type(each)
        if kind is dict:
            fits = _keys_are_storable(each)
            found.extend(each.values())
        elif kind is list:
            fits = True
            found.extend(each)
        elif kind is int:
            fits = _SMALLEST <= each <= _LARGEST
        elif kind is str:
            fits = each.isascii() or is_unicode(each)
        else:
            fits = kind is not float or not math.isinf(each)
            has_nulls = has_nulls or each is None
        if not fits:
            return Judged(is_storable=False, has_nulls=has_nulls)
    return Judged(is_storable=True, has_nulls=has_nulls)


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


def _fault_of_scalar(scalar: Any) -> str:
    if judge(scalar).is_storable:
        return ""
    match scalar:
        case str():
            return f": {LONE_SURROGATE}"
        case int():
            return ": an integer beyond 64 bits"
        case _:
            return ": a number beyond double precision"


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
