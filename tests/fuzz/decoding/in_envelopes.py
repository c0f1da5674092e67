"""Mutations of the envelope, in the value or in headers."""

from collections.abc import Callable
from random import Random

from tests.fuzz.decoding.cases import (
    INVALID_ENVELOPE,
    INVALID_EVENT,
    SKIPPED,
    Case,
    untouched,
)
from tests.fuzz.decoding.corpus import FOREIGN, Headers, Sample, document, to_json

_UNREADABLE = (b"\xff", b"order\xc3", b"\xed\xa0\x80", b"\xff" * 300_000)
_PLACES = {
    "plain": {"id": "id", "created_at": "created_at", "type": "type"},
    "structured": {"id": "id", "created_at": "time", "type": "type"},
    "binary": {"id": "header ce_id", "created_at": "header ce_time", "type": "header ce_type"},
}


def _rejected(sample: Sample, code: str, place: str | None) -> Case:
    """Expect a rejection, or a skip without further checks for a foreign type."""
    value, headers = document(sample)
    right = frozenset((SKIPPED if sample.type == FOREIGN else code,))
    return Case(to_json(value), headers, right, place, value)


def missing_member(random: Random, sample: Sample) -> Case:
    """Remove a member of the envelope or set it to null; a webhook falls back on the outer one."""
    name = random.choice(("id", "created_at"))
    sample.members[name] = None
    place = _PLACES.get(sample.style, {}).get(name)
    return untouched(sample) if place is None else _rejected(sample, INVALID_ENVELOPE, place)


def wrong_member(random: Random, sample: Sample) -> Case:
    """Give a member of the envelope a value of the wrong type, or an invalid time."""
    if sample.style == "binary":
        sample.members["created_at"] = random.choice(("soon", "", "2026-02-30T00:00:00Z"))
        return _rejected(sample, INVALID_ENVELOPE, "header ce_time")
    name = random.choice(("id", "created_at"))
    sample.members[name] = random.choice((5, True, [], {"id": "e"}))
    if sample.style == "webhook":
        return _rejected(sample, INVALID_ENVELOPE, f"event.{name}")
    return _rejected(sample, INVALID_ENVELOPE, None)


def wrong_id(random: Random, sample: Sample) -> Case:
    """Give the event an id that is too long or holds a NUL."""
    sample.members["id"] = random.choice(("x" * 257, "é" * 300_000, "e\0", "\0"))
    place = {"binary": "header ce_id", "webhook": "event.id"}.get(sample.style, "id")
    return _rejected(sample, INVALID_EVENT, place)


def wrong_type(random: Random, sample: Sample) -> Case:
    """Replace the type by one that is unknown, empty or not a text."""
    if sample.style == "binary":
        sample.members["type"] = random.choice(("", "order.paid2", "customer.customer.order.paid"))
        return Case(*_written(sample), frozenset((SKIPPED,)))
    if random.random() < 0.5:
        sample.members["type"] = random.choice(("", "Order.paid", "x" * 300_000, "\ud800", "\0"))
        return Case(*_written(sample), frozenset((SKIPPED,)))
    sample.members["type"] = random.choice((5, True, [], {}))
    return Case(*_written(sample), frozenset((INVALID_ENVELOPE,)))


def _written(sample: Sample) -> tuple[bytes, Headers]:
    value, headers = document(sample)
    return to_json(value), headers


def wrong_data(random: Random, sample: Sample) -> Case:
    """Set the data to null or to another value that is not an object."""
    sample.data = random.choice((None, 5, "x", [1], True))
    return _rejected(sample, INVALID_ENVELOPE, "data")


def no_object(random: Random, sample: Sample) -> Case:
    """Replace the value by JSON that is not an object."""
    value = random.choice((b"[]", b"5", b'"order.paid"', b"null", b"[{}]", b"true"))
    if sample.style == "binary":
        value = b"5" if value == b"[]" else value  # [] would be empty data
        _, headers = document(sample)
        right = SKIPPED if sample.type == FOREIGN else INVALID_ENVELOPE
        return Case(value, headers, frozenset((right,)), "data")
    return Case(value, (), frozenset((INVALID_ENVELOPE,)), "value")


def unreadable_headers(random: Random, sample: Sample) -> Case:
    """Add headers whose name or value is not UTF-8: they count as absent, however long."""
    case = untouched(sample)
    names = ("ce_type", "ce_id", "ce_specversion", "traceparent", "\ufffd" * 300_000, "ce_\ufffd")
    added: Headers = tuple(
        (random.choice(names), random.choice((*_UNREADABLE, None))) for _ in range(3)
    )
    headers = (*added, *case.headers) if random.random() < 0.5 else (*case.headers, *added)
    return Case(case.value, headers, case.allowed, None, case.document)


def unreadable_own_header(random: Random, sample: Sample) -> Case:
    """Make a header of the envelope itself invalid UTF-8: it counts as missing."""
    if sample.style != "binary":
        return unreadable_headers(random, sample)
    name = random.choice(("type", "id", "created_at"))
    if name == "type":
        sample.is_prefixed = False
    sample.members[name] = random.choice(_UNREADABLE)
    case = _rejected(sample, INVALID_ENVELOPE, _PLACES["binary"][name])
    if name == "type":
        right = frozenset((INVALID_ENVELOPE,))
        return Case(case.value, case.headers, right, case.place, case.document)
    return case


_STRUCTURED = (
    b"application/cloudevents+json",
    b"Application/CloudEvents",
    b" application/cloudevents-batch+json; charset=utf-8",
)


def content_type(random: Random, sample: Sample) -> Case:
    """Add a content type that puts the envelope in the value, whatever other headers say."""
    case = untouched(sample)
    added: Headers = (("content-type", random.choice(_STRUCTURED)),)
    if sample.style != "binary":
        added = (*added, ("ce_type", b"voucher.created"), ("ce_id", b"\0"))
        return Case(case.value, added, case.allowed, None, case.document)
    right = frozenset((INVALID_ENVELOPE,))
    return Case(case.value, (*case.headers, *added), right, "type", case.document)


def other_content_type(random: Random, sample: Sample) -> Case:
    """Add a content type that says nothing about an envelope: it has no effect."""
    case = untouched(sample)
    other = random.choice((b"application/json", b"text/application/cloudevents", b"\xff", None))
    headers = (*case.headers, ("content-type", other))
    return Case(case.value, headers, case.allowed, None, case.document)


def batch(random: Random, sample: Sample) -> Case:
    """Send events in an array."""
    value, _ = document(sample)
    headers: Headers = random.choice(((), (("content-type", _STRUCTURED[-1]),)))
    right = frozenset((INVALID_ENVELOPE,))
    return Case(to_json(random.choice(([], [value], [value, value]))), headers, right, "value")


def as_it_is(random: Random, sample: Sample) -> Case:
    """Change nothing."""
    del random
    return untouched(sample)


IN_ENVELOPES: tuple[Callable[[Random, Sample], Case], ...] = (
    as_it_is,
    missing_member,
    wrong_member,
    wrong_id,
    wrong_type,
    wrong_data,
    no_object,
    unreadable_headers,
    unreadable_own_header,
    content_type,
    other_content_type,
    batch,
)
