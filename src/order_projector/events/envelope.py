"""The envelopes an event may come in: plain, CloudEvents (both modes), Voucherify webhook."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import ijson
from pydantic_core import from_json

from order_projector.domain.clock import parse_time
from order_projector.domain.facts import Event
from order_projector.events.fields import LONGEST_ID
from order_projector.events.outcome import Code, Rejected

DEEPEST = 64
"""Levels of objects and arrays in one event."""

Headers = Iterable[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event's members wherever they stood; nothing but the type has been checked yet.

    ``id_at`` and ``created_at_at`` say where, for whoever has to mend it.
    """

    type: str
    id: Any
    created_at: Any
    data: Any
    id_at: str = "id"
    created_at_at: str = "created_at"


class Broken(Exception):
    """An envelope that cannot be read; ``rejected`` says why."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.rejected = Rejected(code, message)


def open_envelope(value: bytes | None, headers: Headers, is_ours: "Ours") -> Envelope | None:
    """Find the event's type first, then its members; None where the type is not ours.

    Raises Broken with `invalid_json` or `invalid_envelope`.
    """
    binary = {name: held for name, held in headers if name.startswith("ce_")}
    if "ce_type" in binary or "ce_id" in binary or "ce_specversion" in binary:
        return _binary(value, binary, is_ours)
    try:
        document = _parse(value)
    except Broken:
        if value is not None and (peeked := _peek_type(value)) is not None and not is_ours(peeked):
            return None
        raise
    if not isinstance(document, dict):
        raise Broken(Code.INVALID_ENVELOPE, "value: should be a JSON object")
    return _structured(document, is_ours)


class Ours:
    """Whether a type is one of those the contract names."""

    def __init__(self, types: Iterable[str]) -> None:
        self._types = frozenset(types)

    def __call__(self, name: str) -> bool:
        return canonical(name) in self._types


def canonical(name: str) -> str:
    """The type without a leading ``customer.``."""
    return name.removeprefix("customer.")


def _binary(
    value: bytes | None, headers: Mapping[str, bytes | None], is_ours: Ours
) -> Envelope | None:
    name = _header(headers, "ce_type")
    if name is None:
        raise Broken(Code.INVALID_ENVELOPE, "header ce_type: missing")
    if not is_ours(name):
        return None
    return Envelope(
        type=name,
        id=_header(headers, "ce_id"),
        created_at=_header(headers, "ce_time"),
        data=_parse(value),
        id_at="header ce_id",
        created_at_at="header ce_time",
    )


def _header(headers: Mapping[str, bytes | None], name: str) -> str | None:
    held = headers.get(name)
    try:
        return None if held is None else held.decode()
    except UnicodeDecodeError as error:
        raise Broken(Code.INVALID_ENVELOPE, f"header {name}: not UTF-8") from error


def _structured(document: dict[str, Any], is_ours: Ours) -> Envelope | None:
    event = document.get("event")
    inner = event if isinstance(event, dict) else {}
    name = _first(inner.get("type"), document.get("type"))
    if not isinstance(name, str):
        at = "type" if inner.get("type") is None else "event.type"
        raise Broken(Code.INVALID_ENVELOPE, f"{at}: {_fault(name)}")
    if not is_ours(name):
        return None
    is_cloud_event = document.get("specversion") is not None
    time = "created_at"
    if is_cloud_event and (document.get("time") is not None or document.get(time) is None):
        time = "time"
    return Envelope(
        type=name,
        id=_first(inner.get("id"), document.get("id")),
        created_at=_first(inner.get("created_at"), document.get(time)),
        data=document.get("data"),
        id_at="id" if inner.get("id") is None else "event.id",
        created_at_at=time if inner.get("created_at") is None else "event.created_at",
    )


def _first(inner: Any, outer: Any) -> Any:
    return outer if inner is None else inner


def _fault(value: Any) -> str:
    return "missing" if value is None else "should be a text"


def check(envelope: Envelope) -> tuple[Event, dict[str, Any]]:
    """The event's identity and its data. Raises Broken where a member is missing or mistyped."""
    if not isinstance(envelope.id, str):
        raise Broken(Code.INVALID_ENVELOPE, f"{envelope.id_at}: {_fault(envelope.id)}")
    if not envelope.id:
        raise Broken(Code.INVALID_ENVELOPE, f"{envelope.id_at}: should not be empty")
    event = Event(_created_at(envelope), envelope.id)
    if len(envelope.id) > LONGEST_ID:
        reason = f"longer than {LONGEST_ID} characters"
        raise Broken(Code.INVALID_EVENT, f"{envelope.id_at}: {reason}")
    if not isinstance(envelope.data, dict):
        reason = "missing" if envelope.data is None else "should be an object"
        raise Broken(Code.INVALID_ENVELOPE, f"data: {reason}")
    return event, envelope.data


def _created_at(envelope: Envelope) -> int:
    told = envelope.created_at
    try:
        if isinstance(told, str):
            return parse_time(told)
        reason = _fault(told)
    except ValueError as error:
        reason = str(error)
    raise Broken(Code.INVALID_ENVELOPE, f"{envelope.created_at_at}: {reason}")


def _parse(value: bytes | None) -> Any:
    if value is None:
        raise Broken(Code.INVALID_JSON, "value: null (a tombstone), not a JSON text")
    try:
        document = from_json(value, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        raise Broken(Code.INVALID_JSON, f"value: {error}") from error
    if value.count(b"{") + value.count(b"[") > DEEPEST and _is_deeper(document, DEEPEST):
        raise Broken(Code.INVALID_JSON, f"value: nested deeper than {DEEPEST} levels")
    return document


def _is_deeper(document: Any, limit: int) -> bool:
    level = [document]
    for _ in range(limit):
        members = chain.from_iterable(
            each.values() if isinstance(each, dict) else each for each in level
        )
        level = [member for member in members if isinstance(member, dict | list)]
        if not level:
            return False
    return True


def _peek_type(value: bytes) -> str | None:
    """The type of an event whose JSON is broken or too deep elsewhere: it may not be ours."""
    try:
        document = json.loads(value.decode(), parse_int=float)
    except (ValueError, RecursionError):
        return _scan_type(value)
    if not isinstance(document, dict):
        return None
    event = document.get("event")
    inner = event.get("type") if isinstance(event, dict) else None
    name = _first(inner, document.get("type"))
    return name if isinstance(name, str) else None


def _scan_type(value: bytes) -> str | None:
    """The type as far as the text can be read, token by token."""
    outer: str | None = None
    path: list[str | None] = []
    try:
        for token, held in ijson.basic_parse(value):
            match token:
                case "start_map" | "start_array":
                    path.append(None)
                case "end_map" | "end_array":
                    path.pop()
                case "map_key" if len(path) <= 2:
                    path[-1] = held
                case "string" if path == ["event", "type"]:
                    return str(held)
                case "string" if path == ["type"]:
                    outer = str(held)
    except (ijson.JSONError, ValueError):
        return outer
    return outer
