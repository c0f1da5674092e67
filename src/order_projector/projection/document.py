"""The stored document: its layout, how large it may be, and what it cannot hold.

The served order stands at the top level exactly as served; the bookkeeping under `BOOKS`. There,
what could hold any character (a fact's identity, a topic) is a value and never a field's name.
The size is counted here, byte for byte, so that an order that does not fit is known before
anything is sent, and is the same order offline.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, Final

from pydantic import Field, Strict, StrictStr, TypeAdapter, ValidationError

from order_projector.projection.ports import (
    Bookkeeping,
    OrderWrite,
    Reason,
    StoredOrder,
    Unusable,
)

BOOKS: Final = "_projection"

LIMIT: Final = 15_000_000
"""The most bytes of BSON that a document may have; MongoDB itself ends at 16 MiB."""

_JSON_TO_BSON: Final = 16
"""A character of facts makes less than this many bytes of document: at most 4 as text, and 6 as
part of the served order (the worst is ``[0,0,...]``: 2 characters, 12 bytes an element)."""

_Number = Annotated[int, Strict(), Field(ge=1)]
_Place = Annotated[int, Strict(), Field(ge=0)]


@dataclass(frozen=True, slots=True)
class _Published:
    """What an announcement needs of the bookkeeping."""

    revision: _Number
    changes: list[StrictStr]
    causes: list[StrictStr]
    traceparent: StrictStr | None


@dataclass(frozen=True, slots=True)
class _Books:
    """The bookkeeping as `compose` lays it out."""

    counter: _Number
    revision: _Number
    facts: list[tuple[StrictStr, StrictStr]]
    digests: dict[StrictStr, StrictStr]
    changes: list[StrictStr]
    causes: list[StrictStr]
    pending: list[StrictStr]
    retired: list[StrictStr]
    offsets: list[tuple[StrictStr, _Place, _Place]]
    traceparent: StrictStr | None


_PUBLISHED: Final = TypeAdapter(_Published)
_BOOKS: Final = TypeAdapter(_Books)

_FIXED: Final[dict[type, int]] = {NoneType: 0, bool: 1, float: 8}


class Unstorable(Exception):
    """A value that no document can hold; the message says of which kind, and not which."""


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


def bookkeeping(document: Mapping[str, Any]) -> Bookkeeping | Unusable:
    """The bookkeeping that `compose` laid out, or what is wrong with a stored document.

    Whatever anybody has put into the collection, nothing is raised. Numbers of the layout and of
    the rules, once documents carry them, are to be looked at here, and before anything else: what a
    later release has written is not unusable.
    """
    if BOOKS not in document:
        return Unusable(Reason.FOREIGN_DOCUMENT, f"a document of that id has no {BOOKS}")
    if not isinstance(document[BOOKS], Mapping):
        return Unusable(Reason.FOREIGN_DOCUMENT, f"{BOOKS} of its document is no object")
    try:
        books = _BOOKS.validate_python(document[BOOKS])
    except ValidationError as error:
        return Unusable(Reason.BOOKKEEPING, _what_is_wrong(error))
    facts = dict(books.facts)
    if len(facts) != len(books.facts):
        return Unusable(Reason.BOOKKEEPING, f"{BOOKS}.facts holds a fact twice")
    return Bookkeeping(
        counter=books.counter,
        revision=books.revision,
        facts=facts,
        digests=books.digests,
        changes=tuple(books.changes),
        causes=tuple(books.causes),
        pending=tuple(books.pending),
        retired=tuple(books.retired),
        offsets={(topic, partition): offset for topic, partition, offset in books.offsets},
        traceparent=books.traceparent,
    )


def _what_is_wrong(error: ValidationError) -> str:
    """The first thing that is wrong, by the name of a field of ours and without its value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{BOOKS}.{first['loc'][0]} of its document makes no sense ({first['type']})"


def announceable(order_id: str, document: Mapping[str, Any]) -> StoredOrder | None:
    """The order that a stored document serves; None where it is none of ours."""
    try:
        books = _PUBLISHED.validate_python(document.get(BOOKS))
    except ValidationError:
        return None
    return StoredOrder(
        order_id=order_id,
        order=served(document),
        revision=books.revision,
        changes=tuple(books.changes),
        causes=tuple(books.causes),
        traceparent=books.traceparent,
    )


def served(document: Mapping[str, Any]) -> dict[str, Any]:
    """The order that a document serves: all but its id and its bookkeeping."""
    return {name: value for name, value in document.items() if name not in {"_id", BOOKS}}


def stored_revision(document: Mapping[str, Any]) -> int | None:
    """The revision of a stored document; None where it is none of ours."""
    return _number(document, "revision")


def stored_counter(document: Mapping[str, Any]) -> int | None:
    """The counter of a stored document; None where it is none of ours."""
    return _number(document, "counter")


def _number(document: Mapping[str, Any], name: str) -> int | None:
    books = document.get(BOOKS)
    number = books.get(name) if isinstance(books, Mapping) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


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
            raise Unstorable("a key holds a NUL character")
        size += _length(name) + 2 + _value(value)
    return size


def _value(value: Any) -> int:
    fixed = _FIXED.get(type(value))
    if fixed is not None:
        return fixed
    match value:
        case str():
            return _length(value) + 5
        case int():
            return _integer(value)
        case Mapping():
            return _elements(value.items())
        case list() | tuple():
            return _elements((str(index), element) for index, element in enumerate(value))
        case _:
            raise Unstorable(f"{type(value).__name__} is no JSON value")


def _length(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise Unstorable("a text holds a lone surrogate") from None


def _integer(value: int) -> int:
    if -(2**31) <= value < 2**31:
        return 4
    if -(2**63) <= value < 2**63:
        return 8
    raise Unstorable("an integer has more than 64 bits")
