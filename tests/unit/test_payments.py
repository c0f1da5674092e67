"""The `payments` of an order: each member, and the money kept (sections 3, 5 and 7)."""

from typing import Any

import pytest

from tests.support.events import (
    Json,
    accepted,
    at,
    captured,
    event,
    event_at,
    order_event,
    order_of,
    paid,
    refunded,
    to_json,
)


def payment(minute: int, kind: str, name: str = "pay_1", **members: Any) -> Json:
    """Return a payment event of this minute, without a date of its own."""
    own = {"id": name, "order_id": "ord_1", **members}
    return event_at(minute, f"payment.{kind}", {"payment": own})


def payments(*events: Json) -> Any:
    """Return the served payments, in any order of arrival."""
    return order_of(*events)["payments"]


def test_a_payment_is_served_by_its_id_with_every_member_known() -> None:
    event = payment(
        5,
        "succeeded",
        amount=1187,
        currency="USD",
        method="card",
        date="2026-03-01T12:04:59.9999+00:00",
        metadata={"ignored": True},
    )
    served = {
        "pay_1": {
            "date": "2026-03-01T12:04:59.999Z",
            "status": "SUCCEEDED",
            "amount": 1187,
            "currency": "USD",
            "method": "card",
        }
    }
    assert to_json(payments(event)) == to_json(served)


def test_absent_members_are_left_out() -> None:
    assert payments(payment(5, "failed")) == {"pay_1": {"date": at(5), "status": "FAILED"}}


@pytest.mark.parametrize("kind", ["authorized", "succeeded", "failed", "canceled"])
def test_the_status_of_a_payment_is_named_after_its_event(kind: str) -> None:
    assert payments(paid(1, 5, kind))["pay_1"]["status"] == kind.upper()


def test_the_status_of_a_payment_follows_the_timeline() -> None:
    events = [paid(2, 5, "authorized"), paid(3, 5, "succeeded"), paid(1, 5, "failed")]
    assert payments(*events)["pay_1"]["status"] == "SUCCEEDED"
    assert payments(*events, paid(4, 5, "canceled"))["pay_1"]["status"] == "CANCELED"


def test_each_member_is_from_the_latest_event_of_that_payment_that_carries_it() -> None:
    served = payments(
        payment(1, "authorized", amount=500, currency="USD", method="card", date=at(1)),
        payment(3, "failed", method="cash"),
        payment(2, "succeeded", amount=400, currency="EUR", date=at(2)),
    )
    assert served["pay_1"] == {
        "date": at(2),
        "status": "FAILED",
        "amount": 400,
        "currency": "EUR",
        "method": "cash",
    }


def test_a_payment_none_of_whose_events_has_a_date_is_dated_by_the_earliest() -> None:
    events = [payment(4, "succeeded", amount=5), payment(2, "authorized", amount=5)]
    assert payments(*events)["pay_1"]["date"] == at(2)
    assert payments(*events, refunded(9, 1, of=5))["pay_1"]["date"] == at(2)


def test_payments_stand_in_the_sequence_of_the_timeline() -> None:
    events = [paid(minute, 5, name=name) for minute, name in ((3, "a"), (1, "c"), (2, "b"))]
    assert list(payments(*events)) == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("parts", "status", "refunded_amount"),
    [
        pytest.param([], "SUCCEEDED", None, id="nothing"),
        pytest.param([0], "SUCCEEDED", 0, id="a-refund-of-nothing"),
        pytest.param([999], "SUCCEEDED", 999, id="a-part"),
        pytest.param([1000], "REFUNDED", 1000, id="all"),
        pytest.param([400, 600], "REFUNDED", 1000, id="all-in-parts"),
        pytest.param([1001], "REFUNDED", 1001, id="more-than-all"),
    ],
)
def test_refunded_only_when_all_of_it_is(
    parts: list[int], status: str, refunded_amount: int | None
) -> None:
    refunds = [refunded(5 + n, part, of=1000, name=f"ref_{n}") for n, part in enumerate(parts)]
    served = payments(paid(1, 1000), *refunds)["pay_1"]
    assert (served["status"], served.get("refunded_amount")) == (status, refunded_amount)
    assert list(served)[:3] == ["date", "status", "amount"]


def test_a_refund_before_its_payment_counts_once_the_payment_is_there() -> None:
    refund = refunded(1, 1000, of=1000)
    assert payments(refund)["pay_1"]["status"] == "REFUNDED"
    assert payments(refund, paid(2, 1000))["pay_1"]["status"] == "REFUNDED"
    part = refunded(1, 999, of=1000)
    assert payments(part, paid(2, 1000))["pay_1"] == {
        "date": at(2),
        "status": "SUCCEEDED",
        "amount": 1000,
        "refunded_amount": 999,
    }


def test_a_payment_known_only_from_a_refund_has_succeeded() -> None:
    assert to_json(payments(refunded(5, 300, of=2500))["pay_1"]) == to_json(
        {"date": at(5), "status": "SUCCEEDED", "amount": 2500, "refunded_amount": 300}
    )


def test_a_payment_known_only_from_a_refund_that_failed_later_has_failed() -> None:
    assert payments(refunded(5, 300, of=2500), paid(6, 2500, "failed"))["pay_1"]["status"] == (
        "FAILED"
    )


def test_all_of_a_payment_is_refunded_by_what_its_last_event_says_it_is() -> None:
    """An earlier event's amount does not count, and a later one may change the result."""
    refunds = [refunded(1, 12345, of=99), refunded(2, 3524, of=16944, name="ref_2")]
    served = payments(*refunds)["pay_1"]
    assert (served["status"], served["refunded_amount"]) == ("SUCCEEDED", 15869)
    third = refunded(3, 1075, of=16944, name="ref_3")
    assert payments(*refunds, third)["pay_1"]["status"] == "REFUNDED"


