"""What is still to be paid for an order: no server, the worker's own projection."""

from order_projector.testing import (
    Event,
    item,
    order_created,
    payment_authorized,
    payment_captured,
    payment_refunded,
    payment_succeeded,
    project,
)
from shop_till.till import to_pay

PLACED = order_created("ord_1", items=[item("prod_mug", 2, price=1250)])
AUTHORIZED = payment_authorized("ord_1", 2500)
PAID = payment_succeeded("ord_1", 1000)


def shown(*events: Event) -> tuple[str, int | None]:
    """Return the status of the order of these events, and what is to pay for it."""
    order = project(events).order("ord_1")
    return order["status"], to_pay(order)


def test_what_is_only_authorized_is_still_to_pay() -> None:
    assert shown(PLACED, AUTHORIZED) == ("PROCESSING", 2500)


def test_of_an_authorized_amount_what_was_captured_is_no_longer_to_pay() -> None:
    first = payment_captured(AUTHORIZED, 1000)
    assert shown(PLACED, AUTHORIZED, first) == ("PROCESSING", 1500)
    assert shown(PLACED, AUTHORIZED, first, payment_captured(AUTHORIZED, 1500)) == ("PAID", 0)


def test_a_payment_that_was_refunded_as_a_whole_is_to_pay_again() -> None:
    assert shown(PLACED, PAID, payment_refunded(PAID)) == ("CANCELED", 2500)
    assert shown(PLACED, PAID, payment_refunded(PAID, 400)) == ("PROCESSING", 1500)


def test_it_is_not_known_of_an_order_of_which_only_a_payment_has_come() -> None:
    assert shown(PAID) == ("PROCESSING", None)
