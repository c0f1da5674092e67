"""Rollbacks of redemptions that were priced here: what is undone, and what stays as it was."""

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
    stacked,
    taken,
    units,
)

MUG = item("mug", 1000)
MUGS = cart(MUG)
PLAIN = {"quantity": 1, "amount": 1000, "price": 1000, "subtotal_amount": 1000}
TEN = coupon("PERCENT", percent_off=10)
CUPS = units("ADD_NEW_ITEMS", 2, "cup", product={"id": "cup", "price": 300})
TWO_MUGS = units("ADD_NEW_ITEMS", 2, "mug")


@pytest.mark.parametrize(
    "redeemable",
    [
        TEN,
        coupon("AMOUNT", amount_off=5000),
        coupon("FIXED", fixed_amount=1),
        coupon("PERCENT", product("mug"), percent_off=33.3),
        CUPS,
        TWO_MUGS,
        units("ADD_MISSING_ITEMS", 1, "mug"),
        units("ADD_NEW_ITEMS", 1, "shipping"),
        coupon(
            "UNIT",
            product("mug"),
            effect="REPLACE_ITEMS",
            unit_off=1,
            unit_type="cup",
            product={"id": "cup", "price": 3000},
        ),
    ],
)
def test_the_only_redemption_leaves_without_a_trace_in_the_numbers(redeemable: Json) -> None:
    order = order_of(MUGS, *one_by_one(redeemable), rolled_back(5, "rr_1", "r_1"))
    assert (amounts(order), figures(order)) == (money(1000), [PLAIN])
    assert order["status"] == "CANCELED"
    assert order["redemptions"]["r_1"]["rollback_id"] == "rr_1"


@pytest.mark.parametrize(
    ("redeemables", "gone", "numbers", "lines"),
    [
        pytest.param([TEN, TEN], "r_1", money(1000, 90), [PLAIN], id="9 % of 1000 stays"),
        pytest.param([TEN, TEN], "r_2", money(1000, 100), [PLAIN], id="the second of two"),
        pytest.param(
            [coupon("AMOUNT", amount_off=400), coupon("AMOUNT", amount_off=900)],
            "r_1",
            money(1000, 600),
            [PLAIN],
            id="what was capped stays capped",
        ),
        pytest.param(
            [TWO_MUGS, coupon("PERCENT", product("mug"), percent_off=10)],
            "r_1",
            money(1000, 0, 100),
            [PLAIN | taken(100, 900)],
            id="units leave, a percentage of the line stays",
        ),
        pytest.param(
            [coupon("PERCENT", product("mug"), percent_off=100), TWO_MUGS],
            "r_1",
            money(3000, 0, 2000, 1000),
            [counted(1, 2, 2, 1000)],
            id="a free line is paid again, its free units stay free",
        ),
        pytest.param(
            [CUPS, CUPS],
            "r_1",
            money(1600, 0, 600, 1000),
            [PLAIN, counted(0, 2, 2, 300)],
            id="a line that two have brought stays with the other",
        ),
        pytest.param(
            [CUPS, coupon("PERCENT", percent_off=50)],
            "r_1",
            money(1000, 500),
            [PLAIN],
            id="half of what the order was stays half of it",
        ),
        pytest.param(
            [CUPS, coupon("AMOUNT", product("cup"), amount_off=100)],
            "r_1",
            money(1000),
            [PLAIN],
            id="a discount on free units takes nothing, and goes with them",
        ),
        pytest.param(
            [units("ADD_MISSING_ITEMS", 1, "mug"), TWO_MUGS],
            "r_2",
            money(1000, 0, 1000, 1000),
            [counted(1, 0, 1, 1000)],
            id="a free unit of the customer's stays free",
        ),
    ],
)
def test_what_the_others_applied_stays_as_it_was_computed(
    redeemables: list[Json], gone: str, numbers: Json, lines: list[Json]
) -> None:
    order = order_of(MUGS, *one_by_one(*redeemables), rolled_back(5, "rr_1", gone))
    assert (amounts(order), figures(order)) == (numbers, lines)
    assert order["status"] == "CREATED"


def test_a_redemption_after_the_rollback_sees_the_order_without_it() -> None:
    [first, second] = one_by_one(coupon("PERCENT", percent_off=50), TEN)
    between = rolled_back(1, "rr_1", "r_1")
    between["created_at"] = between["data"]["redemption_rollback"]["date"] = (
        "2026-03-01T12:01:30.000Z"
    )
    assert after(MUGS, first, between, second)[0] == money(1000, 100)


def test_a_stack_is_undone_as_a_whole_and_not_by_its_children() -> None:
    stack = stacked(1, TEN, CUPS, TEN)
    later = redeemed(3, "r_9", order={"id": "ord_1"}, **coupon("AMOUNT", amount_off=50))
    whole = money(1600, 190 + 50, 600, 1000)
    lines = [PLAIN, counted(0, 2, 2, 300)]
    assert after(MUGS, stack, later) == (whole, lines)
    assert after(MUGS, stack, later, rolled_back(5, "rr_1", "r_2")) == (whole, lines)
    undone = order_of(MUGS, stack, later, rolled_back(6, "rr_0", "r_parent"))
    assert (amounts(undone), figures(undone)) == (money(1000, 50), [PLAIN])
    entry = undone["redemptions"]["r_parent"]
    assert (entry["stacked"], entry["rollback_id"]) == (["r_1", "r_2", "r_3"], "rr_0")


def test_a_stack_among_redemptions_is_undone_alone() -> None:
    first = redeemed(1, "r_a", order={"id": "ord_1"}, **TEN)
    stack = stacked(2, TEN, TEN)
    last = redeemed(3, "r_z", order={"id": "ord_1"}, **TEN)
    gone = rolled_back(4, "rr_1", "r_parent")
    assert off(MUGS, first, stack, last) == [0, 100 + 90 + 81 + 73]
    assert off(MUGS, first, stack, last, gone) == [0, 100 + 73]


def test_a_rollback_dated_before_its_redemption_leaves_it_without_effect() -> None:
    early = rolled_back(1, "rr_1", "r_2")
    late = redeemed(2, "r_2", order={"id": "ord_1"}, **CUPS)
    order = order_of(MUGS, early, late)
    assert (amounts(order), figures(order)) == (money(1000), [PLAIN])
    assert list(order["redemptions"]["r_2"])[:2] == ["date", "rollback_id"]


def test_free_units_that_left_do_not_come_back_with_a_later_cart() -> None:
    history = [MUGS, *one_by_one(CUPS, TWO_MUGS), rolled_back(5, "rr_1", "r_1")]
    later = order_event(6, items=[item("mug", 1000, 2), item("pen", 50)])
    _, lines = after(*history, later)
    pen = {"quantity": 1, "amount": 50, "price": 50, "subtotal_amount": 50}
    assert lines == [counted(2, 2, 2, 1000), pen]
