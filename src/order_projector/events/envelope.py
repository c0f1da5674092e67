"""The envelopes of an event: plain, CloudEvents (structured, binary), Voucherify webhook."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from order_projector.domain.facts import EventStamp
from order_projector.events.outcome import Code, Rejected
from order_projector.events.parsing import parse
from order_projector.events.text import fault_of_id
from order_projector.events.times import milliseconds

Headers = Iterable[tuple[str, bytes | None]]


class Envelope(NamedTuple):
    """An event's members, independent of the envelope; only the type has been checked yet.

    ``id_at`` and ``created_at_at`` say where ``id`` and ``created_at`` were, for error messages.
    """

    type: str
    id: Any
    created_at: Any
    data: Any
    id_at: str = "id"
    created_at_at: str = "created_at"


class EnvelopeError(Exception):
    """An envelope that cannot be read; ``rejected`` says why."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.rejected = Rejected(code, message)


def open_envelope(
    value: bytes | None, headers: Headers, is_known: "KnownTypes", limit: int
) -> Envelope | None:
    """Find the event's type first, then its members; return None if the type is not known.

    A value of more than `limit` bytes is not parsed. Raises EnvelopeError with `invalid_json`,
    `invalid_envelope` or `order_too_large`.
    """
    legible = tuple(_legible(headers)) if headers else ()
    is_structured = any(map(_is_structured, legible))
    if legible and not is_structured:
        members = dict(legible)
        if not members.keys().isdisjoint(("ce_type", "ce_id", "ce_specversion")):
            return _binary(value, members, is_known, limit)
    document = _parse(value, limit)
    if not isinstance(document, dict):
        raise EnvelopeError(Code.INVALID_ENVELOPE, "value: should be a JSON object")
    is_cloud_event = is_structured or document.get("specversion") is not None
    return _structured(document, is_known, "time" if is_cloud_event else "created_at")


def _legible(headers: Headers) -> Iterator[tuple[str, str]]:
    """Yield the headers of an envelope; one that is not UTF-8 counts as absent."""
    for name, held in headers:
        if held is not None and (name in _ENVELOPE or name.lower() == _CONTENT_TYPE):
            with suppress(UnicodeDecodeError):
                yield name, held.decode()


_ENVELOPE = frozenset(("ce_type", "ce_id", "ce_specversion", "ce_time"))
_CONTENT_TYPE = "content-type"


def _is_structured(header: tuple[str, str]) -> bool:
    """Whether a header says that the value is a CloudEvent with its envelope."""
    name, text = header
    is_content_type = name.lower() == _CONTENT_TYPE
    return is_content_type and text.lstrip().lower().startswith("application/cloudevents")


class KnownTypes:
    """A predicate: whether the contract names an event type."""

    def __init__(self, types: Iterable[str]) -> None:
        self._types = frozenset(types)

    def __call__(self, name: str) -> bool:
        return canonical(name) in self._types


def canonical(name: str) -> str:
    """Return the type without a leading ``customer.``."""
    return name.removeprefix("customer.")


def _binary(
    value: bytes | None, headers: Mapping[str, str], is_known: KnownTypes, limit: int
) -> Envelope | None:
    name = headers.get("ce_type")
    if name is None:
        raise EnvelopeError(Code.INVALID_ENVELOPE, "header ce_type: missing")
    if not is_known(name):
        return None
    return Envelope(
        type=name,
        id=headers.get("ce_id"),
        created_at=headers.get("ce_time"),
        data=_parse(value, limit),
        id_at="header ce_id",
        created_at_at="header ce_time",
    )


def _structured(
    document: dict[str, Any], is_known: KnownTypes, time_member: str
) -> Envelope | None:
    event = document.get("event")
    inner = event if isinstance(event, dict) else {}
    name, at = _member(inner, "type", document, "type")
    if not isinstance(name, str):
        raise EnvelopeError(Code.INVALID_ENVELOPE, f"{at}: {_fault(name)}")
    if not is_known(name):
        return None
    is_elsewhere = document.get(time_member) is None and document.get("created_at") is not None
    time = "created_at" if is_elsewhere else time_member
    given_id, id_at = _member(inner, "id", document, "id")
    created_at, created_at_at = _member(inner, "created_at", document, time)
    return Envelope(name, given_id, created_at, document.get("data"), id_at, created_at_at)


def _member(
    inner: dict[str, Any], name: str, outer: dict[str, Any], outer_name: str
) -> tuple[Any, str]:
    """Return a member of the event inside of a webhook, else of the document, and its place."""
    if inner and (value := inner.get(name)) is not None:
        return value, f"event.{name}"
    return outer.get(outer_name), outer_name


def _fault(value: Any) -> str:
    return "missing" if value is None else "should be a text"


def check(envelope: Envelope) -> tuple[EventStamp, dict[str, Any]]:
    """Return the event's stamp and its data. Raises EnvelopeError if a member is invalid."""
    if not isinstance(envelope.id, str):
        raise EnvelopeError(Code.INVALID_ENVELOPE, f"{envelope.id_at}: {_fault(envelope.id)}")
    if not envelope.id:
        raise EnvelopeError(Code.INVALID_ENVELOPE, f"{envelope.id_at}: should not be empty")
    event = EventStamp(_created_at(envelope), envelope.id)
    if fault := fault_of_id(envelope.id):
        raise EnvelopeError(Code.INVALID_EVENT, f"{envelope.id_at}: {fault}")
    data = {} if envelope.data == [] else envelope.data
    if not isinstance(data, dict):
        reason = "missing" if data is None else "should be an object"
        raise EnvelopeError(Code.INVALID_ENVELOPE, f"data: {reason}")
    return event, data


def _created_at(envelope: Envelope) -> int:
    time = envelope.created_at
    try:
        if isinstance(time, str):
            return milliseconds(time)
        reason = _fault(time)
    except ValueError as error:
        reason = str(error)
    raise EnvelopeError(Code.INVALID_ENVELOPE, f"{envelope.created_at_at}: {reason}")


def _parse(value: bytes | None, limit: int) -> Any:
    if value is None:
        raise EnvelopeError(Code.INVALID_JSON, "value: null (a tombstone), not a JSON text")
    if len(value) > limit:
        raise EnvelopeError(Code.ORDER_TOO_LARGE, f"value: {len(value)} bytes, more than {limit}")
    try:
        return parse(value)
    except ValueError as error:
        raise EnvelopeError(Code.INVALID_JSON, f"value: {error}") from error
