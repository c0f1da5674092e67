"""The stored document: its layout, how large it may be, and what it cannot hold.

The served order stands at the top level exactly as served; the bookkeeping under `BOOKS`. There,
what could hold any character (a fact's identity, a topic) is a value and never a field's name.
The size is counted here, byte for byte, so that an order that does not fit is known before
anything is sent, and is the same order offline.
"""

from collections.abc import Iterable, Mapping
from types import NoneType
from typing import Any, Final

from order_projector.projection.ports import Bookkeeping, OrderWrite

BOOKS: Final = "_projection"

LIMIT: Final = 15_000_000
"""The most bytes of BSON that a document may have; MongoDB itself ends at 16 MiB."""

_JSON_TO_BSON: Final = 16
"""A character of facts makes less than this many bytes of document: at most 4 as text, and 6 as
part of the served order (the worst is ``[0,0,...]``: 2 characters, 12 bytes an element)."""

_FIXED: Final[dict[type, int]] = {NoneType: 0, bool: 1, float: 8}


class Unstorable(Exception):
    """A value that no document can hold; the message says which."""


def compose(write: OrderWrite) -> dict[str, Any]:
    """The document of a new state, ``_id`` first."""
    books = write.bookkeeping
    return {
        "_id": write.order_id,
        **write.order,
        BOOKS: {
            "counter": books.counter,
            "revision": books.revision,
            "facts": [[identity, text] for identity, text in books.facts.items()],
            "digests": dict(books.digests),
            "changes": list(books.changes),
            "causes": list(books.causes),
            "pending": list(books.pending),
            "retired": list(books.retired),
            "offsets": [[*source, offset] for source, offset in books.offsets.items()],
            "traceparent": books.traceparent,
        },
    }


def bookkeeping(books: Mapping[str, Any]) -> Bookkeeping:
    """The bookkeeping that `compose` laid out under `BOOKS`."""
    return Bookkeeping(
        counter=books["counter"],
        revision=books["revision"],
        facts={identity: text for identity, text in books["facts"]},  # noqa: C416
        digests=books["digests"],
        changes=tuple(books["changes"]),
        causes=tuple(books["causes"]),
        pending=tuple(books["pending"]),
        retired=tuple(books["retired"]),
        offsets={(topic, partition): offset for topic, partition, offset in books["offsets"]},
        traceparent=books["traceparent"],
    )


def misfit(write: OrderWrite) -> str | None:
    """Why this state of an order cannot be stored, in one line; None where it can."""
    try:
        size = size_of(compose(write))
    except Unstorable as reason:
        return f"order {write.order_id}: {reason}"
    if size > LIMIT:
        return f"order {write.order_id} would take {size} bytes, the limit is {LIMIT}"
    return None


def surely_small(write: OrderWrite) -> bool:
    """Whether the size is out of question: a cheap answer that is right for nearly all."""
    return sum(map(len, write.bookkeeping.facts.values())) < LIMIT // _JSON_TO_BSON


def size_of(document: Mapping[str, Any]) -> int:
    """The bytes of a JSON object in BSON. Raises `Unstorable`."""
    return _elements(document.items())


def _elements(elements: Iterable[tuple[str, Any]]) -> int:
    size = 5
    for name, value in elements:
        if "\0" in name:
            raise Unstorable(f"the key {name!r} holds a NUL character")
        size += len(name.encode()) + 2 + _value(value)
    return size


def _value(value: Any) -> int:
    fixed = _FIXED.get(type(value))
    if fixed is not None:
        return fixed
    match value:
        case str():
            return len(value.encode()) + 5
        case int():
            return _integer(value)
        case Mapping():
            return _elements(value.items())
        case list() | tuple():
            return _elements((str(index), element) for index, element in enumerate(value))
        case _:
            raise Unstorable(f"{type(value).__name__} is no JSON value")


def _integer(value: int) -> int:
    if -(2**31) <= value < 2**31:
        return 4
    if -(2**63) <= value < 2**63:
        return 8
    raise Unstorable(f"the integer {str(value)[:40]} has more than 64 bits")
