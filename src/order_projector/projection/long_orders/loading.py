"""All facts of orders, wherever they are stored: the one way to read them."""

from collections.abc import Collection, Mapping
from typing import Protocol

from order_projector.projection.ports import ProjectionState, Unusable

States = Mapping[str, ProjectionState | Unusable]
"""States of stored orders by id."""


class StateReader(Protocol):
    """The part of an `OrderStore` that reads states."""

    async def load(self, order_ids: Collection[str]) -> States:
        """Return the state of each stored order, or why it cannot be read."""

    async def complete(self, states: Mapping[str, ProjectionState]) -> States:
        """Return the states with the facts of their segments, or why these cannot be read."""


async def load_complete(store: StateReader, order_ids: Collection[str]) -> States:
    """Return the state of each stored order; `ProjectionState.all_facts` of it are all there are.

    For callers that read a few orders at a time: the segments of all are in memory at once.
    """
    return await completed(store, await store.load(order_ids))


async def completed(store: StateReader, states: States) -> States:
    """Return the states with the facts of their segments.

    An order that was erased since it was loaded lacks them: it is returned as it is now.
    """
    done, apart = dict(states), _apart(states)
    while apart:
        complete = await store.complete(apart)
        present = await moved_on(store, apart, complete)
        done |= {**complete, **present}
        apart = _apart(present)
    return done


async def moved_on(
    store: StateReader, before: Mapping[str, ProjectionState], complete: States
) -> dict[str, ProjectionState | Unusable]:
    """Return the present state of orders that lack a segment because they were erased since."""
    lacking = [name for name, state in complete.items() if isinstance(state, Unusable)]
    if not lacking:
        return {}
    present = await store.load(lacking)
    return {
        name: state
        for name, state in present.items()
        if not (isinstance(state, ProjectionState) and state.counter == before[name].counter)
    }


def _apart(states: States) -> dict[str, ProjectionState]:
    return {
        name: state
        for name, state in states.items()
        if isinstance(state, ProjectionState) and state.apart
    }
