"""A seal on the projection state: it shows what anything but a worker has changed.

What a fold can derive needs none. The rest, as the number of the revision or its causes, follows
from a history that is not kept: each member of it has a short checksum. So has the checkpoint of a
long order, behind a colon: to derive it takes all facts, and the next event is folded on from it.
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
"""The members, in the order of their checksums; never changed, only added to at the end."""

CHECKPOINT: Final = "checkpoint"

_DIGITS: Final = 4
_OF_NOTHING: Final = "0" * _DIGITS


def seal_of(members: Mapping[str, Any]) -> str:
    """Return the seal of a state as it is laid out."""
    held = [members.get(name) for name in SEALED]
    # Most members are empty, most of the time.
    own = "".join([_checksum(value) if value else _OF_NOTHING for value in held])
    checkpoint = members.get(CHECKPOINT)
    return f"{own}:{_of_checkpoint(checkpoint)}" if checkpoint else own


def broken(members: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the members that are not as they were sealed; none without a seal."""
    seal = members.get(SEAL)
    if not isinstance(seal, str):
        return ()
    own = seal.partition(":")[0]
    parts = (own[at : at + _DIGITS] for at in range(0, len(own), _DIGITS))
    found = tuple(
        name
        for name, part in zip(SEALED, parts, strict=False)
        if part != _checksum(members.get(name))
    )
    return (*found, CHECKPOINT) if has_broken_checkpoint(members) else found


def has_broken_checkpoint(members: Mapping[str, Any]) -> bool:
    """Return whether the checkpoint is not as it was sealed; one without a seal is not."""
    seal = members.get(SEAL)
    sealed = seal.partition(":")[2] if isinstance(seal, str) else ""
    return bool(sealed) and sealed != _of_checkpoint(members.get(CHECKPOINT))


def _of_checkpoint(value: Any) -> str:
    """Return a checksum that costs little: the members of a checkpoint can be long texts."""
    checksum = 0
    for name, member in value.items() if isinstance(value, Mapping) else ():
        held = member if isinstance(member, bytes) else str(member).encode(errors="replace")
        checksum = crc32(held, crc32(name.encode(errors="replace"), checksum))
    return f"{checksum:08x}"


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
