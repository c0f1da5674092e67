"""Short histories of payments whose status or money is easy to get wrong (sections 6, 7, 13)."""

from typing import Any

from tests.support.events import Json, event, order_of
from tests.support.money import flagged


def moment(clock: str, name: str, kind: str, data: Json) -> Json:
    """Return an event at this time on the first of March."""
    return event(kind, data, on=f"2026-03-01T{clock}:00Z", name=name)


def payment(amount: int, name: str = "pay_1", **members: Any) -> Json:
    return {"payment": {"id": name, "order_id": "ord_1", "amount": amount, **members}}


def refund(amount: int, of: Json, name: str = "ref_1") -> Json:
    return {**of, "refund": {"id": name, "amount": amount}}


CREATED = moment("10:00", "e1", "order.created", {"order": {"id": "ord_1", "amount": 1000}})


def test_a_refund_before_its_payment_changes_no_status_and_the_payment_has_succeeded() -> None:
    of = payment(2500, currency="EUR")
    order = order_of(moment("10:03", "evt_1", "payment.refunded", refund(300, of)))
    assert order["status"] == "CREATED"
    assert order["payments"]["pay_1"] == {
        "date": "2026-03-01T10:03:00.000Z",
        "status": "SUCCEEDED",
        "amount": 2500,
        "refunded_amount": 300,
        "currency": "EUR",
    }


def test_a_payment_of_which_not_all_is_refunded_has_succeeded() -> None:
    order = order_of(
        moment("10:00", "e1", "payment.refunded", refund(12345, payment(99))),
        moment("10:01", "e2", "payment.refunded", refund(3524, payment(16944), "ref_2")),
    )
    served = order["payments"]["pay_1"]
    assert (served["status"], served["amount"], served["refunded_amount"]) == (
        "SUCCEEDED",
        16944,
        15869,
    )


def test_a_refund_beyond_its_payment_takes_nothing_from_the_next_one() -> None:
    dollars = payment(500, currency="USD")
    events = [
        CREATED,
        moment("10:01", "e2", "payment.succeeded", dollars),
        moment("10:02", "e3", "payment.refunded", refund(800, dollars)),
        moment("10:03", "e4", "payment.succeeded", payment(1000, "pay_2", currency="USD")),
    ]
    assert order_of(*events)["status"] == "PAID"
    assert flagged(*events) == [("refund_exceeds_payment", "e3", "pay_1")]


def test_a_refund_of_nothing_cancels_nothing() -> None:
    order = order_of(
        CREATED,
        moment("10:01", "e2", "payment.authorized", payment(1000)),
        moment("10:02", "e3", "payment.refunded", refund(0, payment(1000))),
    )
    assert order["status"] == "PROCESSING"
    assert order["payments"]["pay_1"]["status"] == "AUTHORIZED"


def test_two_currencies_do_not_add_up_to_a_total() -> None:
    events = [
        CREATED,
        moment("10:01", "e2", "payment.succeeded", payment(500, currency="USD")),
        moment("10:02", "e3", "payment.succeeded", payment(500, "pay_2", currency="JPY")),
    ]
    assert order_of(*events)["status"] == "PROCESSING"
    assert flagged(*events) == [("other_currency", "e3", "pay_2")]


def test_a_debit_that_bounced_leaves_its_order_unpaid() -> None:
    debit = payment(1000, currency="EUR", method="sepa_debit")
    failure = event("payment.failed", debit, on="2026-03-15T10:01:00Z", name="e3")
    order = order_of(CREATED, moment("10:01", "e2", "payment.succeeded", debit), failure)
    assert (order["status"], order["payments"]["pay_1"]["status"]) == ("PROCESSING", "FAILED")
