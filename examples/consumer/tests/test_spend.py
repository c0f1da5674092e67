"""What an `order.updated` says of the money spent: no server, the worker's own projection."""

import json
from typing import Any

import pytest

from customer_spend.spend import OrderSpend, read
from order_projector.testing import (
    Event,
    Update,
    item,
    order_created,
    paid_in_parts,
    payment_authorized,
    payment_captured,
    payment_failed,
    payment_refunded,
    payment_succeeded,
    project,
)

CREATED = order_created("ord_1", items=[item("prod_mug", 2, price=1250)], customer="cust_1")
PAID = payment_succeeded("ord_1", 2500)


def last(*events: Event) -> OrderSpend:
    """Return the spend in the last update of these events."""
    return read(project(events).updates[-1].value)


def test_an_order_without_payments_has_cost_nothing_yet() -> None:
    assert last(CREATED) == OrderSpend("ord_1", 1, "cust_1", 0)


def test_what_was_received_is_spent() -> None:
    assert last(CREATED, PAID) == OrderSpend("ord_1", 2, "cust_1", 2500, "USD")


def test_parts_add_up_and_refunds_are_taken_off() -> None:
    half, other_half = paid_in_parts("ord_1", 1250, 1250)
    assert last(CREATED, half, other_half, payment_refunded(half, 250)).cents == 2250


def test_a_payment_given_back_is_not_spent() -> None:
    assert last(CREATED, PAID, payment_refunded(PAID)).cents == 0


def test_of_an_authorized_amount_only_what_was_captured_is_spent() -> None:
    authorized = payment_authorized("ord_1", 2500)
    assert last(CREATED, authorized, payment_captured(authorized, 1000)).cents == 1000


def test_a_refund_larger_than_its_payment_takes_nothing_from_another() -> None:
    small, large = paid_in_parts("ord_1", 100, 2400)
    assert last(CREATED, small, large, payment_refunded(small, 500)).cents == 2400


def in_turn(*currencies: str | None) -> int:
    """Return the cents kept of payments of 1, 10, 100, ... in these currencies, in this order."""
    payments = {
        f"pay_{9 - place}": {
            "date": f"2026-03-0{place + 1}T10:00:00.000Z",
            "status": "SUCCEEDED",
            "amount": 10**place,
            "currency": currency,
        }
        for place, currency in reversed(list(enumerate(currencies)))
    }
    return read(changed(payments=payments)).cents


def test_money_is_counted_in_the_currency_of_the_earliest_payment_that_names_one() -> None:
    dollars = payment_succeeded("ord_1", 500, currency="USD", at="2026-03-01T12:00:00Z")
    yen = payment_succeeded("ord_1", 400, currency="JPY", at="2026-03-01T12:01:00Z")
    spend = last(CREATED, yen, dollars)
    assert (spend.cents, spend.currency) == (500, "USD")
    assert in_turn("JPY", "USD", "JPY") == 101
    assert in_turn("USD", "JPY", "JPY") == 1


def test_letter_case_makes_no_other_currency_and_a_payment_that_names_none_counts() -> None:
    assert in_turn(None, "usd", "", "JPY", "USD") == 10111
    assert last(CREATED, payment_succeeded("ord_1", 1, currency="usd")).currency == "USD"
    assert read(paid(status="SUCCEEDED", amount=500)) == OrderSpend("ord_1", 1, None, 500)


@pytest.mark.parametrize(
    "event", [payment_authorized("ord_1", 2500), payment_failed("ord_1", 2500)]
)
def test_what_was_not_received_is_not_spent(event: Event) -> None:
    assert last(CREATED, event).cents == 0


def test_the_customer_may_not_be_known() -> None:
    assert last(PAID) == OrderSpend("ord_1", 1, None, 2500, "USD")


UPDATE: dict[str, Any] = {
    "order": {"id": "ord_1", "customer_id": None, "payments": {"pay_1": {"status": "SUCCEEDED"}}},
    "revision": 1,
}


def changed(**order: Any) -> bytes:
    """Return the update with other members in its order."""
    return json.dumps({**UPDATE, "order": UPDATE["order"] | order}).encode()


def paid(**payment: Any) -> bytes:
    """Return the update with another payment in its order."""
    return changed(payments={"pay_1": payment})


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="no value"),
        pytest.param(b"", id="an empty value"),
        pytest.param(b"{", id="half an object"),
        pytest.param(b"\xff", id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="nested too deep"),
        pytest.param(b"1" * 5_000, id="a number too long"),
        pytest.param(b"[]", id="an array"),
        pytest.param(b"{}", id="an empty object"),
        pytest.param(b'{"order": 1, "revision": 1}', id="an order that is a number"),
        pytest.param(json.dumps({**UPDATE, "revision": "1"}).encode(), id="a revision as text"),
        pytest.param(json.dumps({**UPDATE, "revision": 2**64}).encode(), id="a revision too large"),
        pytest.param(changed(id=None), id="no order id"),
        pytest.param(changed(id="\ud800"), id="half a character"),
        pytest.param(changed(customer_id={"id": "cust_1"}), id="another shape of the customer"),
        pytest.param(changed(payments=[{"status": "SUCCEEDED"}]), id="a list of payments"),
        pytest.param(paid(), id="a payment without a status"),
        pytest.param(paid(status="SUCCEEDED", amount="12.50"), id="an amount as text"),
        pytest.param(paid(status="SUCCEEDED", amount={"cents": 1}), id="an amount as an object"),
        pytest.param(paid(status="SUCCEEDED", captured_amount="1"), id="a captured amount as text"),
        pytest.param(paid(status="SUCCEEDED", currency=978), id="a currency as a number"),
        pytest.param(paid(status="SUCCEEDED", currency="EUR"), id="money without a date"),
    ],
)
def test_what_is_not_understood_is_an_error_that_quotes_nothing_of_it(value: bytes | None) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        read(value)
    assert len(str(raised.value)) < 80


def test_an_order_that_was_erased_is_spent_by_nobody() -> None:
    update = Update("ord:1", 3, order={}, erased=True)
    assert read(update.value, update.headers) == OrderSpend("ord:1", 3, None, 0)


@pytest.mark.parametrize("name", [None, b"", b"ord_1", b":1", b"ord_1:x", b"\xff:1"])
def test_a_record_without_a_value_and_an_id_is_not_understood(name: bytes | None) -> None:
    with pytest.raises(ValueError, match="no value"):
        read(None, [("ce_id", name)])


def test_the_flags_of_an_order_change_nothing() -> None:
    flag = {"code": "carried_discount", "event": "evt_7", "about": "r_1", "message": "Look at it."}
    flagged = json.dumps({**UPDATE, "flags": [flag]})
    assert read(flagged.encode()) == OrderSpend("ord_1", 1, None, 0)


def test_members_of_a_later_release_and_statuses_of_another_kind_change_nothing() -> None:
    newer = json.dumps(
        {
            **UPDATE,
            "labels": [{}],
            "order": UPDATE["order"]
            | {
                "loyalty": [1],
                "payments": {
                    "pay_1": {"status": "SUCCEEDED", "amount": 500, "fee": 1},
                    "pay_2": {"status": "DISPUTED", "amount": "?"},
                },
            },
        }
    )
    assert read(newer.encode()) == OrderSpend("ord_1", 1, None, 500)
