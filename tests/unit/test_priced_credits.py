"""Gift credits and loyalty points: their amounts, and what they take off."""

import pytest

from order_projector.domain.facts import Redemption
from order_projector.domain.redeemables import Gift, Points
from tests.support.events import Json, accepted, order_event, order_of
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
        pytest.param(points(50, {"type": "COIN", "parameters": {}}), 50, id="no coin: cents"),
        pytest.param(points(50, {"type": "CAMPAIGN"}), 0, id="for a campaign"),
        pytest.param(points(50, coin(0, 0) | {"type": "MATERIAL"}), 0, id="no coin counts then"),
        pytest.param(points(50, {"type": "MATERIAL"}), 0, id="for a thing"),
        pytest.param(points(0, coin(1, 1)), 0, id="none used"),
    ],
)
def test_points_pay_for_the_order_by_what_they_are_worth(card: Json, expected: int) -> None:
    assert off(CART, *one_by_one(card)) == [0, 0, expected]


USED: dict[str, tuple[Json, list[int]]] = {
    "redemption.amount": ({"amount": 400, "gift": {"amount": 300}}, [400, 400, 400]),
    "redemption.gift.amount": ({"gift": {"amount": 300}}, [300, 300, 300]),
    "gift.credits": ({"gift": {}}, [200, 200, 100]),
    "gift.amount": ({"gift": None}, [200, 200, 100]),
    "none used": ({"gift": {"amount": 0}}, [0, 0, 0]),
}


@pytest.mark.parametrize(("own", "expected"), USED.values(), ids=USED)
def test_the_credits_used_are_the_redemptions_amount_else_its_gifts_else_the_cards(
    own: Json, expected: list[int]
) -> None:
    cards = [{"credits": 200, "amount": 100}, {"credits": 200}, {"amount": 100}]
    for card, value in zip(cards, expected, strict=True):
        redeemed = {"own": own, "voucher": {"id": "v_g", "gift": card}}
        assert off(CART, *one_by_one(redeemed)) == [0, 0, value]


def test_a_gift_card_pays_what_the_redemption_used_of_it() -> None:
    gift_card = {"type": "GIFT_VOUCHER", "gift": {"amount": 200000, "balance": 195000}}
    used = {"own": {"gift": {"amount": 5000}}, "voucher": gift_card}
    whole = order_event(0, "created", amount=20000)
    assert order_of(whole, *one_by_one(used))["discount_amount"] == 5000


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({"amount": 40, "loyalty_card": {"points": 30}}, 40),
        ({"loyalty_card": {"points": 30}}, 30),
        ({"amount": 0, "loyalty_card": {"points": 30}}, 0),
        ({"loyalty_card": {}}, 0),
    ],
)
def test_the_points_are_the_redemptions_amount_else_its_loyalty_cards(
    own: Json, expected: int
) -> None:
    card = {"own": own, "voucher": {"id": "v_l", "loyalty_card": {"points": 6500}}}
    assert off(CART, *one_by_one(card)) == [0, 0, expected]


def test_a_fact_says_whether_the_amount_used_was_given() -> None:
    used = {"own": {"gift": {"amount": 5}}, "voucher": {"gift": {"credits": 9}}}
    [redemption] = one_by_one(used)
    assert _redeemed(redemption) == Gift(9, used=5)
    redemption["data"]["redemption"]["gift"] = None
    assert _redeemed(redemption) == Gift(9, used=None)
    [redemption] = one_by_one({"voucher": {"type": "LOYALTY_CARD"}})
    assert _redeemed(redemption) == Points(None)


def _redeemed(event: Json) -> object:
    [fact] = accepted(event).facts
    assert isinstance(fact, Redemption)
    return fact.redeemable


COINS, THINGS = coin(1, 1), {"type": "MATERIAL"}


def test_the_reward_stands_in_the_redemption_else_in_data_else_in_the_voucher() -> None:
    voucher = {"id": "v_l", "type": "LOYALTY_CARD"}
    own = {"amount": 10}
    in_voucher = {"own": own, "voucher": voucher | {"reward": COINS}}
    assert off(CART, *one_by_one(in_voucher)) == [0, 0, 1000]
    beside = in_voucher | {"reward": THINGS}
    assert off(CART, *one_by_one(beside)) == [0, 0, 0]
    within = beside | {"own": own | {"reward": COINS}}
    assert off(CART, *one_by_one(within)) == [0, 0, 1000]


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
