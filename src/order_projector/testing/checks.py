"""Argument checks for the builders; every error names the argument at fault."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, TypeVar

import orjson

from order_projector.domain.limits import LARGEST_AMOUNT, LARGEST_QUANTITY, LONGEST_ID

Json = dict[str, Any]
Made = TypeVar("Made")

_LONGEST_DERIVED: Final = 120
_SMALLEST_INTEGER: Final = -(2**63)
_LARGEST_INTEGER: Final = 2**63 - 1


def cents(name: str, value: int) -> int:
    """Return an amount in the smallest currency unit.

    Raises TypeError if it is not an integer, ValueError if it is negative or too large.
    """
    return _whole(name, value, LARGEST_AMOUNT, "a whole number of cents")


def count(name: str, value: int) -> int:
    """Return a number of units. Raises TypeError or ValueError, as `cents` does."""
    return _whole(name, value, LARGEST_QUANTITY, "a whole number")


def text(name: str, value: str) -> str:
    """Return a text. Raises TypeError if it is not a string, ValueError if UTF-8 cannot hold it."""
    if not isinstance(value, str):
        raise TypeError(f"{name}: {value!r} should be a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name}: {value!r} should be text without lone surrogates") from None
    return value


def identifier(name: str, value: str) -> str:
    """Return an id.

    Raises TypeError if it is not a string, ValueError if it is empty, too long or holds a NUL.
    """
    if not 1 <= len(text(name, value)) <= LONGEST_ID:
        raise ValueError(f"{name}: {len(value)} characters should be 1 to {LONGEST_ID}")
    if "\0" in value:
        raise ValueError(f"{name}: {value!r} must not hold a NUL character")
    return value


def made(name: str, value: object, kind: type[Made], makers: str) -> Made:
    """Return what one of the makers has made. Raises TypeError if it is something else."""
    if not isinstance(value, kind):
        raise TypeError(f"{name}: {value!r} should be made by {makers}")
    return value


def all_made(name: str, values: object, kind: type[Made], makers: str) -> list[Made]:
    """Return the members of a list, all made by the makers. Raises TypeError if they are not."""
    if not isinstance(values, Iterable):
        raise TypeError(f"{name}: {values!r} should be a list of what {makers} makes")
    return [made(name, value, kind, makers) for value in values]


def given(name: str, value: str | None, otherwise: str) -> str:
    """Return an id, or the other one if none is given. Raises as `identifier` does."""
    return identifier(name, otherwise if value is None else value)


def metadata(values: Mapping[str, Any]) -> Json:
    """Return metadata.

    Raises TypeError if it is not a mapping or a key is not a string, ValueError for a number that
    JSON would turn into null, and for a number or text that it cannot hold.
    """
    if not isinstance(values, Mapping):
        raise TypeError(f"metadata: {values!r} should be a mapping")
    try:
        _in_json(values)
    except RecursionError:
        raise ValueError("metadata: nested too deeply") from None
    return dict(values)


def _in_json(value: object) -> None:
    match value:
        case float() if not math.isfinite(value):
            raise ValueError(f"metadata: {value} should be a finite number")
        case int() if not _SMALLEST_INTEGER <= value <= _LARGEST_INTEGER:
            raise ValueError(f"metadata: {value} should be an integer of 64 bits")
        case str():
            text("metadata", value)
        case Mapping():
            for name, member in value.items():
                text("metadata", name)
                _in_json(member)
        case Sequence() if not isinstance(value, bytes):
            for each in value:
                _in_json(each)


def known(values: Mapping[str, object], names: Collection[str], function: str) -> None:
    """Raise TypeError naming the first argument that the function does not accept."""
    for name in values:
        if name not in names:
            raise TypeError(
                f"{function}() got an unexpected argument {name!r}; it has {_list(names)}"
            )


def text_in(options: Mapping[str, Any], name: str, usual: str | None = None) -> str | None:
    """Return the text of this name in the options, if there is one. Raises as `text` does."""
    value = options.get(name, usual)
    return None if value is None else text(name, value)


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
