"""What one order holds is bounded, whatever its events add up to (EVENTS.md 11)."""

from itertools import permutations

import pytest

from tests.support.events import Json, order_event, order_of, projected, redeemed, refunded, to_json

LARGEST_AMOUNT = 9_007_199_254_740_991
LARGEST_QUANTITY = 2_147_483_647
ORDER = {"id": "ord_1"}


def free(minute: int, redemption: str, *units: Json, **discount: object) -> Json:
    """Return a redemption, priced here, that gives units."""
    definition = {"type": "UNIT", "effect": "ADD_MANY_ITEMS", "units": list(units), **discount}
    return redeemed(minute, redemption, order=ORDER, voucher={"discount": definition})


def new(product: str, count: int, price: int | None = None) -> Json:
    """Return an entry of `units` that adds units of a product."""
    product_object = {"id": product} if price is None else {"id": product, "price": price}
    return {
        "unit_off": count,
        "unit_type": product,
        "effect": "ADD_NEW_ITEMS",
        "product": product_object,
    }


def test_units_that_would_cost_more_than_any_amount_bring_nothing() -> None:
    cart = order_event(0, "created", items=[{"product_id": "p", "price": LARGEST_AMOUNT}])
    order = order_of(cart, free(1, "r_1", new("p", LARGEST_QUANTITY)))
    (line,) = order["items"]
    assert line["quantity"] == 1
    assert "discount_amount" not in line
    assert order["total_amount"] == LARGEST_AMOUNT


def test_units_beyond_the_largest_quantity_of_a_line_bring_nothing() -> None:
    items = [{"product_id": "p", "quantity": LARGEST_QUANTITY, "price": 1}]
    order = order_of(order_event(0, "created", items=items), free(1, "r_1", new("p", 1)))
    assert order["items"][0]["quantity"] == LARGEST_QUANTITY
    assert "discount_quantity" not in order["items"][0]


def test_an_entry_beyond_a_bound_leaves_the_other_entries_their_effect() -> None:
    cart = order_event(0, "created", items=[{"product_id": "p", "quantity": 2, "price": 5}])
    too_many = new("p", LARGEST_QUANTITY)
    order = order_of(cart, free(1, "r_1", new("q", 1, 7), too_many, new("p", 1)))
    assert [(line["product_id"], line["quantity"]) for line in order["items"]] == [
        ("p", 3),
        ("q", 1),
    ]


def test_an_order_gets_no_more_than_a_thousand_lines() -> None:
    items = [{"product_id": f"p{nth}", "price": 1} for nth in range(500)]
    history = [order_event(0, "created", items=items)]
    for minute, first in enumerate((500, 900), start=1):
        entries = [new(f"p{first + nth}", 1, 1) for nth in range(400)]
        history.append(free(minute, f"r_{minute}", *entries))
    order = order_of(*history)
    assert len(order["items"]) == 1_000
    assert order["items"][-1]["product_id"] == "p999"


def test_lines_brought_before_a_longer_cart_came_are_no_more_than_it_leaves_room_for() -> None:
    few = order_event(0, "created", items=[{"product_id": "q", "price": 1}])
    gifts = [free(m, f"r_{m}", *(new(f"g{m}_{n}", 1, 1) for n in range(400))) for m in (1, 2)]
    many = [{"product_id": f"p{nth}", "price": 1} for nth in range(500)]
    order = order_of(few, *gifts, order_event(3, items=many))
    assert len(order["items"]) == 1_000
    assert order["items"][-1]["product_id"] == "g2_99"


@pytest.mark.parametrize("effect", ["ADD_SAME_ITEMS", "REPLACE_ITEMS"])
def test_units_of_one_entry_for_several_lines_come_whole_or_not_at_all(effect: str) -> None:
    items = [
        {"product_id": "p", "quantity": 2, "price": 5},
        {"product_id": "q", "quantity": 2, "price": LARGEST_AMOUNT // 2 - 5},
    ]
    named = [{"id": "p", "object": "product"}, {"id": "q", "object": "product"}]
    discount = {
        "type": "UNIT",
        "effect": effect,
        "unit_off": 3,
        "unit_type": "z",
        "product": {"id": "z", "price": LARGEST_AMOUNT // 4},
        "applicable_to": {"data": named},
    }
    cart = order_event(0, "created", items=items)
    order = order_of(cart, redeemed(1, "r_1", order=ORDER, voucher={"discount": discount}))
    assert [line["quantity"] for line in order["items"]] == [2, 2]
    assert "items_discount_amount" not in order


def test_what_carts_bring_back_together_is_served_as_the_largest_amount() -> None:
    """Each redemption fits the cart of its time, but a later cart has the lines of all of them."""
    dear = LARGEST_AMOUNT // 2
    history = []
    for nth in range(3):
        history.append(order_event(2 * nth, items=[{"product_id": f"p{nth}", "price": dear}]))
        history.append(free(2 * nth + 1, f"r_{nth}", new(f"p{nth}", 1)))
    cheap = [{"product_id": f"p{nth}", "quantity": 1, "price": 1} for nth in range(3)]
    order = order_of(*history, order_event(9, items=cheap))
    assert [line["quantity"] for line in order["items"]] == [2, 2, 2]
    assert order["amount"] == order["items_discount_amount"] == LARGEST_AMOUNT
    assert order["total_amount"] == 0


def test_refunds_beyond_the_largest_amount_are_served_as_it() -> None:
    refunds = [
        refunded(minute, LARGEST_AMOUNT, of=LARGEST_AMOUNT, name=f"ref_{minute}")
        for minute in range(2)
    ]
    payment = order_of(*refunds)["payments"]["pay_1"]
    assert payment["refunded_amount"] == LARGEST_AMOUNT


def test_no_arrival_decides_which_units_are_beyond_a_bound() -> None:
    events = [
        order_event(0, "created", items=[{"product_id": "p", "price": LARGEST_AMOUNT // 2}]),
        free(1, "r_1", new("p", 1)),
        free(2, "r_2", new("p", 1)),
    ]
    served = {to_json(projected(*arrival)["ord_1"]) for arrival in permutations(events)}
    assert len(served) == 1
    assert order_of(*events)["items"][0]["quantity"] == 2


def test_discounts_of_lines_take_no_more_off_than_the_given_amount() -> None:
    items = [
        {"product_id": "a", "price": 3300, "applied_discount_amount": 3300},
        {"product_id": "b", "price": 3400, "applied_discount_amount": 3400},
    ]
    given = {**ORDER, "amount": 6000, "total_amount": 0, "items": items}
    order = order_of(redeemed(1, "r_1", order=given))
    assert order["items_discount_amount"] == order["total_discount_amount"] == 6000
    assert "discount_amount" not in order
    assert order["total_amount"] == 0
    assert [line["discount_amount"] for line in order["items"]] == [3300, 3400]


def test_what_was_capped_is_there_again_when_a_later_amount_leaves_room() -> None:
    items = [{"product_id": "a", "price": 3300, "applied_discount_amount": 3300}]
    given = {**ORDER, "amount": 3000, "total_amount": 0, "items": items}
    later = order_event(2, items=[{"product_id": "a", "price": 3300}])
    order = order_of(redeemed(1, "r_1", order=given), later)
    assert (order["amount"], order["items_discount_amount"]) == (3300, 3300)
