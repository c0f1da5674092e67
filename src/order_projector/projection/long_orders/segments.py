"""Segments: documents with older facts, which never change.

Their ids begin with a hash of the order's id, so that a range holds all of an order, and end with a
hash of the contents, so that two workers that move the same facts write the same segment.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Annotated, Any, Final

import orjson
from pydantic import Field, Strict, StrictStr, TypeAdapter, ValidationError

from order_projector.projection.long_orders.fact_layout import (
    FactLayout,
    characters,
    facts_laid_out,
    read_facts,
)
from order_projector.projection.ports import Unusable, UnusableReason
from order_projector.projection.state import STATE_KEY, ProjectionState
from order_projector.projection.stored import Malformed, Segment, SegmentRef, StoredFact

LAYOUT: Final = 1
"""The number of the layout of a segment."""

_Layout = Annotated[int, Strict(), Field(ge=LAYOUT, le=LAYOUT)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    layout: _Layout
    facts: list[FactLayout]
    texts: list[StrictStr]


_SEGMENT: Final = TypeAdapter(_Segment)


def cut(facts: Mapping[str, StoredFact], most_characters: int) -> tuple[Segment, ...]:
    """Return segments with these facts, each of about that many characters at most."""
    return tuple(_segment(part) for part in _parts(facts, most_characters))


def _parts(facts: Mapping[str, StoredFact], most: int) -> Iterator[dict[str, StoredFact]]:
    part, size = dict[str, StoredFact](), 0
    for name, fact in facts.items():
        if part and size + len(fact.text) > most:
            yield part
            part, size = {}, 0
        part[name] = fact
        size += len(fact.text)
    if part:
        yield part


def _segment(facts: Mapping[str, StoredFact]) -> Segment:
    contents = [[name, it.text, it.rules, it.known_at] for name, it in facts.items()]
    name = blake2b(orjson.dumps(contents), digest_size=12).hexdigest()
    return Segment(SegmentRef(name, len(facts), characters(facts.values())), facts)


def segment_id(order_id: str, name: str) -> str:
    """Return the ``_id`` of a segment that an order's document lists under that name."""
    return f"{_prefix(order_id)}:{name}"


def id_range(order_id: str) -> tuple[str, str]:
    """Return the bounds of the ``_id`` of all segments of an order; the second is exclusive."""
    return f"{_prefix(order_id)}:", f"{_prefix(order_id)};"


def _prefix(order_id: str) -> str:
    return blake2b(order_id.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def compose_segment(order_id: str, segment: Segment) -> dict[str, Any]:
    """Return the document of a segment."""
    facts, texts = facts_laid_out(segment.facts)
    return {
        "_id": segment_id(order_id, segment.ref.id),
        "order": order_id,
        "layout": LAYOUT,
        "facts": facts,
        "texts": texts,
    }


def read_segment(document: Mapping[str, Any]) -> dict[str, StoredFact]:
    """Return the facts of a segment's document. Raises `Malformed`."""
    members = {name: document.get(name) for name in ("layout", "facts", "texts")}
    try:
        segment = _SEGMENT.validate_python(members)
    except ValidationError:
        raise Malformed("a segment", "has another shape") from None
    return read_facts(segment.facts, segment.texts)


def completed(
    state: ProjectionState, documents: Mapping[str, Mapping[str, Any]]
) -> ProjectionState | Unusable:
    """Return a state with the facts of its segments, whose documents are given by their name.

    Of two copies of a fact, that of the later segment counts: it was stored because it superseded
    the other.
    """
    if any(ref.id not in documents for ref in state.apart):
        return _unusable("apart lists a segment that is not there")
    facts: dict[str, StoredFact] = {}
    try:
        for ref in state.apart:
            facts |= read_segment(documents[ref.id])
    except Malformed as error:
        return _unusable(f"a segment of its facts cannot be read: {error}")
    return replace(state, older=facts)


def _unusable(reason: str) -> Unusable:
    return Unusable(UnusableReason.BOOKKEEPING, f"{STATE_KEY} of its document: {reason}")
