"""Where the facts of an order's next state stand: in its document or in new segments."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from order_projector.projection.long_orders.fact_layout import characters
from order_projector.projection.long_orders.lengths import Lengths
from order_projector.projection.long_orders.segments import cut
from order_projector.projection.state import ProjectionState
from order_projector.projection.stored import Segment, StoredCheckpoint, StoredFact


class Arranged(NamedTuple):
    """A state, the new segments that it lists, and the served order as JSON, if it was encoded.

    It is encoded where the order was just folded: later, its parts would be read from memory once
    more.
    """

    state: ProjectionState
    segments: tuple[Segment, ...] = ()
    encoded: bytes | None = None


def is_long(state: ProjectionState, new: Mapping[str, StoredFact], lengths: Lengths) -> bool:
    """Whether an order with these new facts has outgrown a document that holds all its facts."""
    if state.apart or len(state.facts) + len(new) > lengths.short:
        return True
    at_most = 0
    for fact in state.facts.values():
        at_most += len(fact.text)
    for fact in new.values():
        at_most += len(fact.text)
    if at_most <= lengths.in_document:
        return False
    return characters([*state.facts.values(), *new.values()]) > lengths.in_document


def arranged(
    state: ProjectionState,
    checkpoint: StoredCheckpoint | None,
    recent: frozenset[str],
    order: Mapping[str, Any],
    lengths: Lengths,
) -> Arranged:
    """Return the state of a long order with its facts where they belong.

    ``recent`` are the identities of the facts beyond the checkpoint. Without one, all may move.
    """
    encoded = _encoded(order)
    if encoded is not None and len(encoded) > lengths.served:
        return _moved(state, state.facts, {}, None, lengths)._replace(encoded=encoded)
    covered = {name: fact for name, fact in state.facts.items() if name not in recent}
    later = {name: fact for name, fact in state.facts.items() if name in recent}
    is_full = len(covered) >= lengths.in_segment
    if is_full or (covered and characters(state.facts.values()) > lengths.in_document):
        moved = _moved(state, covered, later, _covering(0, checkpoint), lengths)
        return moved._replace(encoded=encoded)
    kept = _covering(len(covered), checkpoint)
    return Arranged(replace(state, facts=covered | later, checkpoint=kept), encoded=encoded)


def _covering(facts: int, checkpoint: StoredCheckpoint | None) -> StoredCheckpoint | None:
    return None if checkpoint is None else replace(checkpoint, covers=facts)


def _moved(
    state: ProjectionState,
    moving: Mapping[str, StoredFact],
    staying: Mapping[str, StoredFact],
    checkpoint: StoredCheckpoint | None,
    lengths: Lengths,
) -> Arranged:
    segments = cut(moving, lengths.segment_characters)
    listed = {ref.id: ref for ref in (*state.apart, *(segment.ref for segment in segments))}
    apart = tuple(listed.values())
    return Arranged(replace(state, facts=staying, apart=apart, checkpoint=checkpoint), segments)


def _encoded(order: Mapping[str, Any]) -> bytes | None:
    """Return the JSON that is served: a document must have room for many bytes of it."""
    try:
        return orjson.dumps(order)
    except TypeError:  # an integer beyond 64 bits: the order cannot be stored anyway
        return None
