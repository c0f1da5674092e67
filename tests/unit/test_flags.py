"""Flags: what the fold notices and the numbers do not show, each with its event and object."""

from typing import Any

import pytest

from tests.support.calculated import CUP, MUG, line
from tests.support.events import Json, order_event, redeemed, rolled_back
from tests.support.flagged import flags_of

CART = order_event(0, items=[line(MUG, 2), line(CUP, 1)])
ORDER = "APPLY_TO_ORDER"
ITEMS = "APPLY_TO_ITEMS"


def off(minute: int = 1, name: str = "r_1", **discount: Any) -> Json:
    """Return a redemption that is priced here."""
    return redeemed(minute, name, order={"id": "ord_1"}, voucher={"id": "v", "discount": discount})


WITHOUT_EFFECT = {
    "no-type": {"amount_off": 5},
    "an-unknown-type": {"type": "GIVEAWAY", "amount_off": 5},
    "an-unknown-effect": {"type": "AMOUNT", "effect": "APPLY_TO_SOME", "amount_off": 5},
    "no-value": {"type": "AMOUNT", "effect": ORDER},
    "no-percentage": {"type": "PERCENT", "effect": ORDER},
    "no-line-covered": {
        "type": "PERCENT",
        "effect": ITEMS,
        "percent_off": 10,
        "applicable_to": [{"object": "product", "id": "tea"}],
    },
    "units-without-a-product": {"type": "UNIT", "unit_off": 1},
}


@pytest.mark.parametrize("discount", WITHOUT_EFFECT.values(), ids=WITHOUT_EFFECT.keys())
def test_a_redemption_whose_definition_gives_nothing_is_flagged(discount: Json) -> None:
    event = off(**discount)
    assert flags_of(CART, event) == [("discount_without_effect", event["id"], "r_1")]


def test_a_discount_on_an_order_of_which_nothing_is_known_is_flagged_for_good() -> None:
    event = off(type="AMOUNT", amount_off=5, effect=ORDER)
    assert flags_of(event) == [("discount_without_effect", event["id"], "r_1")]
    later = order_event(5, amount=1000)
    assert flags_of(event, later) == [("discount_without_effect", event["id"], "r_1")]


def test_units_for_an_order_of_which_nothing_is_known_are_not_added() -> None:
    event = off(type="UNIT", unit_off=1, unit_type="mug", product={"id": "mug", "price": 1000})
    assert flags_of(event) == [("discount_without_effect", event["id"], "r_1")]


def test_a_percentage_of_items_without_a_price_is_flagged() -> None:
    cart = order_event(0, items=[{"product_id": "p"}])
    event = off(type="PERCENT", percent_off=10, effect=ITEMS)
    assert flags_of(cart, event) == [("discount_without_effect", event["id"], "r_1")]


def test_a_redemption_without_any_definition_is_not_flagged() -> None:
    assert flags_of(CART, redeemed(1, "r_1", order={"id": "ord_1"})) == []
    assert flags_of(CART, redeemed(1, "r_1", order={"id": "ord_1"}, voucher={"id": "v"})) == []


def test_a_reward_of_another_type_is_not_flagged() -> None:
    card = {"id": "v", "type": "LOYALTY_CARD", "loyalty_card": {"points": 100}}
    event = redeemed(1, "r_1", order={"id": "ord_1"}, voucher=card, reward={"type": "MATERIAL"})
    assert flags_of(CART, event) == []


CUT = {
    "more-than-the-order": {"type": "AMOUNT", "amount_off": 2301, "effect": ORDER},
    "more-than-a-line": {"type": "AMOUNT", "amount_off": 301, "effect": ITEMS},
    "more-than-a-unit": {
        "type": "AMOUNT",
        "amount_off": 301,
        "effect": "APPLY_TO_ITEMS_BY_QUANTITY",
    },
    "more-than-all-lines": {
        "type": "AMOUNT",
        "amount_off": 2301,
        "effect": "APPLY_TO_ITEMS_PROPORTIONALLY",
    },
    "more-than-all-of-it": {"type": "PERCENT", "percent_off": 101, "effect": ORDER},
}


@pytest.mark.parametrize("discount", CUT.values(), ids=CUT.keys())
def test_a_redemption_that_applies_less_than_its_definition_says_is_flagged(discount: Json) -> None:
    event = off(**discount)
    assert flags_of(CART, event) == [("discount_cut", event["id"], "r_1")]


