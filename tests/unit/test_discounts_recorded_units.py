"""Recorded computations with free units, and with discounts before and after them."""

import pytest

from order_projector.domain.cart import Cart, Line
from order_projector.domain.redeemables import (
    Discount,
    DiscountTarget,
    Redeemable,
    UnitOff,
)
from tests.support.carts import line, redeem
from tests.support.recorded import ITEMS, ORDER, After, Case, after, reproduce


def pants() -> Cart:
    """Return two lines of pants: one by its SKU's source id, one by product id and SKU."""
    return Cart.of(
        [
            Line(1, 26500, 26500, source_id="M0DUIR", related_object="sku"),
            Line(
                1,
                26500,
                26500,
                product_id="prod_pants",
                product={"id": "prod_pants", "source_id": "260d", "price": 26500},
                sku={"id": "sku_J6", "source_id": "M0DUJ6", "price": 26500},
            ),
        ]
    )


TEN_PERCENT_OF_BOTH = Discount(
    "PERCENT",
    ITEMS,
    percent_off="10",
    applicable_to=(
        DiscountTarget("products_collection", "pc_all", effect="APPLY_TO_EVERY"),
        DiscountTarget("sku", "M0DUIR", "M0DUIR", effect="APPLY_TO_EVERY"),
        DiscountTarget("product", "prod_pants", "260d", effect="APPLY_TO_EVERY"),
    ),
)
TEN_PERCENT_OF_THE_FIRST = Discount(
    "PERCENT", ITEMS, percent_off="10", applicable_to=(DiscountTarget("sku", "M0DUIR"),)
)


def free_pants(unit_off: int) -> Discount:
    sku = {"id": "sku_J6", "source_id": "M0DUJ6"}
    product = {"id": "prod_pants", "source_id": "260d"}
    return Discount(
        "UNIT", "ADD_MISSING_ITEMS", units=(UnitOff(unit_off, "sku_J6", None, product, sku),)
    )


CASES: list[Case] = [
    (
        "one mug added to one that is there",
        Cart.of(
            [
                Line(1, 1000, 1000, source_id="adv-mug", related_object="product"),
                Line(2, 5000, 2500, source_id="star-th-bottle", related_object="product"),
            ]
        ),
        [
            (
                Discount(
                    "UNIT",
                    "ADD_NEW_ITEMS",
                    units=(UnitOff(1, "prod_0df1", None, {"source_id": "adv-mug"}),),
                ),
                After(7000, 0, 1000, 6000),
            )
        ],
    ),
    (
        "10 % of one line, 3 % of the order, 10 % of the items, one line for free",
        pants(),
        [
            (TEN_PERCENT_OF_THE_FIRST, After(53000, 0, 2650, 50350)),
            (Discount("PERCENT", ORDER, percent_off="3"), After(53000, 1511, 2650, 48839)),
            (TEN_PERCENT_OF_BOTH, After(53000, 1511, 7685, 43804)),
            (free_pants(1), After(53000, 1511, 31535, 19954)),
        ],
    ),
    (
        "3 % of what 10 % of one line left of a larger order",
        Cart.of(
            [
                Line(1, 26500, 26500, source_id="M0DUIR", related_object="sku"),
                line(79500, 1, "prod_other"),
            ]
        ),
        [
            (TEN_PERCENT_OF_THE_FIRST, After(106000, 0, 2650, 103350)),
            (Discount("PERCENT", ORDER, percent_off="3"), After(106000, 3101, 2650, 100249)),
        ],
    ),
    (
        "many kinds of units: 11 new, 22 on top, 111 and 222 filled up",
        Cart.of(
            [
                line(2900, 1, "red"),
                line(3100, 1, "blue"),
                line(2900, 1, "red"),
                line(1700, 1, "comics", "sku_comics"),
                line(1500, 1, "vase"),
                line(60000, 1, "iphone"),
            ]
        ),
        [
            (
                Discount(
                    "UNIT",
                    "ADD_MANY_ITEMS",
                    units=(
                        UnitOff(
                            11,
                            "sku_256",
                            "ADD_MISSING_ITEMS",
                            {"id": "samsung", "price": 220000},
                            {"id": "sku_256", "price": 210000},
                        ),
                        UnitOff(22, "sku_comics", "ADD_NEW_ITEMS"),
                        UnitOff(111, "iphone", "ADD_MISSING_ITEMS"),
                        UnitOff(222, "vase", "ADD_MISSING_ITEMS"),
                    ),
                ),
                After(9351000, 0, 9340400, 10600),
            )
        ],
    ),
    (
        "8400 off the order, then 3 and 4 of two SKUs that it does not hold",
        Cart.of([line(9500, 1, "keys", "sku_keys"), line(18500, 1, "jogging")]),
        [
            (Discount("AMOUNT", ORDER, amount_off=8400), After(28000, 8400, 0, 19600)),
            (
                Discount(
                    "UNIT",
                    "ADD_MANY_ITEMS",
                    units=(
                        UnitOff(3, "sku_g", "ADD_MISSING_ITEMS", None, {"price": 29900}),
                        UnitOff(4, "sku_f", "ADD_NEW_ITEMS", None, {"price": 29900}),
                    ),
                ),
                After(237300, 8400, 209300, 19600),
            ),
        ],
    ),
]


@pytest.mark.parametrize(("cart", "steps"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_a_recorded_computation_with_units_is_reproduced(
    cart: Cart, steps: list[tuple[Redeemable, After]]
) -> None:
    reproduce(cart, steps)


def test_two_offers_of_free_units_cover_one_and_two_of_the_three_that_are_there() -> None:
    """Recorded: 26500, then 53000, then 10 % of the items, which finds only the first line."""
    cart = pants()
    cart = Cart.of([cart.lines[0].line, line(26500, 3, "prod_pants", "sku_J6")])
    redeem(cart, TEN_PERCENT_OF_THE_FIRST, free_pants(1))
    assert after(cart) == After(106000, 0, 2650 + 26500, 76850)
    redeem(cart, free_pants(2))
    assert after(cart) == After(106000, 0, 82150, 23850)
    assert (cart.lines[1].quantity, cart.lines[1].discount_quantity) == (3, 3)
    redeem(cart, TEN_PERCENT_OF_BOTH)
    assert after(cart) == After(106000, 0, 84535, 21465)
