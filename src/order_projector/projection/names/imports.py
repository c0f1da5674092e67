"""Apply news about an order's source ids to that order."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from order_projector.domain.facts import Fact
from order_projector.domain.invariants import order_violations, state_violations
from order_projector.projection import codec
from order_projector.projection.bookkeeping import next_state
from order_projector.projection.decisions import Changed, Decision, Unchanged, Violated
from order_projector.projection.document import STATE_KEY
from order_projector.projection.names.stored import Import, Standing
from order_projector.projection.names.view import combined, names_of
from order_projector.projection.newer_releases import is_newer
from order_projector.projection.ports import (
    KEPT_ORDER,
    OrderWrite,
    ProjectionState,
    Unusable,
    UnusableReason,
)
from order_projector.projection.session import (
    Fold,
    FoldResult,
    event_ids,
    projected_of,
    raised_codes,
)


@dataclass(frozen=True, slots=True)
class News:
    """News for an order, by source id, and the trace of the event that they follow from."""

    imports: Mapping[str, Import] = field(default_factory=dict)
    traceparent: str | None = None


def with_news(
    order_id: str, stored: ProjectionState | Unusable | None, news: News, fold: Fold
) -> Decision:
    """Return what the news change in an order; nothing if it knows as much, or is erased."""
    if isinstance(stored, Unusable):
        return stored
    if stored is None or stored.erased:
        return Unchanged(())
    newer = {
        source_id: one
        for source_id, one in news.imports.items()
        if source_id not in stored.imports or one.version > stored.imports[source_id].version
    }
    if not newer:
        return Unchanged(())
    after = replace(stored, imports={**stored.imports, **newer})
    if is_newer(stored):
        marked = replace(after, counter=stored.counter + 1, refold=True)
        write = OrderWrite(order_id, stored.counter, KEPT_ORDER, marked)
        return Changed((), write, announces=False)
    left = frozenset[str]().union(*map(_event_ids_of, _taken_away(stored, newer)))
    return refolded(order_id, stored, after, fold, left, news.traceparent)


def declined(
    order_id: str, stored: ProjectionState | Unusable | None, news: News, fold: Fold
) -> Decision:
    """Return an order that says of the names in the news that it could not take them in.

    What it has taken in before stays.
    """
    if not isinstance(stored, ProjectionState):
        return with_news(order_id, stored, news, fold)
    refused = {
        source_id: replace(one, standing=Standing.NOT_JOINED, facts={})
        for source_id, one in news.imports.items()
        if standing_of(stored, source_id) is not Standing.OWNED
    }
    return with_news(order_id, stored, replace(news, imports=refused), fold)


def contested(
    order_id: str,
    stored: ProjectionState | Unusable | None,
    source_id: str,
    version: int,
    fold: Fold,
) -> Decision:
    """Return an order that knows that it owns a source id which another order claims, too.

    It owned it in this ``version`` of the name's document. Its news are of the same version as
    before, because it has not taken in anything else.
    """
    if isinstance(stored, Unusable):
        return stored
    known = None if stored is None else stored.imports.get(source_id)
    if stored is None or known is None or is_newer(stored):
        return Unchanged(())
    match known.standing:
        case Standing.OWNED if not known.is_contested:
            pass
        case Standing.TAKEN if known.version < version:
            pass
        case _:
            return Unchanged(())
    imported = replace(known, standing=Standing.OWNED, is_contested=True)
    after = replace(stored, imports={**stored.imports, source_id: imported})
    return refolded(order_id, stored, after, fold)


def _taken_away(stored: ProjectionState, newer: Mapping[str, Import]) -> list[Import]:
    """Return the imports whose facts go: another order owns them now, or they were erased."""
    return [
        stored.imports[source_id]
        for source_id, one in newer.items()
        if source_id in stored.imports and not one.facts
    ]


def _event_ids_of(one: Import) -> set[str]:
    return {codec.load(name, fact.text).event.id for name, fact in one.facts.items()}


def refolded(
    order_id: str,
    before: ProjectionState,
    after: ProjectionState,
    fold: Fold,
    left: Collection[str] = frozenset(),
    traceparent: str | None = None,
) -> Decision:
    """Return the order with other imports or another record of its name, folded again.

    ``left`` are the events of imports that went away. If that changes the order, those that no
    longer count are causes of the revision. They are causes again if they come back.
    """
    try:
        own = {name: codec.load(name, fact.text) for name, fact in before.all_facts().items()}
        known = combined(own, before.imports)
        facts = combined(own, after.imports)
    except codec.UnreadableFact as error:
        return Unusable(UnusableReason.BOOKKEEPING, f"{STATE_KEY} of its document {error}")
    projection = fold(order_id, facts, names_of(after, own, facts))
    gone = set(left) - event_ids(facts) - event_ids(own)
    went = _in_sequence(order_id, before, own, known, fold, gone & event_ids(known))
    kept = {name: fact for name, fact in known.items() if fact.event.id not in gone}
    pending = tuple(each for each in before.pending if each not in gone)
    retired = tuple(each for each in before.retired if each not in gone)
    without = replace(before, pending=pending, retired=retired)
    after = replace(after, pending=pending, retired=retired)
    new = next_state(after, event_ids(kept), {}, projected_of(projection), ())
    if new.revision > before.revision:
        announced = (event for event in went if event not in before.pending)
        new = replace(new, causes=(*new.causes, *announced), traceparent=traceparent)
    return _written(order_id, without, new, projection, facts, event_ids(kept))


def served_again(
    order_id: str,
    before: ProjectionState,
    after: ProjectionState,
    fold: Fold,
    traceparent: str | None = None,
) -> Decision:
    """Return the order that a merged document is again: its events are back, and its causes."""
    try:
        facts = {name: codec.load(name, fact.text) for name, fact in before.all_facts().items()}
    except codec.UnreadableFact as error:
        return Unusable(UnusableReason.BOOKKEEPING, f"{STATE_KEY} of its document {error}")
    projection = fold(order_id, facts, names_of(after, facts, facts))
    new = next_state(after, (), {}, projected_of(projection), ())
    return _written(
        order_id, before, replace(new, traceparent=traceparent), projection, facts, frozenset()
    )


def _written(
    order_id: str,
    before: ProjectionState,
    new: ProjectionState,
    projection: FoldResult,
    facts: Mapping[str, Fact],
    known: Collection[str],
) -> Decision:
    """Return the write of a new state, unless it violates an invariant."""
    violations = (
        *order_violations(projection.order, facts.values()),
        *state_violations(before, new, known),
    )
    if violations:
        return Violated(violations)
    write = OrderWrite(order_id, before.counter, projection.order, new)
    return Changed((), write, new.revision > before.revision, raised_codes(before, new))


def _in_sequence(
    order_id: str,
    before: ProjectionState,
    own: Mapping[str, Fact],
    known: Mapping[str, Fact],
    fold: Fold,
    events: Collection[str],
) -> list[str]:
    """Return the events in the order of the timeline that they were on."""
    if not events:
        return []
    projection = fold(order_id, known, names_of(before, own, known))
    return [event for event in projection.events if event in events]


def standing_of(state: ProjectionState, source_id: str) -> Standing | None:
    """Return what an order knows of its claim on a source id; None if it has no news of it."""
    known = state.imports.get(source_id)
    return None if known is None else known.standing
