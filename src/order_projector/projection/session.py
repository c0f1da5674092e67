"""The order session: what the events of one round change in one order.

A session begins with an order's stored state and ends with a compare-and-set on that state's
counter, so that of two concurrent sessions only one succeeds. In between there is no I/O: `decide`
is a pure function. `rounds` handles timing and failures.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from order_projector.domain.facts import Fact
from order_projector.domain.flags import Flag
from order_projector.domain.invariants import order_violations, state_violations
from order_projector.domain.names import OrderNames
from order_projector.projection import codec
from order_projector.projection.bookkeeping import Projected, fingerprint, next_state
from order_projector.projection.decisions import (
    NEW,
    Changed,
    Decision,
    InboundEvent,
    Redelivered,
    Seen,
    Unchanged,
    Violated,
    judged,
    settling,
)
from order_projector.projection.document import STATE_KEY
from order_projector.projection.names.arrivals import with_names
from order_projector.projection.names.view import combined, names_of
from order_projector.projection.ports import OrderWrite, ProjectionState, Unusable, UnusableReason
from order_projector.projection.stored import StoredFlag
from order_projector.projection.taking import take, taken_facts
from order_projector.projection.unserved import decide_unserved

__all__ = [
    "NEW",
    "Changed",
    "Decision",
    "Fold",
    "FoldResult",
    "InboundEvent",
    "Redelivered",
    "Seen",
    "Unchanged",
    "Violated",
    "decide",
    "event_ids",
    "projected_of",
    "raised_codes",
]


class FoldResult(Protocol):
    """What a fold returns for a set of facts.

    ``order`` is the served JSON object in its key order; ``events`` are the envelope ids in the
    timeline's order, each at its first appearance; ``flags`` are in the sequence to store.
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
    taken = take(state.facts, events)
    seen = judged(state, events, taken)
    redelivered = Seen.REDELIVERED in seen
    if events and not taken and not redelivered and state is before:
        return Unchanged(seen)

    own = {name: codec.load(name, fact.text) for name, fact in state.facts.items()}
    known = combined(own, state.imports)
    own_after = {**own, **{name: each.fact for name, each in taken.items()}}
    facts = combined(own_after, state.imports)
    projection = fold(order_id, facts, names_of(state, own_after, facts))
    projected = projected_of(projection)
    if not taken and state is before and projected.is_stored(state):
        return Redelivered(seen, settling(before, before, events, seen))

    after = next_state(
        state, event_ids(known), taken_facts(state.facts, taken, events), projected, events
    )
    violations = (
        *order_violations(projection.order, facts.values()),
        *state_violations(before, after, known.values()),
    )
    if violations:
        return Violated(violations)
    return Changed(
        seen,
        OrderWrite(order_id, stored.counter if stored else None, projection.order, after),
        announces=redelivered or after.revision > state.revision,
        raised=raised_codes(state, after),
        to_settle=settling(before, after, events, seen),
    )


def event_ids(facts: Mapping[str, Fact]) -> set[str]:
    """Return the ids of the events that told the facts."""
    return {fact.event.id for fact in facts.values()}


def projected_of(projection: FoldResult) -> Projected:
    """Return what the bookkeeping needs of a fold."""
    return Projected(
        digests={field: fingerprint(value) for field, value in projection.order.items()},
        events=projection.events,
        flags=tuple(
            StoredFlag(flag.code.value, flag.event, flag.about, flag.message)
            for flag in projection.flags
        ),
    )


def raised_codes(state: ProjectionState, after: ProjectionState) -> tuple[str, ...]:
    """Return the codes of the new flags; another message about the same thing is no new flag."""
    before = {(flag.code, flag.event, flag.about) for flag in state.flags}
    new = {(flag.code, flag.event, flag.about) for flag in after.flags} - before
    return tuple(sorted(code for code, _, _ in new))
