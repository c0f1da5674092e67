"""What an `order.updated` says of the money spent: no server, the worker's own projection."""

import pytest

from customer_spend.spend import OrderSpend, read
from order_projector.testing import (
    Event,
    item,
    order_created,
    paid_in_parts,
    payment_authorized,
    payment_failed,
    payment_refunded,
    payment_succeeded,
    project,
)

CREATED = order_created("ord_1", items=[item("prod_mug", 2, price=1250)], customer="cust_1")
PAID = payment_succeeded("ord_1", 2500)


def last(*events: Event) -> OrderSpend:
    """What the last update of these events says."""
    return read(project(events).updates[-1].value)


def test_an_order_without_payments_has_cost_nothing_yet() -> None:
    assert last(CREATED) == OrderSpend("ord_1", 1, "cust_1", 0)


def test_what_was_received_is_spent() -> None:
    assert last(CREATED, PAID) == OrderSpend("ord_1", 2, "cust_1", 2500)


def test_parts_add_up_and_refunds_are_taken_off() -> None:
    half, other_half = paid_in_parts("ord_1", 1250, 1250)
    assert last(CREATED, half, other_half, payment_refunded(half, 250)).cents == 2250


def test_a_payment_given_back_is_not_spent() -> None:
    assert last(CREATED, PAID, payment_refunded(PAID)).cents == 0


@pytest.mark.parametrize(
    "event", [payment_authorized("ord_1", 2500), payment_failed("ord_1", 2500)]
)
def test_what_was_not_received_is_not_spent(event: Event) -> None:
    assert last(CREATED, event).cents == 0


def test_the_customer_may_not_be_known() -> None:
    assert last(PAID) == OrderSpend("ord_1", 1, None, 2500)


@pytest.mark.parametrize("value", [b"{", b"[]", b"{}", b'{"order": 1, "revision": 1}'])
def test_something_else_is_an_error(value: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(value)
