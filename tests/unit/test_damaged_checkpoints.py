"""A checkpoint that something else than a worker has changed is found, and nothing rests on it."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from order_projector.domain.served import project_order
from order_projector.projection.document import STATE_KEY, compose, read_state
from order_projector.projection.long_orders.lengths import Lengths
from order_projector.projection.ports import ProjectionState
from order_projector.projection.refolding import Different, Equal, examine, refolded
from order_projector.projection.scanning import scanned_order
from order_projector.projection.seal import SEAL
from tests.support.events import order_event, paid
from tests.support.sessions import OneOrder

Document = dict[str, Any]

IN_DOCUMENT = Lengths(short=4, recent=2, most_recent=8, in_segment=100)
FOUND = Different(("_projection.checkpoint: not as a worker wrote it",))


def long_order() -> OneOrder:
    """Return an order of 10.00 and six payments of 0.10, whose document has a checkpoint."""
    order = OneOrder(lengths=IN_DOCUMENT)
    order.take([order_event(1, "created", items=[{"product_id": "mug", "price": 1000}])])
    for number in range(2, 8):
        order.take([paid(number, 10, name=f"pay_{number}")])
    return order


def checkpoint_of(document: Document) -> Document:
    """Return the checkpoint, as it is stored."""
    found: Document = document[STATE_KEY]["checkpoint"]
    return found


def other_product(checkpoint: Document) -> None:
    """Leave everything readable, and tell another product."""
    assert "mug" in checkpoint["state"]
    checkpoint["state"] = checkpoint["state"].replace("mug", "cup")


DAMAGES: list[Callable[[Document], object]] = [
    other_product,
    lambda it: it.update(state="{}"),
    lambda it: it.update(names=it["names"][:-3]),
    lambda it: it.update(at=it["at"] + 1),
    lambda it: it.update(event="evt_zzz"),
    lambda it: it.update(covers=it["covers"] - 1),
    lambda it: it.update(covers=1_000),
]


def damaged(damage: Callable[[Document], object]) -> Document:
    """Return the document of the long order with this damage."""
    document = copy.deepcopy(long_order().document)
    damage(checkpoint_of(document))
    return document


def test_a_checkpoint_as_a_worker_wrote_it_is_equal() -> None:
    assert examine(scanned_order(long_order().document), project_order) == Equal()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_named(damage: Callable[[Document], object]) -> None:
    assert examine(scanned_order(damaged(damage)), project_order) == FOUND


def test_a_checkpoint_that_is_missing_is_named() -> None:
    document = long_order().document
    document[STATE_KEY]["checkpoint"] = None
    assert examine(scanned_order(document), project_order) == FOUND


def test_a_checkpoint_that_was_stored_without_a_seal_of_its_own_is_equal() -> None:
    document = long_order().document
    document[STATE_KEY][SEAL] = document[STATE_KEY][SEAL].partition(":")[0]
    assert examine(scanned_order(document), project_order) == Equal()


@pytest.mark.parametrize("damage", DAMAGES)
def test_no_event_is_folded_on_from_a_damaged_checkpoint(
    damage: Callable[[Document], object],
) -> None:
    """The next event makes a new one, and the order is what all its events make of it."""
    order, whole = long_order(), long_order()
    order.document = damaged(damage)
    for each in (order, whole):
        each.take([paid(20, 10, name="pay_20")])

    assert order.document["items"] == whole.document["items"]
    assert order.document["payments"] == whole.document["payments"]
    assert examine(scanned_order(order.document), project_order) == Equal()
    after = read_state(order.document)
    assert isinstance(after, ProjectionState)
    assert after.checkpoint is not None


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_refold_removes_a_damaged_checkpoint_without_a_revision(
    damage: Callable[[Document], object],
) -> None:
    found = scanned_order(damaged(damage))
    write = refolded(found, project_order)
    assert write is not None

    assert isinstance(found.state, ProjectionState)
    assert write.state.revision == found.state.revision
    assert examine(scanned_order(compose(write)), project_order) == Equal()
