"""Calculated orders whose quantities include units that earlier redemptions added."""

import pytest

from tests.support.calculated import (
    CART,
    CUP,
    FIRST,
    MUG,
    applied,
    figures,
    line,
    money,
    whatever_arrives_first,
)
from tests.support.events import Json, order_event, order_of, redeemed, rolled_back

TWO_MORE = line(MUG, 6, initial_quantity=4, discount_quantity=3, applied_discount_amount=2000)


@pytest.mark.parametrize("more", [{}, {"applied_quantity": 2, "applied_quantity_amount": 2000}])
def test_units_that_an_earlier_redemption_added_are_not_counted_twice(more: Json) -> None:
    second = applied(2, "r_2", [TWO_MORE | more], total=3000)
    order = whatever_arrives_first(CART, FIRST, second)
    assert figures(order) == [("mug", 6, 3, 3000)]
    assert money(order) == {
        "amount": 6000,
        "initial_amount": 3000,
        "items_discount_amount": 3000,
        "total_discount_amount": 3000,
        "total_amount": 3000,
    }
    assert order["items"][0]["initial_quantity"] == 3
    undone = whatever_arrives_first(CART, FIRST, second, rolled_back(3, "rr_2", "r_2"))
    assert figures(undone) == [("mug", 4, 1, 1000)]
    undone = whatever_arrives_first(CART, FIRST, second, rolled_back(3, "rr_1", "r_1"))
    assert figures(undone) == [("mug", 5, 2, 2000)]


def test_a_sender_that_lists_the_cart_of_the_customer_is_read_so() -> None:
    both = TWO_MORE | {"initial_quantity": 3}
    order = whatever_arrives_first(CART, FIRST, applied(2, "r_2", [both], total=3000))
    assert figures(order) == [("mug", 6, 3, 3000)]
    undone = order_of(FIRST, applied(2, "r_2", [both], total=3000), rolled_back(3, "x", "r_2"))
    assert figures(undone) == [("mug", 4, 1, 1000)]


@pytest.mark.parametrize("more", [{}, {"initial_quantity": 4}, {"initial_quantity": 3}])
def test_a_discount_on_the_order_leaves_the_units_that_are_there_alone(more: Json) -> None:
    seen = line(MUG, 4, discount_quantity=1, discount_amount=1000, **more)
    second = applied(2, "r_2", [seen], total=2700, applied_discount_amount=300)
    order = whatever_arrives_first(CART, FIRST, second)
    assert figures(order) == [("mug", 4, 1, 1000)]
    assert (order["amount"], order["total_amount"]) == (4000, 2700)
    undone = whatever_arrives_first(CART, FIRST, second, rolled_back(3, "rr_1", "r_1"))
    assert figures(undone) == [("mug", 3, 0, 0)]
    assert (undone["amount"], undone["total_amount"]) == (3000, 2700)


def test_a_customer_who_put_a_unit_more_into_the_cart_is_believed() -> None:
    seen = line(MUG, 5, initial_quantity=4, discount_quantity=1, discount_amount=1000)
    second = applied(2, "r_2", [seen], total=3700, applied_discount_amount=300)
    order = whatever_arrives_first(CART, FIRST, second)
    assert figures(order) == [("mug", 5, 1, 1000)]
    undone = whatever_arrives_first(CART, FIRST, second, rolled_back(3, "rr_1", "r_1"))
    assert figures(undone) == [("mug", 4, 0, 0)]


def test_a_customer_who_took_a_unit_out_of_the_cart_is_believed() -> None:
    seen = line(MUG, 3, discount_quantity=1, discount_amount=1000)
    second = applied(2, "r_2", [seen], total=1700, applied_discount_amount=300)
    order = whatever_arrives_first(CART, FIRST, second)
    assert figures(order) == [("mug", 3, 1, 1000)]
    assert (order["amount"], order["total_amount"]) == (3000, 1700)


