"""Discounts of items: off lines, off units, split over lines, and at new prices."""

import pytest

from order_projector.domain.cart import Cart, Contribution, Line
from order_projector.domain.discounts import ValidDiscount, price
from order_projector.domain.redeemables import Discount, DiscountTarget, Gift
from tests.support.carts import contribution, line, lines, off_lines, reason, redeem

ITEMS = "APPLY_TO_ITEMS"
BY_QUANTITY = "APPLY_TO_ITEMS_BY_QUANTITY"
PROPORTIONALLY = "APPLY_TO_ITEMS_PROPORTIONALLY"
PROPORTIONALLY_BY_QUANTITY = "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY"

ADVENTURE = tuple(DiscountTarget("product", name) for name in ("mug", "poster", "shirt"))


def adventure() -> Cart:
    """Return the documented tables' order, in cents: three items of one brand, one of another."""
    return Cart.of(
        [
            line(1000, 2, "mug"),
            line(1500, 3, "poster"),
            line(2000, 3, "shirt"),
            line(2500, 2, "bottle"),
        ]
    )


@pytest.mark.parametrize(
    ("discount", "expected"),
    [
        (Discount("AMOUNT", ITEMS, amount_off=1000), [1000, 1000, 1000, 0]),
        (Discount("AMOUNT", BY_QUANTITY, amount_off=1000), [2000, 3000, 3000, 0]),
        (Discount("AMOUNT", PROPORTIONALLY, amount_off=1000), [160, 360, 480, 0]),
        (Discount("AMOUNT", PROPORTIONALLY_BY_QUANTITY, amount_off=1000), [250, 375, 375, 0]),
        (Discount("PERCENT", ITEMS, percent_off="10"), [200, 450, 600, 0]),
        (Discount("FIXED", ITEMS, fixed_amount=1000), [0, 1500, 3000, 0]),
    ],
)
def test_each_item_effect_gives_the_discounts_of_its_documented_table(
    discount: Discount, expected: list[int]
) -> None:
    to_the_brand = Discount(
        discount.type,
        discount.effect,
        discount.amount_off,
        discount.percent_off,
        discount.fixed_amount,
        applicable_to=ADVENTURE,
    )
    assert off_lines(to_the_brand, adventure()) == expected


def test_an_amount_off_items_takes_at_most_what_a_line_has_left_regardless_of_its_quantity() -> (
    None
):
    cart = Cart.of([line(700), line(350, 4, "B")])
    assert off_lines(Discount("AMOUNT", ITEMS, amount_off=1000), cart) == [700, 1000]
    redeem(cart, Discount("AMOUNT", ITEMS, amount_off=1000))
    assert off_lines(Discount("AMOUNT", ITEMS, amount_off=1000), cart) == [0, 400]


def test_a_unit_gets_no_more_off_than_it_costs() -> None:
    cart = Cart.of([line(300, 5)])
    limited = (DiscountTarget("product", "prod", quantity_limit=2),)
    discount = Discount("AMOUNT", BY_QUANTITY, amount_off=500, applicable_to=limited)
    assert off_lines(discount, cart) == [600]


def test_a_percentage_off_items_is_of_what_item_level_discounts_left_of_the_line() -> None:
    cart = redeem(
        Cart.of([line(26500)]),
        Discount("AMOUNT", ITEMS, amount_off=2650),
        Discount("AMOUNT", amount_off=1511),
    )
    assert off_lines(Discount("PERCENT", ITEMS, percent_off="10"), cart) == [2385]


def test_each_line_rounds_its_percentage_on_its_own() -> None:
    cart = Cart.of(lines(5, 5, 4))
    assert off_lines(Discount("PERCENT", ITEMS, percent_off="10"), cart) == [1, 1, 0]


def test_amount_limit_bounds_each_line_and_aggregated_amount_limit_all_of_them() -> None:
    cart = Cart.of(lines(10000, 5000, 8000))
    of_each = Discount("PERCENT", ITEMS, percent_off="10", amount_limit=600)
    assert off_lines(of_each, cart) == [600, 500, 600]
    of_all = Discount("PERCENT", ITEMS, percent_off="10", aggregated_amount_limit=1200)
    assert off_lines(of_all, cart) == [1000, 200, 0]
    of_amounts = Discount("AMOUNT", ITEMS, amount_off=700, aggregated_amount_limit=1500)
    assert off_lines(of_amounts, cart) == [700, 700, 100]
    split = Discount("AMOUNT", PROPORTIONALLY, amount_off=900, aggregated_amount_limit=230)
    assert off_lines(split, cart) == [100, 50, 80]


