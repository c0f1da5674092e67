"""Recorded computations, one redeemable after the other, to the cent."""

import pytest

from order_projector.domain.cart import Cart, Line
from order_projector.domain.redeemables import (
    Coin,
    Discount,
    DiscountTarget,
    Gift,
    Points,
    Redeemable,
)
from tests.support.carts import line, redeem
from tests.support.recorded import ITEMS, ORDER, After, Case, reproduce

CASES: list[Case] = [
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
    reproduce(cart, steps)


def test_the_split_of_300_is_recorded_line_by_line() -> None:
    cart = Cart.of([line(3300, 1, "d5"), line(3400, 1, "db")])
    redeem(cart, Discount("AMOUNT", "APPLY_TO_ITEMS_PROPORTIONALLY", amount_off=300))
    assert [entry.discount_amount for entry in cart.lines] == [148, 152]
