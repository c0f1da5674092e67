"""Times: any fraction, any offset; truncated to milliseconds, printed in UTC (section 2)."""

from typing import Any

import pytest

from tests.support.events import code, event, event_at, order_of, redeemed

ORDER = {"order": {"id": "ord_1"}}

TIMES = {
    "2026-03-01T10:00:00Z": "2026-03-01T10:00:00.000Z",
    "2026-03-01T10:00:00.1Z": "2026-03-01T10:00:00.100Z",
    "2026-03-01T10:00:00.12Z": "2026-03-01T10:00:00.120Z",
    "2026-03-01T10:00:00.999999Z": "2026-03-01T10:00:00.999Z",
    "2026-03-01T10:00:00.123999999999Z": "2026-03-01T10:00:00.123Z",
    f"2026-03-01T10:00:00.123{'9' * 40}+01:00": "2026-03-01T09:00:00.123Z",
    "2026-03-01T10:00:00,5Z": "2026-03-01T10:00:00.500Z",
    "2026-03-01T10:00:00": "2026-03-01T10:00:00.000Z",
    "2026-03-01T10:00:00.5": "2026-03-01T10:00:00.500Z",
    "2026-03-01T10:00:00+00:00": "2026-03-01T10:00:00.000Z",
    "2026-03-01T10:00:00-00:00": "2026-03-01T10:00:00.000Z",
    "2026-03-01T10:00:00.5+05:30": "2026-03-01T04:30:00.500Z",
    "2026-03-01T01:00:00+0200": "2026-02-28T23:00:00.000Z",
    "2026-12-31T23:30:00-01": "2027-01-01T00:30:00.000Z",
    "2026-03-01T10:00:00+23:59": "2026-02-28T10:01:00.000Z",
    "2026-03-01t10:00:00z": "2026-03-01T10:00:00.000Z",
    "2026-03-01 10:00:00Z": "2026-03-01T10:00:00.000Z",
    "2026-03-01T10:00Z": "2026-03-01T10:00:00.000Z",
    "2024-02-29T00:00:00Z": "2024-02-29T00:00:00.000Z",
    "1970-01-01T00:00:00.0009Z": "1970-01-01T00:00:00.000Z",
    "1969-12-31T23:59:59.9999Z": "1969-12-31T23:59:59.999Z",
    "0001-01-01T00:00:00Z": "0001-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999999Z": "9999-12-31T23:59:59.999Z",
}


@pytest.mark.parametrize(("given", "printed"), TIMES.items(), ids=TIMES.keys())
def test_times_are_cut_to_milliseconds_and_printed_in_utc(given: str, printed: str) -> None:
    assert order_of(event("order.created", ORDER, on=given))["created_at"] == printed
    own = {"order": {"id": "ord_1", "created_at": given}}
    assert order_of(event("order.created", own))["created_at"] == printed
    entry = order_of(redeemed(0, "r_1", order={"id": "ord_1"}, own={"date": given}))["redemptions"]
    assert entry == {"r_1": {"date": printed}}


NO_TIMES = [
    "",
    "yesterday",
    "2026-03-01",
    "10:00:00Z",
    "2026-13-01T10:00:00Z",
    "2026-02-29T10:00:00Z",
    "2026-03-01T25:00:00Z",
    "2026-03-01T10:61:00Z",
    "2026-03-01T10:00:00.Z",
    "2026-03-01T10:00:00ZZ",
    "2026-03-01T10:00:00+99:00",
    "2026-03-01T10:00:00+00:60",
    "2026-03-01T10:00:00-0099",
    "2026-03-01T10:00:00 +01:00",
    " 2026-03-01T10:00:00Z",
    "2026-03-01T10:00:00Z\n",
    "٢٠٢٦-03-01T10:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "+12026-03-01T10:00:00Z",
]
NO_TEXTS = [0, 1772359200000, 1.5, True, {}, [], 10**40]


@pytest.mark.parametrize("given", [*NO_TIMES, *NO_TEXTS], ids=repr)
def test_what_is_no_time_is_a_dead_letter(given: Any) -> None:
    assert code({**event("order.created", ORDER), "created_at": given}) == "invalid_envelope"
    order = {"order": {"id": "ord_1", "created_at": given}}
    assert code(event("order.created", order)) == "invalid_event"
    assert code(redeemed(0, "r_1", order={"id": "ord_1"}, own={"date": given})) == "invalid_event"
    payment = {"id": "pay_1", "order_id": "ord_1", "amount": 1, "date": given}
    assert code(event("payment.succeeded", {"payment": payment})) == "invalid_event"


