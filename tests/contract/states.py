"""States of an order to store."""

from dataclasses import replace
from typing import Any

from order_projector.projection.ports import OrderStore, OrderWrite, ProjectionState, StoredOrder
from order_projector.projection.stored import StoredFlag
from tests.support.stored import told

STATE = ProjectionState(
    counter=1,
    revision=1,
    facts={
        "payment succeeded p.$1": told('{"id":"p.$1"}', known_at=2**40),
        "event e1": told('{"text":"ü"}', rules=2),
    },
    digests={"id": "00ff", "metadata": "ff00"},
    changes=("id", "metadata"),
    causes=("e1", "e2"),
    pending=("e3",),
    offsets={("order.payments", 4): 2**40, ("redemptions", 0): 0},
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    retired=("e0",),
    flags=(StoredFlag("discount_cut", "e1", "r.$1", "ü"),),
    revision_flags=(StoredFlag("carried_discount", "e1", "o", "then"),),
    rules=2,
)


def first(order_id: str = "o", **fields: Any) -> OrderWrite:
    return OrderWrite(order_id, None, {"id": order_id, "metadata": {}, **fields}, STATE)


def then(write: OrderWrite, **fields: Any) -> OrderWrite:
    """Return a write of the next state on top of this write's."""
    state = replace(
        write.state,
        counter=write.state.counter + 1,
        revision=write.state.revision + 1,
    )
    return OrderWrite(write.order_id, write.state.counter, {**write.order, **fields}, state)


def erased(write: OrderWrite) -> OrderWrite:
    """Return a write that erases the order instead."""
    state = replace(
        write.state,
        facts={"erasure": told('{"at":0}')},
        digests={},
        changes=(),
        causes=(),
        pending=(),
        retired=(),
        flags=(),
        revision_flags=(),
        erased=True,
    )
    return replace(write, order={}, state=state)


async def served(store: OrderStore, order_id: str = "o") -> StoredOrder:
    (stored,) = await store.stored([order_id])
    assert isinstance(stored, StoredOrder)
    return stored
