"""Decisions of a round on orders of which the segments may be needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from order_projector.projection.decider import Decider, DecisionFailed
from order_projector.projection.folding import size, size_apart
from order_projector.projection.load_budget import Reservation
from order_projector.projection.long_orders.loading import moved_on
from order_projector.projection.metrics import timed
from order_projector.projection.ports import (
    OrderStore,
    OrderWrite,
    ProjectionState,
    Unusable,
    Written,
)
from order_projector.projection.session import Decision, InboundEvent, Incomplete

Decisions = dict[str, Decision | DecisionFailed]
"""Decisions by order id."""


@dataclass(frozen=True, slots=True)
class CompleteDecider:
    """Decides orders on the states that are loaded, and loads segments where that is not enough.

    Orders larger than ``at_most`` with their segments are left undecided.
    """

    store: OrderStore
    decider: Decider
    at_most: int

    async def decide(
        self,
        events_by_order: Mapping[str, Sequence[InboundEvent]],
        states: Mapping[str, ProjectionState | Unusable],
        reservation: Reservation,
    ) -> Decisions:
        """Return the decision on each order that is not too large."""
        sizes = {name: size(states.get(name), events) for name, events in events_by_order.items()}
        current = {
            name: events for name, events in events_by_order.items() if sizes[name] <= self.at_most
        }
        decisions = await self.decider.decide(current, states, sizes)
        incomplete = _incomplete(decisions, states)
        for name, state in list(incomplete.items()):
            sizes[name] += size_apart(state)
            if sizes[name] > self.at_most:
                del decisions[name], incomplete[name]
        if not incomplete:
            return decisions
        reservation.resize(sum(sizes.values()))
        with timed(self.decider.metrics, "load"):
            complete = await self.store.complete(incomplete)
            moved = await moved_on(self.store, incomplete, complete)
        again = {name: current[name] for name in complete if name not in moved}
        decisions |= await self.decider.decide(again, complete, sizes)
        if moved:
            left = {name: current[name] for name in moved}
            decisions |= await self.decide(left, moved, reservation)
        return decisions


def _incomplete(
    decisions: Decisions, states: Mapping[str, ProjectionState | Unusable]
) -> dict[str, ProjectionState]:
    undecided = [name for name, made in decisions.items() if isinstance(made, Incomplete)]
    return {name: state for name in undecided if isinstance(state := states[name], ProjectionState)}


def erased_orders(
    states: Mapping[str, ProjectionState | Unusable],
    writes: Sequence[OrderWrite],
    results: Mapping[str, Written | Unusable],
) -> list[str]:
    """Return the orders that were erased when they were loaded, or have been erased now.

    The segments of an erased order go whenever an event comes, and not only with its erasure: one
    that was written just before, for a state that then lost to the erasure, must not stay either.
    """
    before = [name for name, state in states.items() if _is_erased(state)]
    applied = [write for write in writes if results[write.order_id] is Written.APPLIED]
    return [*before, *(write.order_id for write in applied if write.state.erased)]


def _is_erased(state: ProjectionState | Unusable) -> bool:
    return isinstance(state, ProjectionState) and state.erased
