"""The fold of an order with what came by its source ids."""

from collections.abc import Mapping
from dataclasses import replace

from order_projector.domain.facts import Fact
from order_projector.domain.invariants import states_an_amount
from order_projector.domain.names import OrderNames
from order_projector.projection.folded import (
    Fold,
    Folded,
    FoldResult,
    arranging,
    fold_facts,
)
from order_projector.projection.long_orders.arranging import is_long
from order_projector.projection.long_orders.lengths import Lengths
from order_projector.projection.long_orders.resumable_fold import ResumableFold
from order_projector.projection.names.view import combined, names_of
from order_projector.projection.state import ProjectionState
from order_projector.projection.stored import StoredFact


def fold_named(
    order_id: str,
    state: ProjectionState,
    taken: Mapping[str, Fact],
    new: Mapping[str, StoredFact],
    fold: Fold,
) -> Folded | None:
    """Fold the facts of a state, those taken, and those imported by the order's source ids.

    An order without imports is folded as any other, as far as its events give the source id as a
    detail: otherwise only the facts can decide which of its claims counts. One with imports is
    always folded whole, and keeps no checkpoint. Returns None if the facts in segments are needed,
    and were not loaded.
    """
    if not (state.claims or state.imports or state.name):
        return fold_facts(order_id, state, taken, new, fold)
    if not (state.imports or state.name):
        folded = fold_facts(order_id, state, taken, new, fold)
        if folded is None or folded.projection.order.get("source_id") is not None:
            return folded
    if state.apart and state.older is None:
        return None
    seen = dict[str, Mapping[str, Fact]]()

    def named(order_id: str, own: Mapping[str, Fact], _: OrderNames) -> FoldResult:
        facts = seen["facts"] = combined(own, state.imports)
        return fold(order_id, facts, names_of(state, own, facts))

    folded = fold_facts(order_id, state, taken, new, named)
    if folded is None:
        return None
    known, facts = combined(folded.known, state.imports), seen["facts"]
    return replace(
        folded,
        known=known,
        arrange=arranging(folded.projection.order, _lengths(state, new, fold)),
        known_events=frozenset(fact.event.id for fact in known.values()),
        states_an_amount=lambda: any(map(states_an_amount, facts.values())),
    )


def _lengths(state: ProjectionState, new: Mapping[str, StoredFact], fold: Fold) -> Lengths | None:
    """Return by what an order that is folded whole moves facts apart; None if all of them stay."""
    if not isinstance(fold, ResumableFold) or state.name is not None:
        return None
    return fold.lengths if is_long(state, new, fold.lengths) else None