def test_item_discounts_take_no_more_than_order_level_discounts_left_of_the_order() -> None:
    cart = redeem(Cart.of(lines(1000, 1000)), Discount("AMOUNT", amount_off=1700))
    assert off_lines(Discount("AMOUNT", ITEMS, amount_off=200), cart) == [200, 100]
    assert off_lines(Discount("PERCENT", ITEMS, percent_off="50"), cart) == [300, 0]
    assert off_lines(Discount("AMOUNT", PROPORTIONALLY, amount_off=900), cart) == [150, 150]
    assert off_lines(Gift(900, ITEMS), cart) == [300, 0]


def test_a_split_gives_no_more_than_the_lines_cost_together() -> None:
    cart = Cart.of(lines(100, 300, 600))
    only = (DiscountTarget("product", "A"), DiscountTarget("product", "B"))
    discount = Discount("AMOUNT", PROPORTIONALLY, amount_off=5000, applicable_to=only)
    assert off_lines(discount, cart) == [100, 300, 0]


def test_what_a_line_can_not_take_of_its_part_is_not_given_to_the_others() -> None:
    cart = Cart.of(lines(1000, 1000))
    only = (DiscountTarget("product", "A"),)
    redeem(cart, Discount("AMOUNT", ITEMS, amount_off=900, applicable_to=only))
    assert off_lines(Discount("AMOUNT", PROPORTIONALLY, amount_off=500), cart) == [100, 250]


def test_a_new_price_holds_for_every_unit_and_never_raises_a_price() -> None:
    cart = Cart.of([line(1000, 3, "A"), line(700, 2, "B"), line(900, 1, "C")])
    prices = (DiscountTarget("product", "A", price=800), DiscountTarget("product", "B", price=800))
    discount = Discount("FIXED", ITEMS, applicable_to=prices)
    assert off_lines(discount, cart) == [600, 0, 0]


def test_a_new_price_is_measured_against_the_price_before_discounts() -> None:
    cart = redeem(Cart.of([line(1000)]), Discount("PERCENT", ITEMS, percent_off="10"))
    discount = Discount("FIXED", applicable_to=(DiscountTarget("product", "prod", price=800),))
    assert off_lines(discount, cart) == [200]
    to_nothing = Discount("FIXED", applicable_to=(DiscountTarget("product", "prod", price=0),))
    assert off_lines(to_nothing, cart) == [900]


def test_of_several_new_prices_for_one_line_the_highest_counts() -> None:
    targets = (
        DiscountTarget("product", "prod", price=600),
        DiscountTarget("sku", "small", price=800),
    )
    cart = Cart.of([line(1000, 1, "prod", "small"), line(1000, 1, "prod", "large")])
    assert off_lines(Discount("FIXED", ITEMS, applicable_to=targets), cart) == [200, 400]


def test_a_line_without_a_name_of_its_own_is_discounted_like_any_other() -> None:
    cart = Cart.of([Line(1, 1000), Line(0, 500), line(200)])
    discount = Discount("PERCENT", ITEMS, percent_off="10")
    assert off_lines(discount, cart) == [100, 50, 20]
    assert redeem(cart, discount).total_amount == 1530


def test_each_of_two_lines_of_one_product_is_a_line_of_its_own() -> None:
    cart = Cart.of([line(2900), line(2900)])
    assert off_lines(Discount("AMOUNT", ITEMS, amount_off=100), cart) == [100, 100]
    assert redeem(cart, Discount("AMOUNT", ITEMS, amount_off=100)).items_discount_amount == 200


def test_a_product_without_a_price_gets_no_discount_and_stops_none() -> None:
    cart = Cart.of([Line(1, product_id="A"), line(1000, product="B")])
    assert off_lines(Discount("AMOUNT", ITEMS, amount_off=100), cart) == [0, 100]
    said = "no item that the discount applies to has an amount"
    assert reason(Discount("AMOUNT", ITEMS, amount_off=100), Cart.of([Line(1)])) == said


def test_a_discount_of_items_is_invalid_on_an_order_without_items() -> None:
    said = "order.items is empty: the order has no items to discount"
    discount = Discount("AMOUNT", ITEMS, amount_off=100)
    assert reason(discount, Cart(stated_amount=1000)) == said
    assert reason(Gift(100, ITEMS), Cart(stated_amount=1000)) == said


def test_a_valid_discount_that_finds_nothing_left_is_applied_without_effect() -> None:
    cart = redeem(Cart.of([line(1000)]), Discount("PERCENT", percent_off="100"))
    discount = Discount("AMOUNT", ITEMS, amount_off=100)
    assert price(discount, cart) == ValidDiscount(
        contribution(discount, cart), "AMOUNT APPLY_TO_ITEMS", wanted=100
    )
    assert contribution(discount, cart) == Contribution()