def test_the_children_of_a_stack_may_count_what_those_before_them_added() -> None:
    first = {"id": "r_1", "order": FIRST["data"]["order"]}
    second = {"id": "r_2", "order": applied(1, "r_2", [TWO_MORE], total=3000)["data"]["order"]}
    whole = {"redemptions": [first, second], "parent_redemption": {"id": "r_0"}}
    stack = {**FIRST, "data": whole}
    order = whatever_arrives_first(CART, stack)
    assert figures(order) == [("mug", 6, 3, 3000)]
    assert (order["amount"], order["total_amount"]) == (6000, 3000)
    undone = whatever_arrives_first(CART, stack, rolled_back(3, "rr_0", "r_0"))
    assert figures(undone) == [("mug", 3, 0, 0)]


def test_an_applied_quantity_alone_says_what_was_there_before() -> None:
    added = line(MUG, 4, applied_quantity=1, discount_quantity=1, applied_discount_amount=1000)
    order = order_of(applied(1, "r_1", [added], total=3000))
    assert figures(order) == [("mug", 4, 1, 1000)]
    assert (order["amount"], order["initial_amount"], order["total_amount"]) == (4000, 3000, 3000)
    brought = line(CUP, 1, applied_quantity=1, discount_quantity=1, applied_discount_amount=300)
    order = order_of(
        applied(1, "r_1", [line(MUG), brought], total=1000), rolled_back(2, "rr_1", "r_1")
    )
    assert figures(order) == [("mug", 1, 0, 0)]


def test_units_that_one_redemption_replaced_the_next_can_bring_back() -> None:
    fewer = line(MUG, 1, initial_quantity=3, applied_quantity=-2)
    first = applied(1, "r_1", [fewer], total=1000)
    again = line(MUG, 3, initial_quantity=3, discount_quantity=2, applied_discount_amount=2000)
    second = applied(2, "r_2", [again], total=1000)
    order = whatever_arrives_first(CART, first, second)
    assert figures(order) == [("mug", 3, 2, 2000)]
    assert (order["amount"], order["total_amount"]) == (3000, 1000)
    undone = whatever_arrives_first(CART, first, second, rolled_back(3, "rr_2", "r_2"))
    assert figures(undone) == [("mug", 1, 0, 0)]


def test_a_snapshot_may_count_the_units_that_redemptions_added() -> None:
    seen = order_event(2, items=[line(MUG, 4)], amount=4000, total_amount=3000)
    order = whatever_arrives_first(CART, FIRST, seen)
    assert figures(order) == [("mug", 4, 1, 1000)]
    assert order["total_amount"] == 3000
    the_customers = order_event(2, items=[line(MUG, 4)])
    order = whatever_arrives_first(CART, FIRST, the_customers)
    assert figures(order) == [("mug", 5, 1, 1000)]


def test_the_order_of_a_rollback_counts_the_units_that_are_left() -> None:
    second = applied(2, "r_2", [TWO_MORE], total=3000)
    left = {"items": [line(MUG, 4)], "amount": 4000, "total_amount": 3000}
    undone = whatever_arrives_first(CART, FIRST, second, rolled_back(3, "rr_2", "r_2", **left))
    assert figures(undone) == [("mug", 4, 1, 1000)]
    assert undone["total_amount"] == 3000


def test_a_total_that_does_not_add_up_changes_nothing_of_whose_the_units_are() -> None:
    seen = line(MUG, 4)
    second = applied(2, "r_2", [seen], total=1, applied_discount_amount=300)
    order = whatever_arrives_first(CART, FIRST, second)
    assert figures(order) == [("mug", 4, 1, 1000)]


def test_orders_priced_here_count_as_they_are_given() -> None:
    off = {"voucher": {"id": "v", "discount": {"type": "AMOUNT", "amount_off": 300}}}
    second = redeemed(2, "r_2", order={"id": "ord_1", "items": [line(MUG, 4)]}, **off)
    order = whatever_arrives_first(CART, FIRST, second)
    assert figures(order) == [("mug", 5, 1, 1000)]
    assert order["total_amount"] == 3700


