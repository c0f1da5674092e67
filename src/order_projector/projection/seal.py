"""A seal on the projection state: it shows what something else than a worker has changed.

What a fold can derive needs none. The rest, as the number of the revision or its causes, follows
from a history that is not kept: each member of it has a short checksum.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from zlib import crc32

import orjson

SEAL: Final = "seal"

SEALED: Final = (
    *("counter", "revision", "erased", "facts", "apart", "claims", "imports", "changes"),
    *("causes", "pending", "retired", "offsets", "traceparent", "revision_flags"),
)
"""The members, in the sequence of their checksums; never changed, only added to at the end."""

_DIGITS: Final = 4
_OF_NOTHING: Final = "0" * _DIGITS


def seal_of(members: Mapping[str, Any]) -> str:
    """Return the seal of a state as it is laid out."""
    held = [members.get(name) for name in SEALED]
    # Most members are empty, most of the time.
    return "".join([_checksum(value) if value else _OF_NOTHING for value in held])


def broken(members: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the members that are not as they were sealed; none without a seal."""
    seal = members.get(SEAL)
    if not isinstance(seal, str):
        return ()
    parts = (seal[at : at + _DIGITS] for at in range(0, len(seal), _DIGITS))
    return tuple(
        name
        for name, part in zip(SEALED, parts, strict=False)
        if part != _checksum(members.get(name))
    )


def _checksum(value: Any) -> str:
    if not value:
        return _OF_NOTHING
    return _of_number(value) if type(value) is int else _of_text(value)


@lru_cache(maxsize=1024)
def _of_number(value: int) -> str:
    """Remember the checksums of counters: those of orders of an age are the same."""
    return _of_text(value)


def _of_text(value: Any) -> str:
    try:
        text = orjson.dumps(value)
    except TypeError:  # a damaged document can hold anything
        text = repr(value).encode(errors="backslashreplace")
    return f"{crc32(text) & 0xFFFF:04x}"
