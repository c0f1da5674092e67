"""The order session: what the events of one round change in one order.

A session begins with an order's stored state and ends with a compare-and-set on that state's
counter, so that of two concurrent sessions only one succeeds. In between there is no I/O: `decide`
is a pure function. `rounds` handles timing and failures.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from order_projector.domain.facts import Fact
from order_projector.domain.invariants import state_violations, violations_of
from order_projector.projection import codec
from order_projector.projection.bookkeeping import Projected, fingerprints, next_state
from order_projector.projection.decisions import (
    NEW,
    Changed,
    Decision,
    InboundEvent,
    Incomplete,
    Redelivered,
    Seen,
    Unchanged,
    Violated,
    judged,
    settling,
)
from order_projector.projection.document import STATE_KEY
from order_projector.projection.folded import Fold, FoldResult
from order_projector.projection.live_fold import LiveFold
from order_projector.projection.long_orders.arranging import Arranged
from order_projector.projection.names.arrivals import namers, with_names
from order_projector.projection.names.folding import fold_named
from order_projector.projection.ports import OrderWrite, ProjectionState, Unusable, UnusableReason
from order_projector.projection.stored import StoredFlag
from order_projector.projection.taking import known_earlier, take
from order_projector.projection.unserved import decide_unserved

__all__ = [
    "NEW",
    "Changed",
    "Decision",
    "Fold",
    "FoldResult",
    "InboundEvent",
    "Incomplete",
    "Redelivered",
    "Seen",
    "Unchanged",
    "Violated",
    "decide",
    "event_ids",
    "projected_of",
    "raised_codes",
]


def decide(
    order_id: str,
    stored: ProjectionState | Unusable | None,
    events: Sequence[InboundEvent],
    fold: Fold,
) -> Decision:
    """Return what `events`, in arrival order, change in an order stored as `stored`.

    Without events the order is folded again: `Redelivered` means that it is stored as it should be.
    `Unusable` means that the stored document cannot be read, so no event can be applied.
    """
    if isinstance(stored, Unusable):
        return stored
    try:
        return _decide(order_id, stored, events, fold)
    except codec.UnreadableFact as error:
        return Unusable(UnusableReason.BOOKKEEPING, f"{STATE_KEY}.facts of its document {error}")


def _decide(
    order_id: str, stored: ProjectionState | None, events: Sequence[InboundEvent], fold: Fold
) -> Decision:
    before = stored or NEW
    state = with_names(order_id, before, events)
    if (unserved := decide_unserved(order_id, stored, state, events)) is not None:
        return unserved
    taken = take(state.all_facts(), events)
    seen = judged(state, events, taken)
    redelivered = Seen.REDELIVERED in seen
    none_known = not taken and not redelivered and state is before
    if (events or stored is None) and none_known:
        return Unchanged(seen)

    new = {name: each.stored(name) for name, each in taken.items()}
    folded = fold_named(order_id, state, {name: it.fact for name, it in taken.items()}, new, fold)
    if folded is None:
        return Incomplete()
    projected = projected_of(folded.projection, folded.live, state)
    if not taken and state is before and projected.is_stored(state):
        return Redelivered(seen, settling(before, before, events, seen))

    new = known_earlier(state.facts, events) | new
    namer = _namer(before, state, events, folded.projection.order, projected)
    after = next_state(state, folded.known_events, new, projected, events, namer)
    violations = (
        *violations_of(folded.projection.order, folded.states_an_amount, state.served()),
        *state_violations(before, after, folded.known_events.union(event_ids(folded.known))),
    )
    if violations:
        return Violated(violations)
    to_settle = settling(before, after, events, seen)
    write = _write(order_id, stored, folded.projection.order, folded.arrange(after))
    announces = redelivered or after.revision > state.revision
    return Changed(seen, write, announces, raised_codes(state, after), to_settle)


def _write(
    order_id: str, stored: ProjectionState | None, order: Mapping[str, Any], next_one: Arranged
) -> OrderWrite:
    return OrderWrite(
        order_id,
        stored.counter if stored else None,
        order,
        next_one.state,
        segments=next_one.segments,
        base=stored,
        encoded=next_one.encoded,
    )


def _namer(
    before: ProjectionState,
    state: ProjectionState,
    events: Sequence[InboundEvent],
    order: Mapping[str, Any],
    projected: Projected,
) -> str | None:
    """Return the event that told the source id that is served from now on, if one of these did."""
    if projected.digests.get("source_id") == before.digests.get("source_id"):
        return None
    return namers(before, state, events).get(order.get("source_id") or "")


def event_ids(facts: Mapping[str, Fact]) -> set[str]:
    """Return the ids of the events that told the facts."""
    return {fact.event.id for fact in facts.values()}


def projected_of(
    projection: FoldResult, live: LiveFold | None = None, before: ProjectionState = NEW
) -> Projected:
    """Return what the bookkeeping needs of a fold, and what is kept of it to go on from.

    The state ``before`` spares the fingerprints of what is served as it was.
    """
    return Projected(
        digests=fingerprints(projection.order, before.served(), before.digests),
        events=projection.events,
        flags=tuple(
            StoredFlag(flag.code.value, flag.event, flag.about, flag.message)
            for flag in projection.flags
        ),
        live=live,
    )


def raised_codes(state: ProjectionState, after: ProjectionState) -> tuple[str, ...]:
    """Return the codes of the new flags; another message about the same thing is no new flag."""
    if not after.flags:
        return ()
    before = {(flag.code, flag.event, flag.about) for flag in state.flags}
    new = {(flag.code, flag.event, flag.about) for flag in after.flags} - before
    return tuple(sorted(code for code, _, _ in new))
