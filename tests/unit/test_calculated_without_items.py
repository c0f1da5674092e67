"""Calculated orders that name no items: their amount is the order's (sections 3 and 5)."""

import pytest

from tests.support.calculated import CUP, FREE, MUG, applied, line, money, whatever_arrives_first
from tests.support.events import Json, order_event, redeemed, rolled_back

CART = order_event(0, items=[line(MUG, 2)])


def took(minute: int, amount: int, off: int, *, earlier: int = 0) -> Json:
    """Return a redemption that took `off` off an order of this amount; it names no items."""
    whole = {"amount": amount, "discount_amount": earlier + off, "applied_discount_amount": off}
    order = {"id": "ord_1", **whole, "total_amount": amount - earlier - off}
    return redeemed(minute, f"r_{minute}", order=order)


@pytest.mark.parametrize("amount", [1500, 2000, 3000])
def test_the_total_is_the_sender_s_whatever_items_are_known(amount: int) -> None:
    order = whatever_arrives_first(CART, took(1, amount, 300))
    assert money(order) == {
        "amount": amount,
        "discount_amount": 300,
        "total_discount_amount": 300,
        "total_amount": amount - 300,
    }
    assert order["items"][0]["amount"] == 2000


def test_the_amount_stays_after_the_rollback_and_until_items_are_named_again() -> None:
    events = (CART, took(1, 3000, 300), rolled_back(2, "rr_1", "r_1"))
    assert money(whatever_arrives_first(*events)) == {"amount": 3000, "total_amount": 3000}
    again = order_event(3, items=[line(CUP)])
    assert money(whatever_arrives_first(*events, again)) == {"amount": 300, "total_amount": 300}


def test_a_payment_of_the_sender_s_total_is_enough() -> None:
    paid = {"payment": {"id": "pay_1", "order_id": "ord_1", "amount": 1200}}
    payment = {"id": "evt_pay", "type": "payment.succeeded", "data": paid}
    payment["created_at"] = "2026-03-01T13:00:00.000Z"
    assert whatever_arrives_first(CART, took(1, 1500, 300), payment)["status"] == "PAID"


def test_a_free_unit_of_a_redemption_that_was_missed_stays_in_the_amount() -> None:
    """No line carries anything where no items are named: its cost and its discount remain."""
    free = line(CUP, 1, initial_quantity=0, discount_quantity=1, discount_amount=300)
    off = {"discount_amount": 200, "applied_discount_amount": 200}
    seen = applied(1, "r_1", [line(MUG, 2), free], total=1800, **off)
    more = {"discount_amount": 300, "items_discount_amount": 300, "applied_discount_amount": 100}
    order = {"id": "ord_1", "amount": 2300, **more, "total_amount": 1700}

    served = whatever_arrives_first(seen, redeemed(2, "r_2", order=order))

    assert (served["amount"], served["total_amount"]) == (2300, 1700)


UNIT = {"type": "UNIT", "unit_off": 1, "unit_type": "cup", "effect": "ADD_NEW_ITEMS"}
GIFT = {"voucher": {"id": "v_1", "discount": {**UNIT, "product": {"id": "cup", "price": 300}}}}


@pytest.mark.parametrize(
    ("stated", "amount"),
    [
        pytest.param(2300, 2300, id="the sender counts the free cup"),
        pytest.param(2000, 2300, id="the sender does not know of the cup"),
        pytest.param(2500, 2800, id="another amount"),
    ],
)
def test_a_unit_priced_here_stays_on_top_unless_the_sender_counts_it(
    stated: int, amount: int
) -> None:
    priced = redeemed(1, "r_1", order={"id": "ord_1"}, **GIFT)
    order = whatever_arrives_first(CART, priced, took(2, stated, 0))
    assert (order["amount"], order["items_discount_amount"]) == (amount, 300)


@pytest.mark.parametrize(
    ("stated", "amount"),
    [
        pytest.param(2300, 2300, id="with the free cup"),
        pytest.param(2000, 2300, id="without the free cup"),
        pytest.param(2800, 2800, id="another amount"),
    ],
)
def test_a_unit_of_a_calculated_order_is_in_the_amount_of_the_next(
    stated: int, amount: int
) -> None:
    brought = applied(1, "r_1", [line(MUG, 2), FREE], total=2000)
    order = whatever_arrives_first(CART, brought, took(2, stated, 0))
    assert (order["amount"], order["items_discount_amount"]) == (amount, 300)


ONLY_A_CUP = {"amount": 1300, "items_discount_amount": 300}


def test_a_later_whole_amount_includes_the_free_unit() -> None:
    brought = applied(1, "r_1", [FREE], total=1000, **ONLY_A_CUP)
    later = order_event(2, amount=800, items_discount_amount=300, total_amount=500)
    order = whatever_arrives_first(brought, later)
    assert (order["amount"], order["initial_amount"], order["total_amount"]) == (800, 500, 500)


def test_a_rollback_that_keeps_is_known_by_its_total_on_an_amount_of_its_own() -> None:
    kept = {"amount": 3000, "discount_amount": 300, "total_amount": 2700}
    order = whatever_arrives_first(CART, took(1, 2000, 300), rolled_back(2, "rr_1", "r_1", **kept))
    assert (order["amount"], order["total_amount"]) == (3000, 2700)
