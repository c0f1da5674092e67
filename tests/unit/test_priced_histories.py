"""Redemptions priced here among calculated ones, and carts that change."""

import pytest

from tests.support.events import Json, order_event, order_of, redeemed, rolled_back
from tests.support.priced import (
    after,
    amounts,
    cart,
    counted,
    coupon,
    figures,
    item,
    money,
    off,
    one_by_one,
    product,
    taken,
    units,
)

MUG, CUP = item("mug", 1000, 2), item("cup", 300)
CART = cart(MUG, CUP)
TEN = coupon("PERCENT", percent_off=10)
TEN_OFF_ITEMS = coupon("PERCENT", percent_off=10, effect="APPLY_TO_ITEMS")
FREE_CUP = units("ADD_NEW_ITEMS", 1, "cup")


def calculated(minute: int, name: str, items: list[Json], **order: int) -> Json:
    """Return a redemption of an order that its sender calculated; its definition must not count."""
    whole = {"id": "ord_1", "items": items, **order}
    return redeemed(minute, name, order=whole, **coupon("AMOUNT", amount_off=9999))


def line(raw: Json, **more: int) -> Json:
    return raw | {"amount": raw["price"] * raw["quantity"]} | more


OFF_MUGS = line(MUG, applied_discount_amount=200, discount_amount=200)


def test_a_calculated_redemption_and_a_priced_one_add_up() -> None:
    first = calculated(
        1, "r_a", [OFF_MUGS, line(CUP)], amount=2300, items_discount_amount=200, total_amount=2100
    )
    second = redeemed(2, "r_b", order={"id": "ord_1"}, **TEN)
    third = calculated(
        3,
        "r_c",
        [line(MUG, discount_amount=200), line(CUP)],
        amount=2300,
        discount_amount=310,
        applied_discount_amount=100,
        items_discount_amount=200,
        total_amount=1790,
    )
    assert off(CART, first) == [200, 0, 0]
    assert off(CART, first, second) == [200, 0, 210]
    assert off(CART, first, second, third) == [200, 0, 310]
    assert off(CART, first, second, third, rolled_back(4, "rr_1", "r_a")) == [0, 0, 310]
    assert off(CART, first, second, third, rolled_back(4, "rr_1", "r_b")) == [200, 0, 100]


def test_units_that_came_calculated_and_units_that_are_given_here_share_a_line() -> None:
    free = {"initial_quantity": 1, "quantity": 2, "discount_quantity": 1, "amount": 600}
    first = calculated(
        1,
        "r_a",
        [line(MUG), CUP | free | {"applied_discount_amount": 300, "discount_amount": 300}],
        amount=2600,
        total_amount=2300,
    )
    second = redeemed(2, "r_b", order={"id": "ord_1"}, **FREE_CUP)
    mugs = {"quantity": 2, "amount": 2000, "price": 1000, "subtotal_amount": 2000}
    assert after(first, second) == (money(2900, 0, 600, 2300), [mugs, counted(1, 2, 2, 300)])
    one = (money(2600, 0, 300, 2300), [mugs, counted(1, 1, 1, 300)])
    assert after(first, second, rolled_back(4, "rr_1", "r_a")) == one
    assert after(first, second, rolled_back(4, "rr_1", "r_b")) == one


def test_an_order_event_in_between_does_not_lose_what_was_applied() -> None:
    history = [CART, *one_by_one(TEN_OFF_ITEMS, FREE_CUP)]
    served = order_of(*history)
    shown = {key: served[key] for key in ("items", *amounts(served))}
    later = order_event(5, "paid", **shown)
    order = order_of(*history, later)
    assert (amounts(order), figures(order)) == (amounts(served), figures(served))
    assert order["status"] == "PAID"


@pytest.mark.parametrize(
    ("redeemables", "items", "numbers", "lines"),
    [
        pytest.param(
            [TEN],
            [item("mug", 1000)],
            money(1000, 230),
            {},
            id="the order's discount stays in cents",
        ),
        pytest.param(
            [coupon("AMOUNT", amount_off=1500)],
            [item("mug", 1000)],
            money(1000, 1000),
            {},
            id="and is capped by a smaller order",
        ),
        pytest.param(
            [TEN_OFF_ITEMS],
            [item("mug", 1000), item("pen", 50)],
            money(1050, 0, 200),
            {0: taken(200, 800)},
            id="a line's discount falls away with its line",
        ),
        pytest.param(
            [coupon("PERCENT", product("cup"), percent_off=100)],
            [item("mug", 1000), item("cup", 100)],
            money(1100, 0, 100),
            {1: taken(100, 0)},
            id="a line's discount is capped by a cheaper line",
        ),
        pytest.param(
            [units("ADD_NEW_ITEMS", 1, "pen", product={"id": "pen", "price": 50})],
            [item("mug", 1000)],
            money(1050, 0, 50, 1000),
            {1: counted(0, 1, 1, 50)},
            id="a line that was brought stays",
        ),
        pytest.param(
            [units("ADD_NEW_ITEMS", 1, "pen", product={"id": "pen", "price": 50})],
            [item("mug", 1000), item("pen", 50, 2)],
            money(1150, 0, 50, 1100),
            {1: counted(2, 1, 1, 50)},
            id="and joins a line of the same product",
        ),
        pytest.param(
            [FREE_CUP],
            [item("mug", 1000)],
            money(1000),
            {},
            id="units added to a line leave with it",
        ),
    ],
)
def test_what_was_applied_moves_on_to_a_later_cart(
    redeemables: list[Json], items: list[Json], numbers: Json, lines: dict[int, Json]
) -> None:
    result = after(CART, *one_by_one(*redeemables), order_event(9, items=items))
    plain = [
        {"quantity": 1, "amount": it["price"], "price": it["price"], "subtotal_amount": it["price"]}
        for it in items
    ]
    expected = [was | lines.get(nth, {}) for nth, was in enumerate(plain)]
    extra = [lines[nth] for nth in sorted(lines) if nth >= len(items)]
    assert result == (numbers, [*expected, *extra])


def test_a_redemption_is_priced_from_the_cart_of_its_own_time() -> None:
    larger = order_event(2, items=[item("mug", 1000, 9)])
    [first] = one_by_one(TEN)
    last = redeemed(3, "r_3", order={"id": "ord_1"}, **TEN)
    assert off(CART, first, larger, last) == [0, 230 + 877]


def test_a_redemption_that_brings_the_cart_is_priced_from_it() -> None:
    first = redeemed(1, "r_1", order={"id": "ord_1", "items": [MUG]}, **TEN)
    again = redeemed(2, "r_2", order={"id": "ord_1", "items": [MUG, CUP]}, **TEN)
    assert off(first) == [0, 200]
    assert off(first, again) == [0, 0, 200 + 210]
