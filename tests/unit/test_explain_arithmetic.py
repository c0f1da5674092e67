"""`order-projector explain`: the arithmetic of each line priced here."""

import pytest

from order_projector.domain.explanation import Explanation, explain
from order_projector.domain.facts import Fact
from order_projector.domain.ledger import Account
from order_projector.domain.timeline import RedemptionStep
from order_projector.explaining.arithmetic import formula
from order_projector.projection import codec
from tests.support.events import Json, accepted, paid
from tests.support.priced import (
    cart,
    coin,
    coupon,
    gift,
    item,
    one_by_one,
    points,
    product,
    stacked,
    units,
)

ITEMS = "APPLY_TO_ITEMS"
SHOP = cart(item("tea", 2318), item("mug", 1000, 3))
"""23.18 and 30.00 make 53.18."""


def explained(*events: Json) -> Explanation:
    facts: dict[str, Fact] = {}
    for event in events:
        facts |= codec.merge(facts.get, accepted(event).facts)
    return explain("ord_1", facts)


def formulas(*redeemables: Json) -> dict[str, str]:
    """Return the arithmetic of the last redeemable's discounts, by the line that they are on."""
    explanation = explained(SHOP, *one_by_one(*redeemables), paid(90, 1, currency="USD"))
    return dict(discounts(explanation)[-1])


def discounts(explanation: Explanation) -> list[list[tuple[str, str]]]:
    """Return the line and the arithmetic of each discount, redemption by redemption."""
    return [
        [
            (line.item or "the order", formula(working, explanation.money.currency))
            for line in entry.ledger
            for working in line.workings
            if line.account is Account.DISCOUNT
        ]
        for entry in explanation.entries
        if isinstance(entry.step, RedemptionStep)
    ]


@pytest.mark.parametrize(
    ("redeemable", "written"),
    [
        (coupon("PERCENT", percent_off=12.5), "12.5 % of 53.18 = 6.6475 -> 6.65"),
        (
            coupon("PERCENT", percent_off=12.5, amount_limit=200),
            "12.5 % of 53.18 = 6.6475 -> 6.65, capped at 2.00",
        ),
        (coupon("PERCENT", percent_off=50), "50 % of 53.18 = 26.59"),
        (coupon("AMOUNT", amount_off=500), "5.00"),
        (coupon("AMOUNT", amount_off=6000), "60.00, capped at 53.18"),
        (coupon("FIXED", fixed_amount=5000), "53.18 - 50.00 = 3.18"),
        (gift(1000), "10.00"),
        (points(150), "1.50"),
        (points(50, coin(1, 3)), "50 points, 1 for 3 = 16.666666... -> 16.67"),
    ],
)
def test_what_is_taken_off_the_order_is_computed_in_one_line(
    redeemable: Json, written: str
) -> None:
    assert formulas(redeemable) == {"the order": written}


@pytest.mark.parametrize(
    ("redeemable", "written"),
    [
        (
            coupon("PERCENT", product("tea"), percent_off=12.5, amount_limit=200),
            {"tea": "12.5 % of 23.18 = 2.8975 -> 2.90, capped at 2.00"},
        ),
        (
            coupon("PERCENT", product("mug", quantity_limit=2), percent_off=10),
            {"mug": "10 % of 2/3 of 30.00 = 2.00"},
        ),
        (coupon("AMOUNT", amount_off=500, effect=ITEMS), {"tea": "5.00", "mug": "5.00"}),
        (
            coupon("AMOUNT", amount_off=1200, effect="APPLY_TO_ITEMS_BY_QUANTITY"),
            {"tea": "1 x 12.00 = 12.00", "mug": "3 x 12.00 = 36.00, capped at 30.00"},
        ),
        (
            coupon("AMOUNT", amount_off=1000, effect="APPLY_TO_ITEMS_PROPORTIONALLY"),
            {
                "tea": "10.00 x 23.18 / 53.18 = 4.358781... -> 4.36",
                "mug": "10.00 x 30.00 / 53.18 = 5.641218... -> 5.64",
            },
        ),
        (
            coupon("AMOUNT", amount_off=1000, effect="APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY"),
            {"tea": "10.00 x 1 / 4 = 2.50", "mug": "10.00 x 3 / 4 = 7.50"},
        ),
        (
            coupon("FIXED", product("mug", price=800, quantity_limit=2)),
            {"mug": "20.00 - 2 x 8.00 = 4.00"},
        ),
        (
            gift(4000, effect=ITEMS),
            {"tea": "1 x 23.18 = 23.18", "mug": "3 x 10.00 = 30.00, capped at 16.82"},
        ),
        (units("ADD_MISSING_ITEMS", 2, "mug"), {"mug": "2 x 10.00 = 20.00"}),
        (
            units("ADD_NEW_ITEMS", 2, "cap", product={"id": "cap", "price": 500}),
            {"cap": "2 x 5.00 = 10.00"},
        ),
        (
            coupon(
                "UNIT",
                product("tea"),
                effect="REPLACE_ITEMS",
                unit_off=1,
                unit_type="pot",
                product={"id": "pot", "price": 3000},
            ),
            {"pot": "30.00 - 23.18 = 6.82"},
        ),
    ],
)
def test_what_is_taken_off_a_line_is_computed_in_one_line(
    redeemable: Json, written: dict[str, str]
) -> None:
    assert formulas(redeemable) == written


def test_a_percentage_is_of_what_earlier_discounts_left() -> None:
    ten = coupon("PERCENT", product("mug"), percent_off=10)
    assert formulas(ten, ten) == {"mug": "10 % of 27.00 = 2.70"}


def test_the_redemptions_of_one_request_are_computed_one_after_the_other() -> None:
    half = coupon("PERCENT", percent_off=50)
    assert discounts(explained(SHOP, stacked(1, half, half))) == [
        [
            ("the order", "50 % of 5318 = 2659"),
            ("the order", "50 % of 2659 = 1329.5 -> 1330"),
        ]
    ]


def test_the_cost_of_what_is_ordered_is_computed_from_its_price() -> None:
    explanation = explained(SHOP)
    written = [
        [formula(working, explanation.money.currency) for working in line.workings]
        for line in explanation.entries[0].ledger
    ]
    assert written == [["1 x 2318 = 2318"], ["3 x 1000 = 3000"]]
