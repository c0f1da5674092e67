"""Gift credits and loyalty points: how much they are, and what they take off."""

import pytest

from tests.support.events import Json, order_of
from tests.support.priced import (
    after,
    cart,
    coin,
    coupon,
    gift,
    item,
    money,
    off,
    one_by_one,
    points,
    product,
)

CART = cart(item("a", 1000, 2), item("b", 500))


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        pytest.param(gift(400, credits=300), [0, 0, 400], id="the redemption's amount first"),
        pytest.param(gift(None, credits=300), [0, 0, 300], id="then the credits"),
        pytest.param(gift(None, amount=200), [0, 0, 200], id="then the card's amount"),
        pytest.param(gift(9000), [0, 0, 2500], id="never more than the order"),
        pytest.param(gift(0), [0, 0, 0], id="none used"),
        pytest.param(gift(300, effect=None), [0, 0, 300], id="no effect is the order"),
        pytest.param(gift(2100, effect="APPLY_TO_ITEMS"), [2000, 100, 0], id="line after line"),
        pytest.param(
            gift(2100, effect="APPLY_TO_ITEMS") | {"applicable_to": {"data": [product("b")]}},
            [0, 500, 0],
            id="only what the card covers",
        ),
        pytest.param(
            gift(2100, effect="APPLY_TO_ITEMS") | {"inapplicable_to": {"data": [product("a")]}},
            [0, 500, 0],
            id="not what it leaves out",
        ),
    ],
)
def test_gift_credits_pay_for_the_order_or_its_items(card: Json, expected: list[int]) -> None:
    assert off(CART, *one_by_one(card)) == expected


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        pytest.param(points(300, coin(1, 1)), 2500, id="one point, one unit of 100"),
        pytest.param(points(10, coin(1, 1)), 1000, id="ten"),
        pytest.param(points(300, coin(2, 100)), 600, id="2 for 100"),
        pytest.param(points(333, coin(0.5, 100)), 167, id="half up"),
        pytest.param(points(7, coin(1, 3)), 233, id="down"),
        pytest.param(points(50), 50, id="no reward: cents"),
        pytest.param(points(50, {"type": "COIN"}), 50, id="a coin without ratios: cents"),
        pytest.param(points(50, {"type": "CAMPAIGN"}), 0, id="for a campaign"),
        pytest.param(points(50, {"type": "MATERIAL"}), 0, id="for a thing"),
        pytest.param(points(0, coin(1, 1)), 0, id="none used"),
    ],
)
def test_points_pay_for_the_order_by_what_they_are_worth(card: Json, expected: int) -> None:
    assert off(CART, *one_by_one(card)) == [0, 0, expected]


def test_a_reward_may_stand_beside_the_redemption_or_in_it() -> None:
    card = points(10, coin(1, 1))
    within = {"own": card["own"] | {"voucher": card["voucher"], "reward": card["reward"]}}
    beside = {"own": card["own"] | {"voucher": card["voucher"]}, "reward": card["reward"]}
    for redeemable in (card, within, beside):
        assert off(CART, *one_by_one(redeemable)) == [0, 0, 1000]


def test_credits_and_points_take_what_discounts_have_left() -> None:
    half = coupon("PERCENT", percent_off=50)
    result = after(CART, *one_by_one(half, gift(1000), points(3, coin(1, 1)), gift(10)))
    assert result[0] == money(2500, 2500)


@pytest.mark.parametrize("card", [gift(300), points(300), points(3, {"type": "MATERIAL"})])
def test_a_card_is_a_voucher_in_its_entry(card: Json) -> None:
    [entry] = order_of(CART, *one_by_one(card))["redemptions"].values()
    assert entry["related_object_type"] == "voucher"
