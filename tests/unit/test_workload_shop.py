"""The workload's shop calculates correctly: its expectations are written by hand."""

from random import Random

from order_projector.workload.catalogue import CATALOGUE, SHIPPING
from order_projector.workload.offers import (
    Amount,
    Effect,
    GiftCredits,
    LoyaltyPoints,
    Percent,
    Units,
)
from order_projector.workload.order_builder import OrderBuilder
from order_projector.workload.paying import pay
from order_projector.workload.payment_model import PaymentModel
from order_projector.workload.shop import Basket, BasketLine

PRODUCT = CATALOGUE[0]
TUBE = CATALOGUE[2]


def test_a_percentage_is_rounded_half_up_on_what_earlier_discounts_left() -> None:
    basket = Basket(stated=50_360)

    assert basket.redeem(Amount(10)).discount == 10
    assert basket.redeem(Percent(300)).discount == 1_511
    assert basket.total == 48_839


def test_a_limit_caps_a_percentage_and_the_order_caps_credits_and_points() -> None:
    basket = Basket(stated=10_000)

    assert basket.redeem(Percent(5_000, Effect.ORDER, limit=1_500)).discount == 1_500
    assert basket.redeem(LoyaltyPoints(300, 20, 100)).discount == 6_000
    assert basket.redeem(GiftCredits(60_000)).discount == 2_500


def test_a_split_gives_the_cents_that_are_left_to_the_largest_fractions() -> None:
    basket = Basket(
        [BasketLine(CATALOGUE[1], 1), BasketLine(CATALOGUE[2], 1), BasketLine(CATALOGUE[3], 1)]
    )

    applied = basket.redeem(Amount(1_001, Effect.PROPORTIONALLY))

    assert [effected.discount for effected in applied.lines] == [565, 119, 317]


def test_free_units_join_the_line_of_their_product_and_cost_nothing() -> None:
    basket = Basket([BasketLine(TUBE, 2)])

    basket.redeem(Units(TUBE, 1, Effect.ADD_NEW))

    assert [(line.quantity, line.covered, line.discount) for line in basket.lines] == [(3, 1, 695)]
    assert (basket.amount, basket.total) == (2_085, 1_390)


def test_missing_units_are_added_and_those_that_are_there_become_free() -> None:
    basket = Basket([BasketLine(TUBE, 1), BasketLine(PRODUCT, 1)])

    basket.redeem(Units(TUBE, 2, Effect.ADD_MISSING))
    basket.redeem(Units(SHIPPING, 1, Effect.ADD_MISSING))

    assert [(line.quantity, line.discount) for line in basket.lines] == [(2, 1_390), (1, 0), (1, 0)]
    assert basket.total == 7_450


def test_units_that_stand_on_two_lines_of_a_product_are_not_missing() -> None:
    basket = Basket([BasketLine(TUBE, 1), BasketLine(TUBE, 3)])

    basket.redeem(Units(TUBE, 2, Effect.ADD_MISSING))

    assert [(it.quantity, it.covered, it.discount) for it in basket.lines] == [
        (1, 1, 695),
        (3, 1, 695),
    ]


def test_units_that_two_lines_of_a_product_lack_are_added_to_the_first() -> None:
    basket = Basket([BasketLine(TUBE, 1), BasketLine(TUBE, 3)])

    basket.redeem(Units(TUBE, 6, Effect.ADD_MISSING))

    assert [(it.quantity, it.covered, it.discount) for it in basket.lines] == [
        (3, 3, 2_085),
        (3, 3, 2_085),
    ]
    assert basket.total == 0


def test_taking_a_redemption_back_leaves_what_the_others_took_off() -> None:
    basket = Basket([BasketLine(TUBE, 2)])
    units = basket.redeem(Units(SHIPPING, 1, Effect.ADD_MISSING))
    half = basket.redeem(Percent(5_000, Effect.ITEMS))
    basket.redeem(Percent(1_000))

    basket.take_back(units)
    basket.take_back(half)

    assert [line.product for line in basket.lines] == [TUBE]
    assert (basket.amount, basket.discount, basket.total) == (1_390, 70, 1_320)


def test_the_shop_counts_captures_and_refunds_payment_by_payment_in_one_currency() -> None:
    paid = PaymentModel(total=1_000)
    paid.succeeded("pay_1", 600, "EUR")
    paid.succeeded("pay_1", 400, "eur")
    assert (paid.status, paid.kept) == ("PAID", 1_000)

    paid.succeeded("pay_2", 5_000, "USD")
    paid.refunded("pay_1", 1_200, "EUR")
    assert (paid.status, paid.kept) == ("CANCELED", 0)


def test_a_debit_that_bounces_takes_the_shop_s_order_back_to_processing() -> None:
    paid = PaymentModel(total=1_000)
    paid.succeeded("pay_1", 1_000, None)

    paid.bounced("pay_1")

    assert (paid.status, paid.kept) == ("PROCESSING", 0)


def test_a_snapshot_that_is_sent_anew_states_its_status_after_the_payment_has_settled() -> None:
    assert status_of_an_order_paid_before_its_snapshot(sent_anew=False) == "PAID"
    assert status_of_an_order_paid_before_its_snapshot(sent_anew=True) == "CREATED"


def status_of_an_order_paid_before_its_snapshot(*, sent_anew: bool) -> str:
    builder = OrderBuilder.of(1, Random(1))
    pay(builder, [builder.basket.total])
    builder.sent_anew = {builder.now} if sent_anew else frozenset()
    builder.snapshot("order.created", "CREATED")
    return builder.build().totals.status
