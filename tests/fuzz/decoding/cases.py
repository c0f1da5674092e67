"""One mutated input, and which outcomes are right for it."""

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

    ``place`` is the path that the message of a rejection begins with; None where any that exists
    will do.
    """

    value: bytes | None
    headers: Headers
    allowed: frozenset[str]
    place: str | None = None
    document: Any = None
    """What the value holds, where it is JSON: what a message names must be in it."""


def untouched(sample: Sample) -> Case:
    """The event as it is: valid, and without effect where its data is not read."""
    return of_data(sample, ACCEPTED)


def of_data(sample: Sample, *allowed: str, place: str | None = None) -> Case:
    """An event with something done to its data, which only matters where it is read."""
    value, headers = document(sample)
    right = frozenset(allowed) if sample.is_read else frozenset((SKIPPED,))
    return Case(to_json(value), headers, right, place, value)


def of_bytes(sample: Sample, value: bytes | None, *allowed: str) -> Case:
    """An event whose value is replaced; of a foreign type in a header it does not matter."""
    headers = document(sample)[1]
    is_foreign = sample.style == "binary" and sample.type == "voucher.created"
    return Case(value, headers, frozenset((SKIPPED,) if is_foreign else allowed))
