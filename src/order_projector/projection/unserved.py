"""Decisions on orders that are not folded here: erased, merged, or of a newer release."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from order_projector.domain.facts import Erasure
from order_projector.domain.invariants import state_violations
from order_projector.projection.bookkeeping import erased_state, kept_for_owner
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
from order_projector.projection.document import MERGED_INTO
from order_projector.projection.names.arrivals import with_names
from order_projector.projection.names.stored import NameStage
from order_projector.projection.newer_releases import (
    is_newer,
    take_for_later_release,
    write_for_later_release,
)
from order_projector.projection.ports import OrderWrite, ProjectionState
from order_projector.projection.taking import take, taken_facts


def decide_unserved(
    order_id: str,
    stored: ProjectionState | None,
    state: ProjectionState,
    events: Sequence[InboundEvent],
) -> Decision | None:
    """Return the decision on an order that is not folded here; None if it is.

    ``state`` is the stored one with the names that the events give.
    """
    if state.erased or any(map(erases, events)):
        return _decide_erased(order_id, stored, events)
    if is_newer(state):
        return _decide_for_later_release(order_id, stored or NEW, state, events)
    if state.name and not state.name.is_order:
        return _decide_merged(order_id, stored, state, events)
    return None


def _decide_merged(
    order_id: str,
    stored: ProjectionState | None,
    state: ProjectionState,
    events: Sequence[InboundEvent],
) -> Decision:
    """Decide on a name whose order went into its owner: what comes is kept for that one.

    While the owner is erased it is counted, and not kept.
    """
    before, name = stored or NEW, state.name
    if name is None:
        raise ValueError(order_id)
    is_gone = name.stage in {NameStage.ERASED, NameStage.RETAINED}
    taken = {} if name.stage is NameStage.ERASED else take(state.facts, events)
    seen = judged(state, events, taken, Seen.ERASED if is_gone else Seen.DUPLICATE)
    if is_gone:
        seen = tuple(Seen.ERASED if each is Seen.APPLIED else each for each in seen)
    if not taken and state is before:
        to_settle = settling(before, before, events, seen)
        return Redelivered(seen, to_settle) if Seen.REDELIVERED in seen else Unchanged(seen)
    after = kept_for_owner(state, taken_facts(state.facts, taken, events), events)
    write = OrderWrite(order_id, before.counter, {MERGED_INTO: name.owner_id}, after)
    to_settle = settling(before, after, events, seen)
    announces = Seen.REDELIVERED in seen and after.revision > 0
    return Changed(seen, write, announces, to_settle=to_settle)


def _decide_erased(
    order_id: str, stored: ProjectionState | None, events: Sequence[InboundEvent]
) -> Decision:
    """Decide on an order that is erased, or is now: nothing is folded, only the erasure is kept.

    Neither its other facts nor those of the events are read, so that none of them can prevent it.
    """
    before = stored or NEW
    state = with_names(order_id, before, events)
    taken = {} if state.erased else take({}, [each for each in events if erases(each)])
    seen = judged(state, events, taken, Seen.ERASED)
    if not taken and state is before:
        to_settle = settling(before, before, events, seen)
        again = Seen.REDELIVERED in seen
        return Redelivered(seen, to_settle) if again else Unchanged(seen)
    erasure = {
        name: each.stored(name) for name, each in taken.items() if isinstance(each.fact, Erasure)
    }
    order: dict[str, Any] = {}
    if state.name and not state.name.is_order:
        after = replace(
            kept_for_owner(state, {}, events), facts=erasure or state.facts, erased=True
        )
        order = {MERGED_INTO: state.name.owner_id}
    elif not taken:
        after = kept_for_owner(state, {}, events)
    else:
        after = erased_state(state, erasure, events)
        if violations := state_violations(before, after, ()):
            return Violated(violations)
    write = OrderWrite(order_id, stored.counter if stored else None, order, after)
    turns = after.revision > state.revision
    announces = turns or (Seen.REDELIVERED in seen and after.revision > 0)
    return Changed(seen, write, announces, to_settle=settling(before, after, events, seen))


def _decide_for_later_release(
    order_id: str,
    before: ProjectionState,
    state: ProjectionState,
    events: Sequence[InboundEvent],
) -> Decision:
    """Decide on an order that newer rules have folded: only store the facts of the events."""
    if state.apart and state.older is None:
        return Incomplete()
    taken = take_for_later_release(state.all_facts(), events)
    seen = judged(state, events, taken)
    if not taken and state is before:
        to_settle = settling(before, before, events, seen)
        return Redelivered(seen, to_settle) if Seen.REDELIVERED in seen else Unchanged(seen)
    write = write_for_later_release(order_id, state, taken, events)
    to_settle = settling(before, write.state, events, seen)
    return Changed(seen, write, announces=False, to_settle=to_settle)


def erases(event: InboundEvent) -> bool:
    """Whether the event erases its order."""
    return any(isinstance(fact, Erasure) for fact in event.facts)