def test_a_unit_priced_here_that_the_sender_does_not_show_stays_on_top() -> None:
    unit = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "mug"}
    ours = redeemed(1, "r_1", order={"id": "ord_1"}, voucher={"id": "v", "discount": unit})
    card = applied(2, "r_2", [line(MUG, 3)], total=0, applied_discount_amount=3000)
    events = [CART, ours, card]
    order = whatever_arrives_first(*events)
    assert (figures(order), order["items"][0]["initial_quantity"]) == ([("mug", 4, 1, 1000)], 3)
    assert (order["amount"], order["total_amount"]) == (4000, 0)
    events.append(rolled_back(3, "rr_2", "r_2"))
    order = whatever_arrives_first(*events)
    assert (order["amount"], order["total_amount"]) == (4000, 3000)
    events.append(rolled_back(4, "rr_1", "r_1"))
    order = whatever_arrives_first(*events)
    assert figures(order) == [("mug", 3, 0, 0)]
    assert (order["amount"], order["total_amount"]) == (3000, 3000)


@pytest.mark.parametrize(
    "shown",
    [
        line(MUG, 4, discount_quantity=1, discount_amount=1000),
        line(MUG, 4, initial_quantity=3),
    ],
)
def test_a_unit_priced_here_that_the_sender_shows_is_counted_once(shown: Json) -> None:
    unit = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "mug"}
    ours = redeemed(1, "r_1", order={"id": "ord_1"}, voucher={"id": "v", "discount": unit})
    card = applied(2, "r_2", [shown], total=2500, applied_discount_amount=500)
    order = whatever_arrives_first(CART, ours, card)
    assert figures(order) == [("mug", 4, 1, 1000)]
    assert (order["amount"], order["total_amount"]) == (4000, 2500)
    undone = whatever_arrives_first(CART, ours, card, rolled_back(3, "rr_1", "r_1"))
    assert figures(undone) == [("mug", 3, 0, 0)]


def test_a_line_that_nothing_was_applied_to_adds_no_units_of_its_own() -> None:
    seen = line(MUG, 4, initial_quantity=3, discount_quantity=1, discount_amount=1000)
    other = applied(2, "r_2", [seen], total=2900, applied_discount_amount=100)
    order = whatever_arrives_first(CART, other)
    assert figures(order) == [("mug", 4, 1, 1000)]  # carried
    assert figures(whatever_arrives_first(CART, FIRST, other)) == [("mug", 4, 1, 1000)]
    undone = whatever_arrives_first(CART, other, rolled_back(3, "rr_2", "r_2"))
    assert figures(undone) == [("mug", 4, 1, 1000)]


def test_a_redemption_after_its_own_rollback_leaves_none_of_its_units() -> None:
    order = whatever_arrives_first(CART, rolled_back(1, "rr_1", "r_2"), TWO_FREE)
    assert figures(order) == [("mug", 3, 0, 0)]
    assert (order["amount"], order["total_amount"]) == (3000, 3000)


TWO_FREE = applied(
    2,
    "r_2",
    [line(MUG, 5, initial_quantity=3, discount_quantity=2, applied_discount_amount=2000)],
    total=3000,
)


def test_of_two_orders_in_an_event_the_one_beside_the_redemption_is_the_order() -> None:
    inside = {"id": "ord_1", "items": [line(MUG, 2)], "amount": 2000, "total_amount": 1900}
    inside |= {"applied_discount_amount": 100}
    beside = {"id": "ord_1", "items": [line(MUG, 1)]}
    order = order_of(redeemed(1, "r_1", order=beside, own={"order": inside}))
    assert figures(order) == [("mug", 1, 0, 0)]
    assert (order["amount"], order["total_amount"]) == (1000, 1000)


MOST = 2**31 - 1


def test_units_of_a_calculated_order_beyond_the_bounds_bring_nothing_to_their_line() -> None:
    unit = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 5, "unit_type": "grain"}
    grain = {"product_id": "grain", "price": 0}
    ours = redeemed(1, "r_1", order={"id": "ord_1"}, voucher={"id": "v", "discount": unit})
    many = line(grain, MOST, initial_quantity=1, applied_quantity=MOST - 1)
    cups = line(CUP, 2, initial_quantity=1, discount_quantity=1, applied_discount_amount=300)
    theirs = applied(2, "r_2", [many, cups], total=300)
    order = whatever_arrives_first(order_event(0, items=[line(grain), line(CUP)]), ours, theirs)
    assert figures(order) == [("grain", 6, 5, 0), ("cup", 2, 1, 300)]
    assert (order["amount"], order["total_amount"]) == (600, 300)
