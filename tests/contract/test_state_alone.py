"""A write of the projection state alone leaves the served order, and is a compare-and-set."""

from dataclasses import replace

from order_projector.projection.ports import (
    KEPT_ORDER,
    OrderStore,
    OrderWrite,
    ProjectionState,
    Written,
)
from tests.contract.states import first, served, then


async def test_the_served_order_stays_as_it_is(store: OrderStore) -> None:
    write = first(status="PAID")
    await store.write([write])
    state = replace(write.state, counter=2, refold=True, pending=("e3", "e4"))

    assert await store.write([OrderWrite("o", 1, KEPT_ORDER, state)]) == {"o": Written.APPLIED}

    assert (await served(store)).order == {"id": "o", "metadata": {}, "status": "PAID"}
    loaded = (await store.load(["o"]))["o"]
    assert isinstance(loaded, ProjectionState)
    assert (loaded.refold, loaded.pending) == (True, ("e3", "e4"))


async def test_on_another_state_it_is_a_conflict_and_changes_nothing(store: OrderStore) -> None:
    write = first(status="PAID")
    await store.write([write])
    await store.write([then(write)])
    state = replace(write.state, counter=2, refold=True)

    assert await store.write([OrderWrite("o", 1, KEPT_ORDER, state)]) == {"o": Written.CONFLICT}

    loaded = (await store.load(["o"]))["o"]
    assert isinstance(loaded, ProjectionState)
    assert not loaded.refold
