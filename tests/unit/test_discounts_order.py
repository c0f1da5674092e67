"""Discounts of the order as a whole, and redemptions that are not discounts."""

import pytest

from order_projector.domain.cart import Cart, Contribution
from order_projector.domain.discounts import ValidDiscount, price
from order_projector.domain.redeemables import (
    Coin,
    Discount,
    DiscountTarget,
    Gift,
    Points,
    Redeemable,
    UnitOff,
)
from tests.support.carts import contribution, lines, off_lines, off_order, reason, redeem

TO_ORDER = "APPLY_TO_ORDER"


@pytest.mark.parametrize(
    ("amount", "redeemable", "expected"),
    [
        (46500, Discount("AMOUNT", TO_ORDER, amount_off=1000), 1000),
        (800, Discount("AMOUNT", TO_ORDER, amount_off=1000), 800),
        (0, Discount("AMOUNT", TO_ORDER, amount_off=1000), 0),
        (46500, Discount("AMOUNT", amount_off=1000), 1000),
        (46500, Discount("AMOUNT", amount_off=0), 0),
        (1000, Discount("AMOUNT", amount_off=900, aggregated_amount_limit=300), 300),
        (46500, Discount("PERCENT", TO_ORDER, percent_off="10"), 4650),
        (46500, Discount("PERCENT", percent_off="10"), 4650),
        (11499, Discount("PERCENT", TO_ORDER, percent_off="10", amount_limit=3000), 1150),
        (50000, Discount("PERCENT", TO_ORDER, percent_off="10", amount_limit=3000), 3000),
        (50000, Discount("PERCENT", percent_off="10", aggregated_amount_limit=200), 200),
        (5000, Discount("PERCENT", percent_off="150"), 5000),
        (5000, Discount("PERCENT", percent_off="0"), 0),
        (46500, Discount("FIXED", TO_ORDER, fixed_amount=40000), 6500),
        (46500, Discount("FIXED", fixed_amount=46500), 0),
        (46500, Discount("FIXED", fixed_amount=50000), 0),
        (46500, Discount("FIXED", fixed_amount=0), 46500),
        (1000, Gift(2), 2),
        (6000, Gift(2000, TO_ORDER), 2000),
        (1500, Gift(2000), 1500),
        (6000, Points(300, Coin("20", "100"), "COIN"), 6000),
        (6700, Points(300, Coin("20", "100"), "COIN"), 6000),
        (5000, Points(300, Coin("20", "100"), "COIN"), 5000),
        (5000, Points(300), 300),
        (5000, Points(0, Coin("1", "1")), 0),
    ],
)
def test_an_order_level_discount_takes_its_value_but_no_more_than_the_order_has_left(
    amount: int, redeemable: Redeemable, expected: int
) -> None:
    assert off_order(redeemable, Cart(stated_amount=amount)) == expected


def test_an_order_level_discount_sees_what_discounts_of_both_levels_left() -> None:
    cart = redeem(
        Cart.of(lines(6000, 4000)),
        Discount("AMOUNT", "APPLY_TO_ITEMS", amount_off=1000),
        Discount("AMOUNT", amount_off=3000),
    )
    assert off_order(Discount("PERCENT", percent_off="10"), cart) == 500
    assert off_order(Discount("FIXED", fixed_amount=4000), cart) == 1000
    assert off_order(Gift(9999), cart) == 5000


@pytest.mark.parametrize("reward", ["CAMPAIGN", "MATERIAL"])
def test_points_for_a_reward_that_is_not_a_coin_change_no_amount(reward: str) -> None:
    points = Points(300, reward=reward)
    assert contribution(points, Cart(stated_amount=5000)) == Contribution()


def test_applicable_to_does_not_narrow_a_discount_of_the_whole_order() -> None:
    discount = Discount(
        "AMOUNT", TO_ORDER, amount_off=300, applicable_to=(DiscountTarget("product", "elsewhere"),)
    )
    assert off_order(discount, Cart.of(lines(1000))) == 300


@pytest.mark.parametrize(
    ("redeemable", "rule"),
    [
        (Discount("PERCENT", percent_off="1"), "PERCENT APPLY_TO_ORDER"),
        (
            Discount("PERCENT", percent_off="1", inapplicable_to=(DiscountTarget("product", "X"),)),
            "PERCENT APPLY_TO_ITEMS",
        ),
        (
            Discount("AMOUNT", amount_off=1, applicable_to=(DiscountTarget("product", "A"),)),
            "AMOUNT APPLY_TO_ITEMS",
        ),
        (Gift(1), "GIFT APPLY_TO_ORDER"),
        (Gift(1, applicable_to=(DiscountTarget("product", "A"),)), "GIFT APPLY_TO_ITEMS"),
        (
            Discount("FIXED", applicable_to=(DiscountTarget("product", "A", price=5),)),
            "FIXED APPLY_TO_ITEMS",
        ),
        (
            Discount("FIXED", fixed_amount=5, applicable_to=(DiscountTarget("product", "A"),)),
            "FIXED APPLY_TO_ORDER",
        ),
        (Discount("UNIT", units=(UnitOff(1, "prod_A"),)), "UNIT ADD_MISSING_ITEMS"),
    ],
)
def test_a_discount_without_an_effect_has_the_documented_default(
    redeemable: Redeemable, rule: str
) -> None:
    applied = price(redeemable, Cart.of(lines(1000)))
    assert isinstance(applied, ValidDiscount)
    assert applied.rule == rule


