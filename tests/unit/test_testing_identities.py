"""`order_projector.testing` gives what differs another id, so that nothing passes for a repeat."""

import pytest

from order_projector.testing import (
    Redeemable,
    amount_off,
    gift_card,
    loyalty_points,
    payment_authorized,
    payment_captured,
    payment_refunded,
    payment_succeeded,
    percent_off,
    promotion,
    redemption_succeeded,
    stack_succeeded,
)
from tests.support.built import MUGS, order_of

TEN = percent_off(10)

DIFFERENT: dict[str, tuple[Redeemable, Redeemable]] = {
    "a voucher and a promotion": (TEN, promotion(TEN)),
    "promotions by two tiers": (promotion(TEN, tier="t1"), promotion(TEN, tier="t2")),
    "promotions of two campaigns": (promotion(TEN, campaign="c1"), promotion(TEN, campaign="c2")),
    "two discounts of one tier": (
        promotion(TEN, tier="t1"),
        promotion(amount_off(10), tier="t1"),
    ),
    "vouchers of two campaigns": (
        percent_off(10, campaign="c1"),
        percent_off(10, campaign="c2"),
    ),
    "a voucher with a campaign and one without": (TEN, percent_off(10, campaign="c1")),
    "two discounts of one voucher": (
        percent_off(10, voucher="v_1"),
        percent_off(20, voucher="v_1"),
    ),
    "points that are cents and coins": (
        loyalty_points(500),
        loyalty_points(500, coins=(1, 10)),
    ),
    "points for money and for material": (
        loyalty_points(500),
        loyalty_points(500, reward="MATERIAL"),
    ),
    "points of two cards": (
        loyalty_points(500, voucher="card_1"),
        loyalty_points(500, voucher="card_2"),
    ),
    "points of two campaigns": (
        loyalty_points(500, campaign="c1"),
        loyalty_points(500, campaign="c2"),
    ),
    "credits of two campaigns": (gift_card(500, campaign="c1"), gift_card(500, campaign="c2")),
    "two sums of one gift card": (
        gift_card(500, voucher="card_1"),
        gift_card(400, voucher="card_1"),
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_redeemables_that_differ_are_two_redemptions_of_an_order(name: str) -> None:
    first, second = DIFFERENT[name]
    order = order_of(
        redemption_succeeded("ord_1", items=MUGS, voucher=first),
        redemption_succeeded("ord_1", voucher=second),
    )
    assert len(order["redemptions"]) == 2


@pytest.mark.parametrize("name", DIFFERENT)
def test_stacks_of_redeemables_that_differ_are_two_stacks(name: str) -> None:
    first, second = (stack_succeeded("ord_1", amount_off(1), each) for each in DIFFERENT[name])
    assert first.data["parent_redemption"] != second.data["parent_redemption"]


def test_the_same_redeemable_made_twice_is_one_redemption() -> None:
    order = order_of(
        redemption_succeeded("ord_1", items=MUGS, voucher=promotion(TEN, tier="t1", campaign="c")),
        redemption_succeeded("ord_1", voucher=promotion(TEN, tier="t1", campaign="c")),
    )
    assert len(order["redemptions"]) == 1


def test_a_voucher_of_one_discount_alone_is_told_by_its_name() -> None:
    redeemables = TEN, gift_card(500), loyalty_points(500), promotion(TEN)
    assert [redeemable.name for redeemable in redeemables] == [
        "percent_10",
        "gift_500",
        "points_500",
        "promo_percent_10",
    ]


def test_refunds_of_equal_captures_are_two_refunds() -> None:
    reserved = payment_authorized("ord_1", 2500)
    first = payment_captured(reserved, 1250)
    second = payment_captured(reserved, 1250, capture="cap_2")
    refunds = payment_refunded(first), payment_refunded(second)
    (payment,) = order_of(reserved, first, second, *refunds)["payments"].values()
    assert (payment["captured_amount"], payment["refunded_amount"]) == (2500, 2500)


def test_the_refund_of_a_payment_is_told_by_payment_and_amount() -> None:
    paid = payment_succeeded("ord_1", 2500, payment="pay_1")
    assert payment_refunded(paid, 250).data["refund"]["id"] == "ref_pay_1_250"
    captured = payment_captured(paid, 1000, capture="cap_1")
    assert payment_refunded(captured, 250).data["refund"]["id"] == "ref_pay_1_cap_1_250"
