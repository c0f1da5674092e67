"""The fold of an order from its checkpoint where that is the same, and from all facts otherwise."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from order_projector.domain.facts import Erasure, Fact, Void
from order_projector.domain.invariants import states_an_amount
from order_projector.domain.names import NO_NAMES, OrderNames
from order_projector.domain.prefix import (
    NotDivisible,
    Prefix,
    begin,
    divide,
    extend,
    finish,
    forget_events,
    names_of,
    place_of,
    sought_by,
)
from order_projector.domain.served import ProjectedOrder, project_order
from order_projector.projection import codec
from order_projector.projection.live_fold import LiveFold, live_from
from order_projector.projection.long_orders import name_digest
from order_projector.projection.long_orders.fact_layout import characters
from order_projector.projection.long_orders.lengths import LENGTHS, Lengths
from order_projector.projection.long_orders.state_form import (
    FORM,
    UnreadableState,
    read_state,
    write_state,
)
from order_projector.projection.rules import RULES
from order_projector.projection.state import ProjectionState
from order_projector.projection.stored import StoredCheckpoint, StoredFact


@dataclass(frozen=True, slots=True)
class ResumableFold:
    """The fold of orders, which can go on from a checkpoint of those longer than ``lengths``."""

    lengths: Lengths = LENGTHS

    def __call__(
        self, order_id: str, facts: Mapping[str, Fact], names: OrderNames = NO_NAMES, /
    ) -> ProjectedOrder:
        """Fold all facts of one order."""
        return project_order(order_id, facts, names)


class InParts(NamedTuple):
    """An order that was folded in two parts, and what is needed of both.

    ``known`` are the facts known before that were folded now, ``known_events`` the ids of known
    events as far as they are among those of the projection. ``recent`` are the identities of the
    facts beyond the checkpoint; ``live`` is the fold to go on from, if any.
    """

    projection: ProjectedOrder
    known: Mapping[str, Fact]
    known_events: frozenset[str]
    states_an_amount: Callable[[], bool]
    checkpoint: StoredCheckpoint
    recent: frozenset[str]
    live: LiveFold | None


Taken = Mapping[str, Fact]
"""New facts, by identity; ``new`` are their stored forms."""


def from_checkpoint(
    order_id: str,
    state: ProjectionState,
    taken: Taken,
    new: Mapping[str, StoredFact],
    lengths: Lengths,
) -> InParts | None:
    """Fold on from the checkpoint; None where that might not be the fold of all facts."""
    checkpoint = state.checkpoint
    if checkpoint is None or not _leads_to(checkpoint, state, taken):
        return None
    recent = beyond(checkpoint, state)
    known = {name: codec.load(name, fact.text) for name, fact in recent.items()}
    try:
        prefix = read_state(checkpoint.state, (checkpoint.at, checkpoint.event))
        listed = frozenset(prefix.order.events)
        later: Mapping[str, Fact] = {**known, **taken}
        texts = {**recent, **new}.values()
        if _is_due(texts, lengths):
            earlier, later = _divided(later, texts, lengths)
            extend(prefix, earlier)
            names = with_names_of(checkpoint.names, earlier)
            checkpoint = _stored(prefix, names, _needed(state, taken, later))
        projection = finish(order_id, prefix, later)
        before = listed.union(fact.event.id for fact in known.values())
        return InParts(
            projection,
            known,
            before.intersection(projection.events),
            _any_stated(prefix, later),
            checkpoint,
            frozenset(later),
            live_from(prefix, checkpoint.names, later, projection.order),
        )
    except (NotDivisible, UnreadableState):
        return None


def checkpoint_to_keep(
    state: ProjectionState, new: Mapping[str, StoredFact], lengths: Lengths
) -> StoredCheckpoint | None:
    """Return the checkpoint that a state keeps with these new facts; None if it gets another."""
    checkpoint = state.checkpoint
    if checkpoint is None:
        return None
    texts = {**beyond(checkpoint, state), **new}.values()
    return None if _is_due(texts, lengths) else checkpoint


def beyond(checkpoint: StoredCheckpoint, state: ProjectionState) -> dict[str, StoredFact]:
    """Return the facts of a state that its checkpoint does not cover."""
    return dict(islice(state.facts.items(), checkpoint.covers, None))


def _is_due(texts: Collection[StoredFact], lengths: Lengths) -> bool:
    """Whether enough facts are beyond a checkpoint to make another one."""
    return len(texts) > lengths.most_recent or characters(texts) > lengths.in_document


def _leads_to(checkpoint: StoredCheckpoint, state: ProjectionState, taken: Taken) -> bool:
    """Whether new facts leave the timeline up to the checkpoint as it is."""
    if (checkpoint.rules, checkpoint.form) != (RULES, FORM):
        return False
    at = (checkpoint.at, checkpoint.event)
    return not any(
        name in state.facts
        or isinstance(fact, Void | Erasure)
        or ((place := place_of(fact)) is not None and place <= at)
        or any(name_digest.may_hold(checkpoint.names, sought) for sought in sought_by(fact))
        for name, fact in taken.items()
    )


def in_parts(
    order_id: str,
    known: Mapping[str, Fact],
    state: ProjectionState,
    taken: Taken,
    new: Mapping[str, StoredFact],
    lengths: Lengths,
) -> InParts | None:
    """Fold all facts and make a checkpoint on the way; None if the order can have none.

    Facts in segments are never beyond the checkpoint.
    """
    facts = {**known, **taken}
    here = state.facts.keys() | taken.keys()
    try:
        earlier, later = _divided(facts, {**state.facts, **new}.values(), lengths)
        if not later.keys() <= here:
            earlier, later = divide(facts, 0)
        prefix = begin()
        extend(prefix, earlier)
        names = with_names_of(name_digest.EMPTY, earlier)
        checkpoint = _stored(prefix, names, _needed(state, taken, later))
        projection = finish(order_id, prefix, later)
    except NotDivisible:
        return None
    unlisted = {fact.event.id for fact in facts.values()}.difference(projection.events)
    return InParts(
        projection,
        known,
        frozenset(fact.event.id for fact in known.values()) - unlisted,
        _any_stated(prefix, later),
        checkpoint,
        frozenset(later),
        live_from(prefix, names, later, projection.order),
    )


def _divided(
    facts: Mapping[str, Fact], texts: Collection[StoredFact], lengths: Lengths
) -> tuple[Mapping[str, Fact], Mapping[str, Fact]]:
    """Divide facts before the latest ones; before none of them where texts are long."""
    average = characters(texts) / max(1, len(texts))
    fitting = int(lengths.in_document / 2 / max(1.0, average))
    return divide(facts, min(lengths.recent, fitting))


def _needed(state: ProjectionState, taken: Taken, later: Mapping[str, Fact]) -> set[str]:
    """Return the ids of events that may yet be causes, or that have facts beyond a checkpoint."""
    event_ids = (fact.event.id for facts in (taken, later) for fact in facts.values())
    return {*state.pending, *event_ids}


def _stored(prefix: Prefix, names: bytes, needed: set[str]) -> StoredCheckpoint:
    forget_events(prefix, needed)
    text = write_state(prefix)
    if text is None:
        raise NotDivisible
    at, event = prefix.place
    return StoredCheckpoint(RULES, FORM, 0, at, event, names, text)


def with_names_of(digest: bytes, facts: Mapping[str, Fact]) -> bytes:
    """Return a digest with all that these facts name."""
    names = (name for fact in facts.values() for name in names_of(fact))
    return name_digest.with_names(digest, names)


def _any_stated(prefix: Prefix, later: Mapping[str, Fact]) -> Callable[[], bool]:
    return lambda: prefix.states_an_amount or any(map(states_an_amount, later.values()))


ORDER_FOLD: Final = ResumableFold()
