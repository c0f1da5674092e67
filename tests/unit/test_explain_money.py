"""`order-projector explain`: money as people write it, the money paid, and the status."""

from fractions import Fraction

import pytest

from order_projector.domain.currency import Currency
from order_projector.domain.explanation import Explanation, explain
from order_projector.domain.facts import Fact
from order_projector.explaining.wording import kept_sentence, status_sentence
from order_projector.projection import codec
from tests.support.events import (
    Json,
    accepted,
    order_event,
    paid,
    redeemed,
    refunded,
    rolled_back,
)

MUG = {"product_id": "mug", "quantity": 1, "price": 2250}
CREATED = order_event(0, "created", items=[MUG])
USD = {"currency": "USD"}
NAMELESS = {"voucher": {"id": "v", "discount": {"type": "AMOUNT", "amount_off": 250}}}


def explained(*events: Json) -> Explanation:
    facts: dict[str, Fact] = {}
    for event in events:
        facts |= codec.merge(facts.get, accepted(event).facts)
    return explain("ord_1", facts)


def statuses(*events: Json) -> list[str | None]:
    """Return what is said about the status at each step."""
    explanation = explained(*events)
    currency = explanation.money.currency
    reasons = (entry.status for entry in explanation.entries)
    return [None if it is None else status_sentence(it, currency) for it in reasons]


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("USD", ("22.50 USD (2250)", "-0.05 (-5)", "2.8975")),
        ("eur", ("22.50 EUR (2250)", "-0.05 (-5)", "2.8975")),
        ("JPY", ("2250 JPY (2250)", "-5 (-5)", "289.75")),
        ("KWD", ("2.250 KWD (2250)", "-0.005 (-5)", "0.28975")),
        (None, ("2250", "-5", "289.75")),
        ("dollars", ("2250", "-5", "289.75")),
        ("\u20ac\u20ac\u20ac", ("2250", "-5", "289.75")),
    ],
)
def test_an_amount_is_written_with_the_decimals_of_its_currency_if_that_is_known(
    code: str | None, written: tuple[str, str, str]
) -> None:
    currency = Currency.of(code)
    exact = currency.exact(Fraction(28975, 100))
    assert (currency.full(2250), currency.change(-5), exact) == written


def test_a_result_without_end_is_cut() -> None:
    assert Currency.of("USD").exact(Fraction(200, 3)) == "0.666666..."
    assert Currency.of("USD").exact(Fraction(-1, 2)) == "-0.005"


def test_the_currency_of_an_order_is_the_one_that_its_payments_name() -> None:
    assert explained(CREATED, paid(1, 5)).money.currency == Currency()
    assert explained(CREATED, paid(1, 5, **USD)).money.currency == Currency("USD")
    reserved = paid(1, 5, "authorized", **USD)
    assert explained(CREATED, reserved).money.currency == Currency("USD")
    other = paid(2, 5, "authorized", name="pay_2", currency="EUR")
    assert explained(CREATED, reserved, other).money.currency == Currency()


def test_a_headline_writes_money_in_the_currency_of_the_payment() -> None:
    explanation = explained(CREATED, paid(1, 2250, **USD), refunded(2, 250, of=2250))
    assert [explanation.title(entry) for entry in explanation.entries] == [
        "the order's own details",
        "payment pay_1 succeeded: 22.50 USD (2250)",
        "refund ref_1 of 2.50 USD (250) from payment pay_1",
    ]


def test_the_money_names_what_each_payment_took_gave_back_and_keeps() -> None:
    money = explained(CREATED, paid(1, 2250, **USD), refunded(2, 250, of=2250)).money
    (payment,) = money.payments
    assert (payment.id, payment.taken, payment.refunded, payment.kept) == ("pay_1", 2250, 250, 2000)
    assert kept_sentence(money) == (
        "20.00 USD (2000) is kept of a total of 22.50 USD (2250): 2.50 USD (250) less."
    )


def test_money_that_covers_the_total_makes_an_order_paid() -> None:
    assert statuses(CREATED, paid(1, 2250, **USD)) == [
        "status CREATED: an order begins so",
        "status CREATED -> PAID: 22.50 USD (2250) is kept and covers the total of 22.50 USD (2250)",
    ]


def test_a_payment_of_a_part_begins_the_processing_and_a_discount_settles_the_rest() -> None:
    assert statuses(
        CREATED, paid(1, 2000), redeemed(2, "r_1", order={"id": "ord_1"}, **NAMELESS)
    ) == [
        "status CREATED: an order begins so",
        "status CREATED -> PROCESSING: 2000 is kept and does not cover the total of 2250",
        "status PROCESSING -> PAID: 2000 is kept and covers the total of 2000",
    ]


def test_a_redemption_that_states_no_status_and_settles_nothing_does_not_bear_on_it() -> None:
    redemption = redeemed(1, "r_1", order={"id": "ord_1"}, **NAMELESS)
    assert statuses(CREATED, redemption)[1] is None


def test_a_status_that_the_event_or_its_type_states_counts() -> None:
    assert statuses(order_event(0, status="PROCESSING"), order_event(1, "fulfilled")) == [
        "status PROCESSING: the event states it",
        "status PROCESSING -> FULFILLED: the type of the event says so",
    ]


def test_a_rollback_after_which_no_redemption_remains_cancels() -> None:
    first, second = (
        redeemed(minute, f"r_{minute}", order={"id": "ord_1"}, **NAMELESS) for minute in (1, 2)
    )
    rollbacks = (rolled_back(3, "rr_1", "r_1"), rolled_back(4, "rr_2", "r_2"))
    again = rolled_back(5, "rr_3", "r_2")
    assert statuses(CREATED, first, second, *rollbacks, again)[3:] == [
        "status stays CREATED: after the rollback, redemptions remain in force (1)",
        "status CREATED -> CANCELED: after the rollback, no redemption remains in force",
        "status stays CANCELED: the rollback undoes nothing",
    ]


def test_a_rollback_that_keeps_its_discounts_changes_no_status() -> None:
    redemption = redeemed(1, "r_1", order={"id": "ord_1"}, **NAMELESS)
    sums = {"amount": 2250, "discount_amount": 250, "total_amount": 2000}
    assert statuses(CREATED, redemption, rolled_back(2, "rr_1", "r_1", **sums))[2] == (
        "status stays CREATED: the rollback keeps the discounts"
    )


def test_a_payment_that_bounced_is_taken_back() -> None:
    assert statuses(CREATED, paid(1, 2250), paid(2, 2250, "failed"))[2] == (
        "status PAID -> PROCESSING: a payment that had succeeded failed, and 0 is kept and does "
        "not cover the total of 2250"
    )


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([paid(1, 9, "authorized")], "status CREATED -> PROCESSING: a payment was authorized"),
        (
            [paid(1, 9, "failed")],
            "status stays CREATED: the payment had taken nothing when it failed",
        ),
        (
            [paid(1, 9, "canceled")],
            "status CREATED -> CANCELED: a payment was canceled, and 0 is kept",
        ),
        (
            [paid(1, 2250), refunded(2, 2250, of=2250)],
            "status PAID -> CANCELED: the refund leaves nothing of the money kept",
        ),
        (
            [paid(1, 2250), refunded(2, 50, of=2250)],
            "status stays PAID: after the refund, 2200 is kept",
        ),
        (
            [refunded(2, 50, of=2250)],
            "status stays CREATED: no money was kept that the refund could return",
        ),
    ],
)
def test_what_a_payment_or_a_refund_does_to_the_status_is_said(
    events: list[Json], said: str
) -> None:
    assert statuses(CREATED, *events)[-1] == said
