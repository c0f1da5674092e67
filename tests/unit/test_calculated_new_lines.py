"""Calculated orders with lines that redemptions added."""

import pytest

from order_projector.domain.invariants import order_violations
from tests.support.calculated import (
    CART,
    CUP,
    FIRST,
    FREE,
    MUG,
    applied,
    figures,
    line,
    money,
    whatever_arrives_first,
)
from tests.support.events import Json, accepted, order_event, redeemed, rolled_back


def test_a_line_that_an_earlier_redemption_brought_is_not_the_customers() -> None:
    first = applied(1, "r_1", [line(MUG), FREE], total=1000)
    seen = [line(MUG), line(CUP, discount_quantity=1, discount_amount=300)]
    second = applied(2, "r_2", seen, total=700, applied_discount_amount=300)
    order = whatever_arrives_first(first, second)
    assert figures(order) == [("mug", 1, 0, 0), ("cup", 1, 1, 300)]
    assert (order["amount"], order["total_amount"]) == (1300, 700)
    undone = whatever_arrives_first(first, second, rolled_back(3, "rr_1", "r_1"))
    assert figures(undone) == [("mug", 1, 0, 0)]


def test_a_unit_more_of_a_line_that_was_brought_is_one_more() -> None:
    first = applied(1, "r_1", [line(MUG), FREE], total=1000)
    cups = line(CUP, 2, initial_quantity=1, discount_quantity=2, applied_discount_amount=300)
    second = applied(2, "r_2", [line(MUG), cups], total=1000)
    order = whatever_arrives_first(first, second)
    assert figures(order) == [("mug", 1, 0, 0), ("cup", 2, 2, 600)]
    assert (order["amount"], order["total_amount"]) == (1600, 1000)
    undone = whatever_arrives_first(first, second, rolled_back(3, "rr_1", "r_1"))
    assert figures(undone) == [("mug", 1, 0, 0), ("cup", 1, 1, 300)]
    assert undone["total_amount"] == 1000


@pytest.mark.parametrize("more", [{}, {"initial_amount": 0}], ids=["", "initial amount"])
def test_a_missed_rollback_shows_as_one_free_unit_more_at_the_price_of_the_line(
    more: Json,
) -> None:
    """The sender lists the second cup alone; the first is in force here, and takes nothing off."""
    again = FREE | {"applied_quantity": 1, "discount_amount": 300} | more
    first = applied(1, "r_1", [line(MUG), FREE], total=1000)
    order = whatever_arrives_first(first, applied(2, "r_2", [line(MUG), again], total=1000))
    cup = order["items"][1]
    assert (cup["quantity"], cup["amount"], cup["discount_amount"]) == (2, 600, 600)
    assert (order["amount"], order["total_amount"]) == (1600, 1000)


def brings(minute: int, name: str, product: Json, *others: Json) -> Json:
    """Return a redemption that adds one free unit of a product to the other items."""
    price = product["price"]
    free = line(product, 1, initial_quantity=0, discount_quantity=1, discount_amount=price)
    items = [*others, free | {"applied_discount_amount": price}]
    return applied(minute, name, items, total=3000)


PEN = {"product_id": "pen", "price": 150}
THREE_MUGS = line(MUG, 3)
SEEN_CUP = line(CUP, 1, initial_quantity=0, discount_quantity=1, discount_amount=300)


@pytest.mark.parametrize("seen", [SEEN_CUP, SEEN_CUP | {"initial_quantity": 1}, line(CUP, 1)])
def test_coupons_that_each_bring_a_product_leave_the_cart_in_the_sequence_they_came(
    seen: Json,
) -> None:
    first = brings(1, "r_1", CUP, THREE_MUGS)
    second = brings(2, "r_2", PEN, THREE_MUGS, seen)
    left = {"items": [THREE_MUGS], "amount": 3000, "total_amount": 3000}
    undone = rolled_back(3, "rr_1", "r_1"), rolled_back(4, "rr_2", "r_2", **left)
    order = whatever_arrives_first(CART, first, second, *undone)
    assert order["status"] == "CANCELED"
    assert money(order) == {"amount": 3000, "total_amount": 3000}
    assert figures(order) == [("mug", 3, 0, 0)]
    halfway = whatever_arrives_first(CART, first, second, undone[0])
    assert figures(halfway) == [("mug", 3, 0, 0), ("pen", 1, 1, 150)]


