"""Computations that Voucherify is on record with, one after the other, to the cent.

Each case carries the cart and the definitions of one published response, and the figures that the
response shows after each redeemable.
"""

from dataclasses import dataclass

import pytest

from order_projector.domain.cart import Cart, Line
from order_projector.domain.redeemables import (
    Coin,
    Discount,
    DiscountTarget,
    Gift,
    Points,
    Redeemable,
    UnitOff,
)
from tests.support.carts import line, redeem

ITEMS = "APPLY_TO_ITEMS"
ORDER = "APPLY_TO_ORDER"


@dataclass(frozen=True)
class After:
    """An order's figures after one redeemable."""

    amount: int
    discount: int
    items_discount: int
    total: int


def after(cart: Cart) -> After:
    return After(
        cart.amount or 0,
        cart.discount_amount,
        cart.items_discount_amount,
        cart.total_amount or 0,
    )


def pants() -> Cart:
    """Two lines of pants: one by its SKU's source id, one by product id and SKU."""
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


CASES: list[tuple[str, Cart, list[tuple[Redeemable, After]]]] = [
    (
        "a gift card, a percentage and an amount in one stack",
        Cart(stated_amount=200000),
        [
            (Gift(100, ORDER), After(200000, 100, 0, 199900)),
            (Discount("PERCENT", ORDER, percent_off="20"), After(200000, 40080, 0, 159920)),
            (Discount("AMOUNT", ORDER, amount_off=8000), After(200000, 48080, 0, 151920)),
        ],
    ),
    (
        "the same amount twice on one order, the second capped at what is left",
        Cart(stated_amount=10800),
        [
            (Discount("AMOUNT", ORDER, amount_off=10000), After(10800, 10000, 0, 800)),
            (Discount("AMOUNT", ORDER, amount_off=1000), After(10800, 10800, 0, 0)),
        ],
    ),
    (
        "300 points at 20 for 100, on items that do not add up to the order",
        Cart.of(
            [Line(1, 3300, 3000, product_id="d5"), Line(2, 3400, 3000, product_id="db")],
            discrepancy=-700,
        ),
        [(Points(300, Coin("20", "100"), "COIN"), After(6000, 6000, 0, 0))],
    ),
    (
        "300 split in proportion over 3300 and 3400",
        Cart.of(
            [Line(1, 3300, 3000, product_id="d5"), Line(2, 3400, 3000, product_id="db")],
            discrepancy=-700,
        ),
        [
            (
                Discount(
                    "AMOUNT",
                    "APPLY_TO_ITEMS_PROPORTIONALLY",
                    amount_off=300,
                    applicable_to=(
                        DiscountTarget("product", "d5", "d5"),
                        DiscountTarget("product", "db", "db"),
                    ),
                ),
                After(6000, 0, 300, 5700),
            )
        ],
    ),
    (
        "a promotion tier of 40 %",
        Cart.of([line(50000, 2, "apple534"), line(100000, 1, "ipad")]),
        [(Discount("PERCENT", ORDER, percent_off="40"), After(200000, 80000, 0, 120000))],
    ),
    (
        "a limited 10 % that stays below its limit",
        Cart.of([line(3500, 1, "bottle"), line(7999, 1, "jacket")]),
        [
            (
                Discount("PERCENT", ORDER, percent_off="10", amount_limit=3000),
                After(11499, 1150, 0, 10349),
            )
        ],
    ),
    (
        "10 % of the items of one brand, named by index",
        Cart.of([line(10000, 1, "bosch_product_1"), line(1500, 1, "digital_book")]),
        [
            (
                Discount(
                    "PERCENT",
                    ITEMS,
                    percent_off="10",
                    applicable_to=(
                        DiscountTarget("products_collection", "pc", order_item_indices=(0,)),
                        DiscountTarget("product", "bosch_product_1", order_item_indices=(0,)),
                    ),
                ),
                After(11500, 0, 1000, 10500),
            )
        ],
    ),
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
    (
        "new prices of 800 for all",
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
                    "FIXED",
                    ITEMS,
                    applicable_to=(
                        DiscountTarget("products_collection", "pc_all", price=800),
                        DiscountTarget("product", "red", price=800),
                        DiscountTarget("product", "blue", price=800),
                        DiscountTarget("sku", "sku_comics", "ComicBook_1", price=800),
                        DiscountTarget("product", "vase", price=800),
                        DiscountTarget("product", "iphone", price=800),
                    ),
                ),
                After(72100, 0, 67300, 4800),
            )
        ],
    ),
]


@pytest.mark.parametrize(("cart", "steps"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_a_recorded_computation_is_reproduced(
    cart: Cart, steps: list[tuple[Redeemable, After]]
) -> None:
    cart = cart.copy()
    for redeemable, expected in steps:
        redeem(cart, redeemable)
        assert after(cart) == expected


def test_the_split_of_300_is_recorded_line_by_line() -> None:
    cart = Cart.of([line(3300, 1, "d5"), line(3400, 1, "db")])
    redeem(cart, Discount("AMOUNT", "APPLY_TO_ITEMS_PROPORTIONALLY", amount_off=300))
    assert [entry.discount_amount for entry in cart.lines] == [148, 152]


def test_two_offers_of_free_units_cover_one_and_two_of_the_three_that_are_there() -> None:
    """Recorded as 26500, then 53000, and 10 % of the items that then finds only the first line."""
    cart = pants()
    cart = Cart.of([cart.lines[0].line, line(26500, 3, "prod_pants", "sku_J6")])
    redeem(cart, TEN_PERCENT_OF_THE_FIRST, free_pants(1))
    assert after(cart) == After(106000, 0, 2650 + 26500, 76850)
    redeem(cart, free_pants(2))
    assert after(cart) == After(106000, 0, 82150, 23850)
    assert (cart.lines[1].quantity, cart.lines[1].discount_quantity) == (3, 3)
    redeem(cart, TEN_PERCENT_OF_BOTH)
    assert after(cart) == After(106000, 0, 84535, 21465)