FULL = {
    "the-whole-order": {"type": "AMOUNT", "amount_off": 2300, "effect": ORDER},
    "a-whole-line": {"type": "AMOUNT", "amount_off": 300, "effect": ITEMS},
    "by-its-own-limit": {
        "type": "PERCENT",
        "percent_off": 50,
        "amount_limit": 7,
        "effect": ORDER,
    },
    "by-the-limit-of-all-lines": {
        "type": "AMOUNT",
        "amount_off": 300,
        "aggregated_amount_limit": 20,
        "effect": ITEMS,
    },
    "a-new-price-above-the-old": {"type": "FIXED", "fixed_amount": 9999, "effect": ORDER},
    "a-new-price-of-items": {"type": "FIXED", "fixed_amount": 500, "effect": ITEMS},
    "all-of-it": {"type": "PERCENT", "percent_off": 100, "effect": ITEMS},
    "a-free-unit": {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "mug"},
    "nothing-asked": {"type": "AMOUNT", "amount_off": 0, "effect": ORDER},
}


@pytest.mark.parametrize("discount", FULL.values(), ids=FULL.keys())
def test_a_redemption_that_applies_all_it_says_is_not_flagged(discount: Json) -> None:
    assert flags_of(CART, off(**discount)) == []


def test_a_discount_cut_down_to_nothing_is_flagged_as_cut() -> None:
    first = off(1, "r_1", type="PERCENT", percent_off=100, effect=ORDER)
    second = off(2, "r_2", type="AMOUNT", amount_off=5, effect=ORDER)
    assert flags_of(CART, first, second) == [("discount_cut", second["id"], "r_2")]


def test_a_free_unit_of_which_no_cost_is_left_is_flagged_as_cut() -> None:
    first = off(1, "r_1", type="PERCENT", percent_off=100, effect=ITEMS)
    second = off(2, "r_2", type="UNIT", effect="ADD_MISSING_ITEMS", unit_off=1, unit_type="mug")
    assert flags_of(CART, first, second) == [("discount_cut", second["id"], "r_2")]


def gift(used: int | None, **card: Any) -> Json:
    """Return a redemption of a gift card, with the amount that it states as used."""
    voucher = {"id": "g", "gift": {"effect": ORDER, **card}}
    event = redeemed(1, "r_1", order={"id": "ord_1"}, voucher=voucher)
    event["data"]["redemption"]["amount"] = used
    return event


def test_a_gift_card_is_cut_only_where_the_used_amount_is_given() -> None:
    assert flags_of(CART, gift(None, amount=9999)) == []
    event = gift(9999)
    assert flags_of(CART, event) == [("discount_cut", event["id"], "r_1")]


def test_amounts_that_do_not_add_up_are_flagged_once_for_each_event() -> None:
    sums = order_event(1, items=[line(MUG, 2)], amount=2001, total_amount=2001)
    total = order_event(2, amount=1000, discount_amount=100, total_amount=950)
    fine = order_event(3, amount=1000, discount_amount=100, total_amount=900)
    code = "amounts_do_not_add_up"
    assert flags_of(sums, fine) == [
        (code, sums["id"], "ord_1"),
        ("carried_discount", fine["id"], "ord_1"),
    ]
    assert (code, total["id"], "ord_1") in flags_of(total)


def test_an_event_is_flagged_for_either_of_its_orders() -> None:
    odd = {"id": "ord_1", "amount": 1000, "total_amount": 950}
    event = rolled_back(4, "rr_1", "r_1", amount=1000, total_amount=1000)
    event["data"]["redemption_rollback"]["order"] = odd
    assert ("amounts_do_not_add_up", event["id"], "ord_1") in flags_of(event)


def test_an_order_with_an_item_without_an_amount_is_not_judged_by_its_items() -> None:
    open_sum = order_event(
        1, items=[line(MUG, 2), {"product_id": "x"}], amount=2500, total_amount=2500
    )
    assert flags_of(open_sum) == []


def test_an_order_that_gives_its_total_alone_is_not_judged() -> None:
    assert flags_of(order_event(1, total_amount=900)) == []


def test_an_order_that_is_not_calculated_is_not_judged() -> None:
    assert flags_of(order_event(1, items=[line(MUG, 2)], amount=5)) == []


def test_a_rollback_of_a_redemption_of_which_no_event_told_is_flagged() -> None:
    undone = rolled_back(4, "rr_1", "r_1")
    assert flags_of(undone) == [("unknown_redemption", undone["id"], "r_1")]
    assert flags_of(undone, redeemed(9, "r_1", order={"id": "ord_1"})) == []
    listed = order_event(5, redemptions={"r_0": {"stacked": ["r_1"]}})
    assert flags_of(undone, listed) == []


def test_flags_are_sorted_by_the_timeline_then_code_then_object() -> None:
    early = off(1, "r_1", type="GIVEAWAY")
    late = off(2, "r_2", type="AMOUNT", amount_off=9999, effect=ORDER)
    lost = rolled_back(3, "rr_9", "r_9")
    assert [code for code, *_ in flags_of(CART, early, late, lost)] == [
        "discount_without_effect",
        "discount_cut",
        "unknown_redemption",
    ]
