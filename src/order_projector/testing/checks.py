"""Argument checks for the builders; every error names the argument at fault."""

from collections.abc import Collection, Mapping
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