def test_a_refund_of_nothing_leaves_the_status_of_its_payment() -> None:
    """This is true even of a payment of 0."""
    authorized = paid(1, 1000, "authorized")
    assert payments(authorized, refunded(2, 0, of=1000))["pay_1"]["status"] == "AUTHORIZED"
    assert payments(paid(1, 0), refunded(2, 0, of=0))["pay_1"]["status"] == "SUCCEEDED"


@pytest.mark.parametrize("kind", ["authorized", "failed", "canceled"])
def test_a_later_event_says_the_status_of_a_payment_after_its_refund(kind: str) -> None:
    events = [paid(1, 500), refunded(2, 500, of=500), paid(3, 500, kind)]
    assert payments(*events)["pay_1"]["status"] == kind.upper()


def test_the_captured_amount_is_the_sum_of_all_captures_that_ever_were() -> None:
    parts = [captured(1, 400, "cap_1"), captured(3, 250, "cap_2"), captured(4, 350, "cap_3")]
    served = payments(*parts, paid(2, 1000, "failed"), refunded(5, 10, of=1000))["pay_1"]
    assert to_json(served) == to_json(
        {
            "date": at(2),
            "status": "SUCCEEDED",
            "amount": 1000,
            "captured_amount": 1000,
            "refunded_amount": 10,
        }
    )


def test_the_captured_amount_is_there_only_with_captures() -> None:
    assert "captured_amount" not in payments(paid(1, 500))["pay_1"]
    assert payments(captured(1, 0, "cap_1"))["pay_1"]["captured_amount"] == 0


def test_a_payment_with_captures_is_refunded_when_all_of_them_is() -> None:
    parts = [captured(1, 400, "cap_1"), captured(2, 250, "cap_2"), paid(3, 1000, "authorized")]
    part, rest = refunded(4, 400, of=1000), refunded(6, 250, of=1000, name="ref_2")
    assert payments(*parts, part)["pay_1"]["status"] == "AUTHORIZED"
    assert payments(*parts, part, rest)["pay_1"]["status"] == "REFUNDED"
    more = captured(7, 1, "cap_3")
    assert payments(*parts, part, rest, more)["pay_1"]["status"] == "SUCCEEDED"


def test_the_same_payment_or_refund_twice_is_one() -> None:
    twice = [{**each, "id": f"evt_{n}"} for each in (paid(1, 500),) for n in "ab"]
    back = [{**each, "id": f"evt_{n}"} for each in (refunded(2, 100, of=500),) for n in "cd"]
    order = order_of(order_event(0, amount=1000), *twice, *back, *back)
    assert order["payments"]["pay_1"]["refunded_amount"] == 100
    assert order["status"] == "PROCESSING"


def test_of_two_copies_of_a_payment_the_greater_envelope_wins() -> None:
    copies = [payment(minute, "succeeded", amount=minute * 100, date=at(0)) for minute in (1, 2)]
    assert payments(*copies)["pay_1"]["amount"] == 200
    assert order_of(order_event(0, amount=300), *copies)["status"] == "PROCESSING"


def test_a_payment_is_a_fact_by_its_id_and_its_type() -> None:
    order = order_of(paid(1, 500, "authorized"), paid(2, 500), paid(3, 500, name="pay_2"))
    assert {name: each["status"] for name, each in order["payments"].items()} == {
        "pay_1": "SUCCEEDED",
        "pay_2": "SUCCEEDED",
    }


def test_one_refund_id_is_one_refund_whatever_payment_it_names() -> None:
    first = refunded(2, 100, of=500, by="pay_1")
    second = refunded(3, 100, of=500, by="pay_2")
    served = payments(paid(1, 500), first, second)
    assert "refunded_amount" not in served["pay_1"]
    assert served["pay_2"]["refunded_amount"] == 100


def test_payments_is_absent_without_payments() -> None:
    assert "payments" not in order_of(order_event(1, amount=5))


@pytest.mark.parametrize("kind", ["failed", "canceled"])
def test_failed_and_canceled_need_no_amount(kind: str) -> None:
    assert accepted(payment(1, kind)).order_id == "ord_1"


def test_payment_ids_may_hold_any_character_a_key_can() -> None:
    name = "$pay.1/é\U0001f4b6 "
    assert list(payments(paid(1, 5, name=name))) == [name]


def test_a_payment_without_a_date_happened_when_its_envelope_was_made() -> None:
    own = {"id": "pay_1", "order_id": "ord_1", "amount": 5}
    order = order_of(event("payment.succeeded", {"payment": own}, on=at(7)))
    assert order["created_at"] == order["payments"]["pay_1"]["date"] == at(7)
    own_refund = {"payment": own, "refund": {"id": "ref_1", "amount": 5}}
    order = order_of(event("payment.refunded", own_refund, on=at(8)))
    assert order["created_at"] == at(8)


def test_of_two_types_under_one_event_id_the_one_that_succeeded_counts_last() -> None:
    """That is a producer's mistake, but the result must not depend on the arrival order."""
    authorized = payment(5, "authorized", amount=700)
    succeeded = payment(5, "succeeded", amount=500)
    assert authorized["id"] == succeeded["id"]
    served = payments(authorized, succeeded)["pay_1"]
    assert (served["status"], served["amount"]) == ("SUCCEEDED", 500)
