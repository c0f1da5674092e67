"""Checks of free JSON: it is stored as given, or rejected if the store would alter it.

Nearly every value is valid, so a single fast loop checks it; only an invalid value is walked again,
to find the place of the fault.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from order_projector.events.parsing import ChangedNumber
from order_projector.events.places import Fault, Place
from order_projector.events.text import LONE_SURROGATE, is_unicode

_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


class Judged(NamedTuple):
    """Whether the store returns a value unchanged, and whether the value contains nulls."""

    is_storable: bool
    has_nulls: bool


_STORABLE: Final = Judged(is_storable=True, has_nulls=False)
_WITH_NULLS: Final = Judged(is_storable=True, has_nulls=True)
_NOT_STORABLE: Final = Judged(is_storable=False, has_nulls=False)


def judge(value: Any) -> Judged:
    """Check everything in a JSON value, in time linear in its size.

    Of a value that cannot be stored, `has_nulls` says nothing.
    """
    has_nulls, members = False, iter((value,))
    inside: list[Iterator[Any]] = []
    while True:
        for each in members:
            kind = type(each)
            if kind is str:
                fits = each.isascii() or is_unicode(each)
            elif kind is int:
                fits = _SMALLEST <= each <= _LARGEST
            elif kind is dict:
                fits = _keys_are_storable(each)
                inside.append(iter(each.values()))
            elif kind is list:
                fits = True
                inside.append(iter(each))
            else:
                fits = kind is not ChangedNumber and (kind is not float or not math.isinf(each))
                has_nulls = has_nulls or each is None
            if not fits:
                return _NOT_STORABLE
        if not inside:
            return _WITH_NULLS if has_nulls else _STORABLE
        members = inside.pop()


def _keys_are_storable(value: dict[str, Any]) -> bool:
    keys = "".join(value)
    return "\0" not in keys and (keys.isascii() or all(map(is_unicode, value)))


def fault_in(value: Any, place: Place = ()) -> Fault | None:
    """Return the first fault that keeps a value from being stored, or None if it can be."""
    match value:
        case dict():
            return _fault_of_members(value.items(), place)
        case list():
            return _fault_of_members(enumerate(value), place)
        case _ if judge(value).is_storable:
            return None
        case str():
            return Fault(place, LONE_SURROGATE)
        case int():
            return Fault(place, "an integer beyond 64 bits")
        case _:
            return Fault(place, "a number that double precision would change")


def _fault_of_members(members: Iterable[tuple[int | str, Any]], place: Place) -> Fault | None:
    for at, member in members:
        if isinstance(at, str) and "\0" in at:
            return Fault(place, "a key must not hold a NUL character")
        if isinstance(at, str) and not is_unicode(at):
            return Fault(place, f"a key {LONE_SURROGATE}")
        if fault := fault_in(member, (*place, at)):
            return fault
    return None
