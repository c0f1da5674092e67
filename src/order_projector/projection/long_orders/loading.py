"""All facts of orders, wherever they stand: the one way to read them."""

from collections.abc import Collection, Mapping

from order_projector.projection.ports import OrderStore, ProjectionState, Unusable


async def load_complete(
    store: OrderStore, order_ids: Collection[str]
) -> Mapping[str, ProjectionState | Unusable]:
    """Return the state of each stored order; `ProjectionState.all_facts` of it are all there are.

    For whoever reads orders one by one: the segments of all are in memory at once.
    """
    loaded = await store.load(order_ids)
    apart = {
        name: state
        for name, state in loaded.items()
        if isinstance(state, ProjectionState) and state.apart
    }
    return {**loaded, **await store.complete(apart)} if apart else loaded
