"""Argument checks for the builders; every error names the argument at fault."""

import math
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import orjson

from order_projector.domain.limits import LARGEST_AMOUNT, LARGEST_QUANTITY, LONGEST_ID

Json = dict[str, Any]

_LONGEST_DERIVED: Final = 120


def cents(name: str, value: int) -> int:
    """Return an amount in the smallest currency unit.

    Raises TypeError if it is not an integer, ValueError if it is negative or too large.
    """
    return _whole(name, value, LARGEST_AMOUNT, "a whole number of cents")


def count(name: str, value: int) -> int:
    """Return a number of units. Raises TypeError or ValueError, as `cents` does."""
    return _whole(name, value, LARGEST_QUANTITY, "a whole number")


def identifier(name: str, value: str) -> str:
    """Return an id. Raises TypeError if it is not a string, ValueError if empty or too long."""
    if not isinstance(value, str):
        raise TypeError(f"{name}: {value!r} should be a string")
    if not 1 <= len(value) <= LONGEST_ID:
        raise ValueError(f"{name}: {len(value)} characters should be 1 to {LONGEST_ID}")
    return value


def given(name: str, value: str | None, otherwise: str) -> str:
    """Return an id, or the other one if none is given. Raises as `identifier` does."""
    return identifier(name, otherwise if value is None else value)


def metadata(values: Mapping[str, Any]) -> Json:
    """Return metadata.

    Raises TypeError if it is no mapping, ValueError for a number that JSON would turn into null.
    """
    if not isinstance(values, Mapping):
        raise TypeError(f"metadata: {values!r} should be a mapping")
    _finite(values)
    return dict(values)


def _finite(value: object) -> None:
    match value:
        case float() if not math.isfinite(value):
            raise ValueError(f"metadata: {value} should be a finite number")
        case Mapping():
            _finite(list(value.values()))
        case Sequence() if not isinstance(value, str | bytes):
            for each in value:
                _finite(each)


def known(values: Mapping[str, object], names: Collection[str], function: str) -> None:
    """Raise TypeError naming the first argument that the function does not accept."""
    for name in values:
        if name not in names:
            raise TypeError(
                f"{function}() got an unexpected argument {name!r}; it has {_list(names)}"
            )


def one_of(name: str, value: str, choices: Collection[str]) -> str:
    """Return the value if it is one of the choices. Raises ValueError listing them."""
    if value not in choices:
        raise ValueError(f"{name}: {value!r} should be one of {_list(choices)}")
    return value


def present(**members: Any) -> Json:
    """Return the members that are not None."""
    return {name: value for name, value in members.items() if value is not None}


def derived(*parts: str) -> str:
    """Derive a readable id from these parts; a long one is cut and ends in a hash."""
    name = "_".join(parts)
    if len(name) <= _LONGEST_DERIVED:
        return name
    return f"{name[:_LONGEST_DERIVED]}_{sha256(name.encode()).hexdigest()[:16]}"


def digest(content: Any) -> str:
    """Return a short hash of JSON content, independent of key order."""
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:8]


def _whole(name: str, value: int, largest: int, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name}: {value!r} should be {what}")
    if not 0 <= value <= largest:
        raise ValueError(f"{name}: {value} should be {what}, from 0 to {largest}")
    return value


def _list(names: Collection[str]) -> str:
    return ", ".join(sorted(names))