def test_created_at_is_the_earliest_created_at_given_else_the_earliest_event_time() -> None:
    late = event_at(5, "order.updated", {"order": {"id": "ord_1"}})
    own = redeemed(9, "r_1", order={"id": "ord_1"}, own={"date": "2026-03-01T11:00:00Z"})
    assert order_of(late, own)["created_at"] == "2026-03-01T11:00:00.000Z"
    first = event_at(
        6, "order.updated", {"order": {"id": "ord_1", "created_at": "2026-03-02T00:00Z"}}
    )
    second = event_at(
        7, "order.updated", {"order": {"id": "ord_1", "created_at": "2026-03-03T00:00Z"}}
    )
    assert order_of(late, own, second)["created_at"] == "2026-03-03T00:00:00.000Z"
    assert order_of(late, own, second, first)["created_at"] == "2026-03-02T00:00:00.000Z"


def test_updated_at_of_one_event_is_the_one_given_else_null() -> None:
    one = redeemed(5, "r_1", order={"id": "ord_1"})
    assert order_of(one)["updated_at"] is None
    assert order_of(one, one)["updated_at"] is None
    given = redeemed(5, "r_1", order={"id": "ord_1", "updated_at": "2026-03-05T00:00:00Z"})
    assert order_of(given)["updated_at"] == "2026-03-05T00:00:00.000Z"


def test_updated_at_is_the_latest_event_time_or_update_time_given() -> None:
    one = redeemed(5, "r_1", order={"id": "ord_1"})
    older = redeemed(2, "r_2", order={"id": "ord_1"})
    assert order_of(one, older)["updated_at"] == "2026-03-01T12:05:00.000Z"
    updated_later = event_at(
        3, "order.updated", {"order": {"id": "ord_1", "updated_at": "2026-03-05T00:00Z"}}
    )
    assert order_of(one, updated_later)["updated_at"] == "2026-03-05T00:00:00.000Z"
    updated_early = event_at(
        3, "order.updated", {"order": {"id": "ord_1", "updated_at": "2026-02-05T00:00Z"}}
    )
    assert order_of(one, updated_early)["updated_at"] == "2026-03-01T12:05:00.000Z"


def test_times_before_1970_count_like_any_other() -> None:
    epoch, before = "1970-01-01T00:00:00.000Z", "1969-06-01T00:00:00.000Z"
    first = event("order.updated", {"order": {"id": "ord_1", "created_at": epoch}}, on=before)
    second = event(
        "order.updated",
        {"order": {"id": "ord_1", "created_at": "1980-01-01T00:00:00Z", "updated_at": epoch}},
        on="1969-07-01T00:00:00Z",
        name="evt_2",
    )
    order = order_of(first, second)
    assert (order["created_at"], order["updated_at"]) == (epoch, epoch)


def test_an_events_own_date_is_its_event_time() -> None:
    payment = {"id": "pay_1", "order_id": "ord_1", "amount": 5, "date": "2026-03-01T11:00:00Z"}
    refund = {"id": "ref_1", "amount": 1, "date": "2026-03-01T10:30:00Z"}
    assert order_of(event_at(9, "payment.succeeded", {"payment": payment}))["created_at"] == (
        "2026-03-01T11:00:00.000Z"
    )
    order = order_of(event_at(9, "payment.refunded", {"payment": payment, "refund": refund}))
    assert order["created_at"] == "2026-03-01T10:30:00.000Z"


def test_a_captures_event_time_is_its_own_date_else_the_envelopes_created_at() -> None:
    """With a capture, `payment.date` is only served."""
    payment = {"id": "pay_1", "order_id": "ord_1", "amount": 5, "date": "2026-03-01T10:00:00Z"}
    capture = {"id": "cap_1", "amount": 5, "date": "2026-03-01T11:00:00Z"}
    data = {"payment": payment, "capture": capture}
    order = order_of(event_at(9, "payment.succeeded", data))
    assert order["created_at"] == "2026-03-01T11:00:00.000Z"
    assert order["payments"]["pay_1"]["date"] == "2026-03-01T10:00:00.000Z"
    data = {"payment": payment, "capture": {"id": "cap_1", "amount": 5}}
    order = order_of(event_at(9, "payment.succeeded", data))
    assert order["created_at"] == "2026-03-01T12:09:00.000Z"
