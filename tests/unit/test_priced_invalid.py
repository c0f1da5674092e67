"""Redemptions with an invalid discount: they took place, and apply nothing."""

import pytest

from order_projector.domain.explanation import explain
from order_projector.domain.facts import Fact
from order_projector.projection import codec
from tests.support.events import Json, accepted, order_of
from tests.support.priced import (
    amounts,
    cart,
    coupon,
    gift,
    item,
    money,
    one_by_one,
    points,
    product,
    units,
)

CART = cart(item("mug", 1000))
TEN = coupon("PERCENT", percent_off=10)
TIER = {"promotion_tier": {"id": "promo_1", "action": {"discount": {"type": "AMOUNT"}}}}

INVALID: dict[str, tuple[Json, str]] = {
    "no discount": ({"voucher": {"id": "v_1"}}, "no discount, gift or loyalty points"),
    "no voucher": ({}, "no discount, gift or loyalty points"),
    "no type": (
        {"voucher": {"id": "v", "discount": {"amount_off": 1}}},
        "discount.type is missing",
    ),
    "an unknown type": (coupon("BOGOF"), "'BOGOF' is unknown"),
    "no amount": (coupon("AMOUNT"), "discount.amount_off is missing"),
    "a tier without an amount": (TIER, "discount.amount_off is missing"),
    "no percentage": (coupon("PERCENT"), "discount.percent_off is missing"),
    "no new price": (coupon("FIXED"), "discount.fixed_amount is missing"),
    "no item price": (
        coupon("FIXED", product("mug"), effect="APPLY_TO_ITEMS"),
        "applicable_to.price is missing",
    ),
    "no units": (coupon("UNIT", effect="ADD_NEW_ITEMS"), "discount.unit_off is missing"),
    "no unit type": (coupon("UNIT", unit_off=1), "discount.unit_type is missing"),
    "an amount with a unit's effect": (
        coupon("AMOUNT", amount_off=1, effect="ADD_NEW_ITEMS"),
        "'ADD_NEW_ITEMS' is unknown for an AMOUNT",
    ),
    "a percentage in proportion": (
        coupon("PERCENT", percent_off=1, effect="APPLY_TO_ITEMS_PROPORTIONALLY"),
        "is unknown for a PERCENT",
    ),
    "a unit with a price's effect": (
        units("APPLY_TO_ORDER", 1, "mug"),
        "'APPLY_TO_ORDER' is unknown for a UNIT",
    ),
    "a gift with an unknown effect": (gift(1, effect="APPLY"), "gift.effect 'APPLY' is unknown"),
    "a gift without credits": (gift(None, amount=None), "gift.credits is missing"),
    "points that nobody counted": (
        {"voucher": {"id": "v_l", "type": "LOYALTY_CARD"}},
        "points is missing",
    ),
    "a coin without a ratio": (
        points(1, {"parameters": {"coin": {"points_ratio": 1}}}),
        "reward.parameters.coin.exchange_ratio is missing",
    ),
    "a coin without any": (
        points(1, {"type": "COIN", "parameters": {"coin": {}}}),
        "reward.parameters.coin.exchange_ratio is missing",
    ),
    **{
        f"a ratio of {ratio!r}": (
            points(1, {"parameters": {"coin": {"exchange_ratio": 1, "points_ratio": ratio}}}),
            "is not a positive number",
        )
        for ratio in (0, 0.0, "1", "x", True, [1], {"a": 1})
    },
    "an empty list of items": (
        coupon("PERCENT", percent_off=10, effect="APPLY_TO_ITEMS", applicable_to={"data": []}),
        "applicable_to is an empty list",
    ),
    "items that the order lacks": (
        coupon("PERCENT", product("cup"), percent_off=10),
        "applicable_to names no item",
    ),
    "an index that the order lacks": (
        coupon("PERCENT", product("mug", order_item_indices=[1]), percent_off=10),
        "applicable_to names no item",
    ),
    "everything excluded": (
        coupon("PERCENT", but=(product("mug"),), percent_off=10),
        "excludes every item",
    ),
    "an unknown rank": (
        coupon("PERCENT", product("mug", effect="APPLY_TO_TALLEST"), percent_off=10),
        "'APPLY_TO_TALLEST' is unknown",
    ),
    "one bad unit of two": (
        coupon("UNIT", units=[{"unit_off": 1, "unit_type": "mug"}, {"unit_type": "cup"}]),
        "discount.unit_off is missing",
    ),
}


@pytest.mark.parametrize("redeemable", [case[0] for case in INVALID.values()], ids=INVALID)
def test_an_invalid_discount_applies_nothing_and_keeps_its_entry(redeemable: Json) -> None:
    order = order_of(CART, *one_by_one(TEN, redeemable, TEN))
    assert amounts(order) == money(1000, 190)
    assert list(order["redemptions"]) == ["r_1", "r_2", "r_3"]
    assert order["redemptions"]["r_2"]["date"]


@pytest.mark.parametrize(("redeemable", "reason"), INVALID.values(), ids=INVALID)
def test_the_timeline_says_why_a_discount_applies_nothing(redeemable: Json, reason: str) -> None:
    facts: dict[str, Fact] = {}
    for event in (CART, *one_by_one(redeemable)):
        facts |= codec.merge(facts.get, accepted(event).facts)
    explanation = explain("ord_1", facts)
    entry = explanation.entries[1]
    [said] = [*explanation.remarks(entry), *(flag.message for flag in entry.flags)]
    assert reason in said


@pytest.mark.parametrize("effect", ["APPLY_TO_ORDER", "APPLY_TO_ITEMS"])
@pytest.mark.parametrize("details", [{}, {"items": []}, {"items": [item("mug", None)]}])
def test_an_order_without_amounts_takes_no_discount_in_money(details: Json, effect: str) -> None:
    [redemption] = one_by_one(coupon("AMOUNT", amount_off=100, effect=effect))
    redemption["data"]["order"] = {"id": "ord_1", **details}
    order = order_of(redemption)
    assert amounts(order) == {}
    assert list(order["redemptions"]) == ["r_1"]


@pytest.mark.parametrize(
    "redeemable",
    [
        coupon("AMOUNT", amount_off=0),
        coupon("PERCENT", percent_off=0),
        coupon("FIXED", fixed_amount=1000),
        coupon("FIXED", fixed_amount=5000),
        units("ADD_NEW_ITEMS", 0, "mug"),
        gift(0),
    ],
)
def test_a_discount_of_nothing_is_valid_and_has_no_effect(redeemable: Json) -> None:
    order = order_of(CART, *one_by_one(redeemable))
    assert amounts(order) == money(1000)
    assert list(order["redemptions"]) == ["r_1"]