@pytest.mark.parametrize(
    ("redeemable", "said"),
    [
        (None, "the redemption has no discount, gift or loyalty points"),
        (Discount(), "discount.type is missing"),
        (Discount("MAGIC"), "discount.type 'MAGIC' is unknown"),
        (Discount("X" * 99), f"discount.type '{'X' * 40}...' is unknown"),
        (Discount("AMOUNT"), "discount.amount_off is missing"),
        (Discount("AMOUNT", amount_off=-1), "discount.amount_off is negative"),
        (
            Discount("AMOUNT", "ADD_NEW_ITEMS", amount_off=1),
            "discount.effect 'ADD_NEW_ITEMS' is unknown for an AMOUNT discount",
        ),
        (Discount("PERCENT"), "discount.percent_off is missing"),
        (Discount("PERCENT", percent_off="ten"), "discount.percent_off 'ten' is not a number"),
        (Discount("PERCENT", percent_off="nan"), "discount.percent_off 'nan' is not a number"),
        (Discount("PERCENT", percent_off="-1"), "discount.percent_off is negative"),
        (
            Discount("PERCENT", "APPLY_TO_ITEMS_BY_QUANTITY", percent_off="1"),
            "discount.effect 'APPLY_TO_ITEMS_BY_QUANTITY' is unknown for a PERCENT discount",
        ),
        (Discount("FIXED"), "discount.fixed_amount is missing"),
        (Discount("FIXED", "APPLY_TO_ITEMS"), "applicable_to.price is missing"),
        (
            Discount("FIXED", "NO\nSUCH", fixed_amount=1),
            "discount.effect 'NO\\nSUCH' is unknown for a FIXED discount",
        ),
        (Discount("UNIT"), "discount.unit_off is missing"),
        (Discount("UNIT", units=(UnitOff(None, "prod_A"),)), "discount.unit_off is missing"),
        (Discount("UNIT", units=(UnitOff(1),)), "discount.unit_type is missing"),
        (
            Discount("UNIT", "APPLY_TO_ORDER", units=(UnitOff(1, "prod_A"),)),
            "discount.effect 'APPLY_TO_ORDER' is unknown for a UNIT discount",
        ),
        (
            Discount("UNIT", "ADD_MANY_ITEMS", units=(UnitOff(1, "prod_A", "ADD_SOME"),)),
            "discount.units.effect 'ADD_SOME' is unknown",
        ),
        (Gift(), "gift.credits is missing"),
        (Gift(-1), "gift.credits is negative"),
        (Gift(1, "ADD_NEW_ITEMS"), "gift.effect 'ADD_NEW_ITEMS' is unknown"),
        (Points(), "loyalty_card.points is missing"),
        (
            Points(1, Coin(points_ratio="1")),
            "reward.parameters.coin.exchange_ratio is missing",
        ),
        (Points(1, Coin("1")), "reward.parameters.coin.points_ratio is missing"),
        (
            Points(1, Coin("x", "1")),
            "reward.parameters.coin.exchange_ratio 'x' is not a positive number",
        ),
        (
            Points(1, Coin("1", "0")),
            "reward.parameters.coin.points_ratio '0' is not a positive number",
        ),
    ],
)
def test_an_invalid_discount_applies_nothing_and_says_which_field_and_why(
    redeemable: Redeemable | None, said: str
) -> None:
    assert reason(redeemable, Cart.of(lines(1000))) == said


@pytest.mark.parametrize(
    "redeemable", [Discount("AMOUNT", amount_off=1), Gift(1), Points(1), Points(1, Coin("1", "1"))]
)
def test_nothing_can_be_taken_off_an_order_whose_amount_is_unknown(redeemable: Redeemable) -> None:
    said = "order.amount is unknown: there is nothing to take a discount off"
    assert reason(redeemable, Cart()) == said


def test_gift_credits_for_items_are_spent_line_after_line_until_they_are_used_up() -> None:
    cart = Cart.of(lines(1000, 700, 500))
    assert off_lines(Gift(1500, "APPLY_TO_ITEMS"), cart) == [1000, 500, 0]
    to_b_and_c = (DiscountTarget("product", "B"), DiscountTarget("product", "C"))
    assert off_lines(Gift(900, "APPLY_TO_ITEMS", to_b_and_c), cart) == [0, 700, 200]
    assert off_lines(Gift(900, "APPLY_TO_ITEMS", (), to_b_and_c), cart) == [900, 0, 0]
