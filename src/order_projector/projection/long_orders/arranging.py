"""Where the facts of an order's next state stand: in its document or in new segments."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from order_projector.projection.long_orders.fact_layout import characters
from order_projector.projection.long_orders.lengths import Lengths
from order_projector.projection.long_orders.segments import cut
from order_projector.projection.state import ProjectionState
from order_projector.projection.stored import Segment, StoredCheckpoint, StoredFact

Arranged = tuple[ProjectionState, tuple[Segment, ...]]
"""A state, and the new segments that it lists."""


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
    if _is_huge(order, lengths):
        return _moved(state, state.facts, {}, None, lengths)
    covered = {name: fact for name, fact in state.facts.items() if name not in recent}
    later = {name: fact for name, fact in state.facts.items() if name in recent}
    is_full = len(covered) >= lengths.in_segment
    if is_full or (covered and characters(state.facts.values()) > lengths.in_document):
        return _moved(state, covered, later, _covering(0, checkpoint), lengths)
    kept = _covering(len(covered), checkpoint)
    return replace(state, facts=covered | later, checkpoint=kept), ()


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
    return replace(state, facts=staying, apart=apart, checkpoint=checkpoint), segments


def _is_huge(order: Mapping[str, Any], lengths: Lengths) -> bool:
    """Whether the document must have room for what is served."""
    try:
        return len(orjson.dumps(order)) > lengths.served
    except TypeError:  # an integer beyond 64 bits: the order cannot be stored anyway
        return False
