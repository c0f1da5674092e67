"""The fold of an order's facts, as its session needs it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from order_projector.domain.facts import Fact
from order_projector.domain.flags import Flag
from order_projector.domain.invariants import states_an_amount
from order_projector.domain.names import NO_NAMES, OrderNames
from order_projector.projection import codec
from order_projector.projection.live_fold import FoldedOn, LiveFold, fold_live
from order_projector.projection.long_orders.arranging import Arranged, arranged, is_long
from order_projector.projection.long_orders.lengths import Lengths
from order_projector.projection.long_orders.resumable_fold import (
    InParts,
    ResumableFold,
    beyond,
    checkpoint_to_keep,
    from_checkpoint,
    in_parts,
)
from order_projector.projection.state import ProjectionState
from order_projector.projection.stored import StoredFact


class FoldResult(Protocol):
    """What a fold returns for a set of facts.

    ``order`` is the served JSON object in its key order; ``events`` are the envelope ids in the
    timeline's order, each at its first appearance; ``flags`` are in the order to store them in.
    """

    @property
    def order(self) -> dict[str, Any]: ...

    @property
    def events(self) -> tuple[str, ...]: ...

    @property
    def flags(self) -> tuple[Flag, ...]: ...


class Fold(Protocol):
    """Folds all facts of one order, by identity, into the served order.

    Called once for each order of a round, on the event loop or in a thread by the order's size. A
    pure function of the set: arrival order does not matter. An exception means that the order
    cannot be computed: the events that cause it are found one by one, and become dead letters.
    """

    def __call__(
        self, order_id: str, facts: Mapping[str, Fact], names: OrderNames, /
    ) -> FoldResult: ...


def _as_it_is(state: ProjectionState) -> Arranged:
    return Arranged(state)


@dataclass(frozen=True, slots=True)
class Folded:
    """A projection, and what the bookkeeping needs to know of the facts.

    ``known`` are the facts known before that were looked at; ``known_events`` are the ids of known
    events, as far as the projection may list them or no fact has them any more. ``arrange`` returns
    the next state with its facts where they belong. ``live`` is the fold to continue from, if any.
    """

    projection: FoldResult
    known: Mapping[str, Fact]
    known_events: frozenset[str]
    states_an_amount: Callable[[], bool]
    arrange: Callable[[ProjectionState], Arranged] = _as_it_is
    live: LiveFold | None = None


def fold_facts(
    order_id: str,
    state: ProjectionState,
    taken: Mapping[str, Fact],
    new: Mapping[str, StoredFact],
    fold: Fold,
) -> Folded | None:
    """Fold the facts of a state and those taken, of which ``new`` are the stored forms.

    Returns None if the facts in segments are needed, and were not loaded.
    """
    lengths = fold.lengths if isinstance(fold, ResumableFold) else None
    long = lengths if lengths and is_long(state, new, lengths) else None
    if lengths and (live := _folded_on(order_id, state, taken, new, long)):
        return live
    if lengths and state.older is None:
        parts = from_checkpoint(order_id, state, taken, new, lengths)
        if parts is not None:
            return _folded(parts, lengths)
    if state.apart and state.older is None:
        return None
    known = {name: codec.load(name, fact.text) for name, fact in state.all_facts().items()}
    if lengths and not long and (live := _folded_to_go_on(order_id, known, taken)):
        return live
    if long:
        parts = in_parts(order_id, known, state, taken, new, long)
        if parts is not None:
            return _folded(parts, long)
    return _folded_whole(order_id, known, taken, fold, long)


def _folded(parts: InParts, lengths: Lengths) -> Folded:
    def arrange(state: ProjectionState) -> Arranged:
        return arranged(state, parts.checkpoint, parts.recent, parts.projection.order, lengths)

    return Folded(
        parts.projection,
        parts.known,
        parts.known_events,
        parts.states_an_amount,
        arrange,
        parts.live,
    )


def _folded_on(
    order_id: str,
    state: ProjectionState,
    taken: Mapping[str, Fact],
    new: Mapping[str, StoredFact],
    long: Lengths | None,
) -> Folded | None:
    """Fold on from what this process has folded last; None where that is not to be had.

    Not if the order becomes a long one or needs another checkpoint: that of a long one is kept.
    """
    if state.live is None:
        return None
    kept = checkpoint_to_keep(state, new, long) if long else None
    if long and not kept:
        return None
    events = state.live.events()
    found = state.live.go_on(order_id, state.facts, taken)
    if found is None:
        return None
    folded = _folded_live(found, {}, events)
    if long is None or kept is None:
        return folded
    recent, order = frozenset(beyond(kept, state)).union(new), found.projection.order
    return replace(folded, arrange=lambda after: arranged(after, kept, recent, order, long))


def _folded_to_go_on(
    order_id: str, known: Mapping[str, Fact], taken: Mapping[str, Fact]
) -> Folded | None:
    """Fold all facts, so that the next ones can be folded on; None where they cannot be."""
    found = fold_live(order_id, {**known, **taken})
    events = frozenset(fact.event.id for fact in known.values())
    return None if found is None else _folded_live(found, known, events)


def _folded_live(
    folded: FoldedOn, known: Mapping[str, Fact], known_events: frozenset[str]
) -> Folded:
    is_stated = folded.live.states_an_amount
    return Folded(folded.projection, known, known_events, lambda: is_stated, live=folded.live)


def _folded_whole(
    order_id: str,
    known: Mapping[str, Fact],
    taken: Mapping[str, Fact],
    fold: Fold,
    long: Lengths | None,
) -> Folded:
    """Fold all facts at once; those of a long order may all move."""
    facts = {**known, **taken}
    projection = fold(order_id, facts, NO_NAMES)
    return Folded(
        projection,
        known,
        frozenset(fact.event.id for fact in known.values()),
        lambda: any(map(states_an_amount, facts.values())),
        arranging(projection.order, long),
    )


def arranging(
    order: Mapping[str, Any], long: Lengths | None
) -> Callable[[ProjectionState], Arranged]:
    """Return what puts the facts where they belong, of an order that was folded whole."""
    if long is None:
        return _as_it_is
    return lambda state: arranged(state, None, frozenset(), order, long)
