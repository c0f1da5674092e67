"""One mutated input, and the outcomes that are right for it."""

from dataclasses import dataclass
from typing import Any

from tests.fuzz.decoding.corpus import Headers, Sample, document, to_json

ACCEPTED, SKIPPED = "accepted", "skipped"
INVALID_JSON, INVALID_ENVELOPE = "invalid_json", "invalid_envelope"
INVALID_EVENT, UNKNOWN_ORDER, TOO_LARGE = "invalid_event", "unknown_order", "order_too_large"
ANY = frozenset(
    (
        *(ACCEPTED, SKIPPED, INVALID_JSON, INVALID_ENVELOPE),
        *(INVALID_EVENT, UNKNOWN_ORDER, TOO_LARGE),
    )
)


@dataclass(frozen=True, slots=True)
class Case:
    """A record's value and headers, the outcomes that are right, and what a message must name.

    ``place`` is the path with which the message of a rejection begins; None accepts any path that
    exists.
    """

    value: bytes | None
    headers: Headers
    allowed: frozenset[str]
    place: str | None = None
    document: Any = None
    """The parsed value, if it is JSON; the path in a message must exist in it."""


def untouched(sample: Sample) -> Case:
    """Return the event unchanged: valid, or skipped if its data is not read."""
    return of_data(sample, ACCEPTED)


def of_data(sample: Sample, *allowed: str, place: str | None = None) -> Case:
    """Return an event whose data was mutated, which matters only if the data is read."""
    value, headers = document(sample)
    right = frozenset(allowed) if sample.is_read else frozenset((SKIPPED,))
    return Case(to_json(value), headers, right, place, value)


def of_bytes(sample: Sample, value: bytes | None, *allowed: str) -> Case:
    """Return an event with another value, which does not matter if a header has a foreign type."""
    headers = document(sample)[1]
    is_foreign = sample.style == "binary" and sample.type == "voucher.created"
    return Case(value, headers, frozenset((SKIPPED,) if is_foreign else allowed))
