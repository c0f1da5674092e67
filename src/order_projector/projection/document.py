"""The stored document: its layout, its size limit, and the values that it cannot hold.

The top level is the order exactly as served, and `STATE_KEY` holds the projection's state.
There, text that may contain any character (a fact's identity, a topic) is a value, never a field
name. The BSON size is counted here, byte for byte, so that an order that does not fit is detected
before anything is sent, and an offline run rejects the same orders.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, Final

from pydantic import Field, Strict, StrictStr, TypeAdapter, ValidationError

from order_projector.projection.ports import (
    OrderWrite,
    ProjectionState,
    StoredOrder,
    Unusable,
    UnusableReason,
)
from order_projector.projection.stored import StoredFlag

STATE_KEY: Final = "_projection"

LIMIT: Final = 15_000_000
"""Maximum bytes of BSON in a document; MongoDB's own limit is 16 MiB."""

_JSON_TO_BSON: Final = 16
"""Upper bound of document bytes per character of facts: at most 4 as text, and 6 as part of the
served order (the worst case is ``[0,0,...]``: 2 characters but 12 bytes per element)."""

_Number = Annotated[int, Strict(), Field(ge=1)]
_Place = Annotated[int, Strict(), Field(ge=0)]


@dataclass(frozen=True, slots=True)
class _Flag:
    code: StrictStr
    event: StrictStr
    about: StrictStr
    message: StrictStr


@dataclass(frozen=True, slots=True)
class _Published:
    """The part of the projection state that an announcement needs."""

    revision: _Number
    changes: list[StrictStr]
    causes: list[StrictStr]
    traceparent: StrictStr | None
    flags: list[_Flag]
    revision_flags: list[_Flag] | None


@dataclass(frozen=True, slots=True)
class _StateLayout:
    """The projection state as `compose` lays it out."""

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
    flags: list[_Flag]
    revision_flags: list[_Flag] | None


_PUBLISHED: Final = TypeAdapter(_Published)
_STATE: Final = TypeAdapter(_StateLayout)

_FIXED: Final[dict[type, int]] = {NoneType: 0, bool: 1, float: 8}


class Unstorable(Exception):
    """A value that no document can hold; the message names its kind but never the value."""


def compose(write: OrderWrite) -> dict[str, Any]:
    """Return the document of a new state, ``_id`` first."""
    state = write.state
    return {
        "_id": write.order_id,
        **write.order,
        STATE_KEY: {
            "counter": state.counter,
            "revision": state.revision,
            "facts": [[identity, text] for identity, text in state.facts.items()],
            "digests": dict(state.digests),
            "changes": list(state.changes),
            "causes": list(state.causes),
            "pending": list(state.pending),
            "retired": list(state.retired),
            "offsets": [[*source, offset] for source, offset in state.offsets.items()],
            "traceparent": state.traceparent,
            "flags": _flags(state.flags),
            "revision_flags": (
                None if state.revision_flags == state.flags else _flags(state.revision_flags)
            ),
        },
    }


def _flags(flags: Iterable[StoredFlag]) -> list[dict[str, str]]:
    return [flag.as_json() for flag in flags]


def read_state(document: Mapping[str, Any]) -> ProjectionState | Unusable:
    """Return the state that `compose` laid out, or what is wrong with a stored document.

    Never raises, whatever the collection holds. Once documents carry a layout or rules version,
    check it here first: a document that a later release has written is not unusable.
    """
    if STATE_KEY not in document:
        return Unusable(
            UnusableReason.FOREIGN_DOCUMENT, f"a document of that id has no {STATE_KEY}"
        )
    if not isinstance(document[STATE_KEY], Mapping):
        return Unusable(
            UnusableReason.FOREIGN_DOCUMENT, f"{STATE_KEY} of its document is no object"
        )
    try:
        state = _STATE.validate_python(document[STATE_KEY])
    except ValidationError as error:
        return Unusable(UnusableReason.BOOKKEEPING, _what_is_wrong(error))
    facts, flags = dict(state.facts), _read_flags(state.flags)
    if len(facts) != len(state.facts):
        return Unusable(UnusableReason.BOOKKEEPING, f"{STATE_KEY}.facts holds a fact twice")
    return ProjectionState(
        counter=state.counter,
        revision=state.revision,
        facts=facts,
        digests=state.digests,
        changes=tuple(state.changes),
        causes=tuple(state.causes),
        pending=tuple(state.pending),
        retired=tuple(state.retired),
        offsets={(topic, partition): offset for topic, partition, offset in state.offsets},
        traceparent=state.traceparent,
        flags=flags,
        revision_flags=_of_revision(state, flags),
    )


def _read_flags(flags: Iterable[_Flag]) -> tuple[StoredFlag, ...]:
    return tuple(StoredFlag(it.code, it.event, it.about, it.message) for it in flags)


def _of_revision(
    state: "_Published | _StateLayout", flags: tuple[StoredFlag, ...]
) -> tuple[StoredFlag, ...]:
    """Return the flags of the stored revision: null stands for the present ones."""
    return flags if state.revision_flags is None else _read_flags(state.revision_flags)


def _what_is_wrong(error: ValidationError) -> str:
    """Describe the first error by the name of our field, without the value."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{STATE_KEY}.{first['loc'][0]} of its document makes no sense ({first['type']})"


def announceable(order_id: str, document: Mapping[str, Any]) -> StoredOrder | None:
    """Return the order that a stored document serves; None if the document is not ours."""
    try:
        state = _PUBLISHED.validate_python(document.get(STATE_KEY))
    except ValidationError:
        return None
    return StoredOrder(
        order_id=order_id,
        order=served(document),
        revision=state.revision,
        changes=tuple(state.changes),
        causes=tuple(state.causes),
        traceparent=state.traceparent,
        flags=_of_revision(state, _read_flags(state.flags)),
    )


def served(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the served order: all of a document but its id and the projection state."""
    return {name: value for name, value in document.items() if name not in {"_id", STATE_KEY}}


def stored_revision(document: Mapping[str, Any]) -> int | None:
    """Return the revision of a stored document; None if the document is not ours."""
    return _number(document, "revision")


def stored_counter(document: Mapping[str, Any]) -> int | None:
    """Return the counter of a stored document; None if the document is not ours."""
    return _number(document, "counter")


def _number(document: Mapping[str, Any], name: str) -> int | None:
    state = document.get(STATE_KEY)
    number = state.get(name) if isinstance(state, Mapping) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def why_unstorable(write: OrderWrite) -> str | None:
    """Return in one line why this state of an order cannot be stored; None if it can."""
    try:
        size = size_of(compose(write))
    except Unstorable as reason:
        return f"order {write.order_id}: {reason}"
    if size > LIMIT:
        return f"order {write.order_id} would take {size} bytes, the limit is {LIMIT}"
    return None


def surely_small(write: OrderWrite) -> bool:
    """Cheap check: True means the document certainly fits."""
    return sum(map(len, write.state.facts.values())) < LIMIT // _JSON_TO_BSON


def size_of(document: Mapping[str, Any]) -> int:
    """Return the number of bytes of a JSON object in BSON. Raises `Unstorable`."""
    return _elements(document.items())


def _elements(elements: Iterable[tuple[str, Any]]) -> int:
    size = 5  # length prefix and terminator
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