def test_a_line_stays_as_long_as_a_redemption_brings_it() -> None:
    gone = applied(2, "r_2", [line(CUP), line(MUG, 1)], total=1300)
    later = order_event(3, items=[line(CUP)])
    order = whatever_arrives_first(CART, FIRST, gone, later)
    assert figures(order) == [("cup", 1, 0, 0), ("mug", 1, 1, 1000)]
    undone = whatever_arrives_first(CART, FIRST, gone, later, rolled_back(4, "rr_1", "r_1"))
    assert figures(undone) == [("cup", 1, 0, 0)]


def test_a_product_that_is_brought_counts_once_where_the_customers_lines_have_no_amount() -> None:
    free = line(CUP, 1, initial_quantity=0, discount_quantity=1, applied_discount_amount=300)
    items = [{"product_id": "unpriced", "quantity": 2}, free]
    first = applied(1, "r_1", items, amount=1300, total=1000)
    order = whatever_arrives_first(first)
    assert (order["amount"], order["initial_amount"], order["total_amount"]) == (1300, 1000, 1000)
    undone = whatever_arrives_first(first, rolled_back(2, "rr_1", "r_1"))
    assert (undone["amount"], undone["total_amount"]) == (1000, 1000)


@pytest.mark.parametrize(("given", "amount"), [({}, 70), ({"amount": 99}, 99)])
def test_an_order_of_lines_that_are_all_brought_has_their_amount_unless_another_is_given(
    given: Json, amount: int
) -> None:
    none = {**MUG, "quantity": 0}
    free = {"price": 70, "quantity": 1, "initial_quantity": 0, "applied_discount_amount": 1}
    whole = {"id": "ord_1", "items": [none, free, none], "total_amount": 99, **given}
    first = redeemed(1, "r_1", order=whole)
    order = whatever_arrives_first(first)
    assert (order["amount"], order["items_discount_amount"]) == (amount, 1)
    assert (order["initial_amount"], order["total_amount"]) == (amount - 70, amount - 1)
    assert order_violations(order, accepted(first).facts) == ()
    undone = whatever_arrives_first(first, rolled_back(2, "rr_1", "r_1"))
    assert (undone["amount"], undone["total_amount"]) == (amount - 70, amount - 70)


def test_an_amount_known_from_an_earlier_event_does_not_count_for_items_that_make_one() -> None:
    before = order_event(0, amount=500)
    free = line(CUP, 1, initial_quantity=0, discount_quantity=1, applied_discount_amount=300)
    order = whatever_arrives_first(before, applied(1, "r_1", [free], amount=None, total=0))
    assert (order["amount"], order["initial_amount"], order["total_amount"]) == (300, 0, 0)


RED = {"product_id": "cup", "sku_id": "red", "price": 350}
FREE_RED = line(RED, 2, discount_quantity=2, initial_quantity=0, discount_amount=700)
SKUS = [
    [line(CUP, 4), FREE_RED],
    [FREE_RED, line(CUP, 4)],
    [FREE_RED | {"initial_quantity": 2}, line(CUP, 4)],
]


@pytest.mark.parametrize("items", SKUS, ids=["after", "before", "as the customer's"])
def test_units_of_an_sku_stay_on_its_line_beside_one_of_the_product_alone(
    items: list[Json],
) -> None:
    unit = {"type": "UNIT", "effect": "ADD_MISSING_ITEMS", "unit_off": 2, "unit_type": "red"}
    voucher = {"discount": unit | {"product": {"id": "cup"}, "sku": {"id": "red", "price": 350}}}
    first = redeemed(1, "r_1", order={"id": "ord_1"}, voucher={"id": "v"} | voucher)
    seen = order_event(2, items=items, amount=1900, total_discount_amount=700, total_amount=1200)
    order = whatever_arrives_first(first, seen)
    lines = {item.get("sku_id"): item for item in order["items"]}
    assert (lines[None]["quantity"], "discount_amount" in lines[None]) == (4, False)
    assert (lines["red"]["quantity"], lines["red"]["discount_amount"]) == (2, 700)
    assert (order["amount"], order["total_amount"]) == (1900, 1200)


def test_units_of_a_product_stay_on_its_line_beside_one_of_its_skus() -> None:
    first = applied(1, "r_1", [FREE], total=0)
    reds = line(RED, 3)
    seen = order_event(2, items=[reds, line(CUP, 1, initial_quantity=0)], total_amount=1050)
    for events in ([first, seen], [first, order_event(2, items=[reds, line(CUP, 0)])]):
        order = whatever_arrives_first(*events)
        lines = {item.get("sku_id"): item for item in order["items"]}
        assert (lines[None]["quantity"], lines[None]["discount_amount"]) == (1, 300)
        assert (lines["red"]["quantity"], "discount_amount" in lines["red"]) == (3, False)
        assert (order["amount"], order["total_amount"]) == (1350, 1050)
