"""The status of an order and its settlement (section 6)."""

from typing import Any

import pytest

from tests.support.events import (
    Json,
    event_at,
    order_event,
    order_of,
    paid,
    redeemed,
    refunded,
    rolled_back,
)

STATUSES = ["CREATED", "PROCESSING", "PAID", "CANCELED", "FULFILLED"]


def status(*events: Json) -> Any:
    """Return the status after these events, in any order of arrival."""
    return order_of(*events)["status"]


def of_status(before: str, total: int | None = 1000) -> Json:
    """Return an event that sets this status and this amount."""
    return order_event(0, status=before, amount=total)


FIRST: dict[str, Json] = {
    "redemption": redeemed(1, "r_1", order={"id": "ord_1"}),
    "order-created": order_event(1, "created"),
    "order-updated": order_event(1),
    "payment-failed": paid(1, 5, "failed"),
}


@pytest.mark.parametrize("first", FIRST.values(), ids=FIRST.keys())
def test_a_new_order_is_created_whatever_its_first_event(first: Json) -> None:
    assert status(first) == "CREATED"


@pytest.mark.parametrize("given", STATUSES)
@pytest.mark.parametrize("before", STATUSES)
def test_a_status_given_by_an_event_is_the_status_after_it(before: str, given: str) -> None:
    start = of_status(before)
    assert status(start, order_event(1, status=given)) == given
    assert status(start, order_event(1, "created", status=given)) == given
    assert status(start, redeemed(1, "r_1", order={"id": "ord_1", "status": given})) == given
    assert status(start, rolled_back(1, "rr_1", "r_0", status=given)) == given


@pytest.mark.parametrize("before", STATUSES)
def test_an_event_without_a_status_leaves_it_unchanged(before: str) -> None:
    start = of_status(before)
    assert status(start, order_event(1)) == before
    assert status(start, order_event(1, "created", metadata={"a": 1})) == before
    assert status(start, redeemed(1, "r_1", order={"id": "ord_1"})) == before
    assert status(start, paid(1, 5, "failed")) == before


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("kind", ["paid", "canceled", "fulfilled", "processing"])
def test_an_order_event_named_after_a_status_sets_it_whatever_its_data_says(
    before: str, kind: str
) -> None:
    assert status(of_status(before), order_event(1, kind, status="CREATED")) == kind.upper()
    assert status(of_status(before), order_event(1, kind)) == kind.upper()


def test_the_later_event_wins_and_not_the_later_arrival() -> None:
    assert status(order_event(2, "canceled"), order_event(1, "paid")) == "CANCELED"
    assert status(order_event(2, "paid"), order_event(1, "canceled")) == "PAID"


@pytest.mark.parametrize("before", STATUSES)
def test_a_rollback_cancels_when_no_redemption_remains_else_leaves_it_unchanged(
    before: str,
) -> None:
    start = of_status(before)
    first = redeemed(1, "r_1", order={"id": "ord_1"})
    second = redeemed(2, "r_2", order={"id": "ord_1"})
    assert status(start, first, rolled_back(3, "rr_1", "r_1")) == "CANCELED"
    assert status(start, first, second, rolled_back(3, "rr_1", "r_1")) == before
    assert status(start, first, second, rolled_back(3, "rr_1", "r_0")) == before
    both = (rolled_back(3, "rr_1", "r_1"), rolled_back(4, "rr_2", "r_2"))
    assert status(start, first, second, *both) == "CANCELED"


def test_a_redemption_after_the_rollback_does_not_count_as_remaining() -> None:
    first = redeemed(1, "r_1", order={"id": "ord_1", "status": "PAID"})
    rolled = rolled_back(3, "rr_1", "r_1")
    assert status(first, rolled, redeemed(4, "r_2", order={"id": "ord_1"})) == "CANCELED"
    again = redeemed(4, "r_2", order={"id": "ord_1", "status": "PAID"})
    assert status(first, rolled, again) == "PAID"


AUTHORIZED = dict(zip(STATUSES, ["PROCESSING", *STATUSES[1:]], strict=True))
COVERED = dict(zip(STATUSES, ["PAID", "PAID", "PAID", "PAID", "FULFILLED"], strict=True))
SHORT = dict(zip(STATUSES, ["PROCESSING", *STATUSES[1:]], strict=True))
CANCELED = dict(zip(STATUSES, ["CANCELED", "CANCELED", *STATUSES[2:]], strict=True))


@pytest.mark.parametrize("before", STATUSES)
def test_authorized_is_processing_if_created(before: str) -> None:
    assert status(of_status(before), paid(1, 1000, "authorized")) == AUTHORIZED[before]


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize(
    ("total", "amount", "expected"),
    [
        pytest.param(1000, 1000, COVERED, id="covered"),
        pytest.param(1000, 1001, COVERED, id="more-than-covered"),
        pytest.param(0, 0, COVERED, id="nothing-to-pay"),
        pytest.param(1000, 999, SHORT, id="short"),
        pytest.param(None, 1000, SHORT, id="unknown-total"),
    ],
)
def test_succeeded_is_paid_if_the_money_kept_covers_the_total_else_processing(
    before: str, total: int | None, amount: int, expected: dict[str, str]
) -> None:
    assert status(of_status(before, total), paid(1, amount)) == expected[before]


@pytest.mark.parametrize("before", STATUSES)
def test_canceled_is_canceled_if_no_money_is_kept_and_the_order_is_open(before: str) -> None:
    assert status(of_status(before), paid(1, 1000, "canceled")) == CANCELED[before]
    assert status(of_status(before), paid(1, 0), paid(2, 0, "canceled")) == CANCELED[SHORT[before]]


def test_canceled_changes_nothing_while_money_is_kept() -> None:
    short = (of_status("CREATED"), paid(1, 1))
    assert status(*short, paid(2, 5, "canceled", name="pay_2")) == "PROCESSING"
    back = refunded(2, 1, of=1)
    assert status(*short, back, order_event(3, status="PROCESSING")) == "PROCESSING"
    assert (
        status(*short, back, order_event(3, status="PROCESSING"), paid(4, 5, "canceled"))
        == "CANCELED"
    )


@pytest.mark.parametrize("before", STATUSES)
def test_refunded_is_canceled_by_one_that_brings_the_money_kept_to_nothing_else_unchanged(
    before: str,
) -> None:
    start = (paid(0, 1000), order_event(1, status=before))
    assert status(*start, refunded(2, 999, of=1000)) == before
    assert status(*start, refunded(2, 1000, of=1000)) == "CANCELED"
    parts = [refunded(2, 400, of=1000), refunded(3, 600, of=1000, name="ref_2")]
    assert status(*start, *parts) == "CANCELED"
    more = paid(1, 10, name="pay_2")
    assert status(*start, more, *parts) == before


def test_two_payments_settle_an_order_together() -> None:
    half = [of_status("CREATED"), paid(1, 400)]
    assert status(*half) == "PROCESSING"
    assert status(*half, paid(2, 600, name="pay_2")) == "PAID"
    assert status(*half, paid(2, 400)) == "PROCESSING"


LOWER: dict[str, Json] = {
    "a-lower-total": order_event(3, amount=900),
    "items": order_event(3, items=[{"product_id": "p", "price": 900}]),
    "a-discount": redeemed(
        3, "r_1", order={"id": "ord_1", "total_amount": 900, "applied_discount_amount": 100}
    ),
    "a-second-payment": paid(3, 100, name="pay_2"),
}


@pytest.mark.parametrize("later", LOWER.values(), ids=LOWER.keys())
@pytest.mark.parametrize("before", ["CREATED", "PROCESSING"])
def test_settlement_is_looked_at_again_after_every_change_of_the_money_or_the_total(
    before: str, later: Json
) -> None:
    start = (of_status("CREATED"), paid(1, 900), order_event(2, status=before))
    assert status(*start) == before
    assert status(*start, later) == "PAID"


@pytest.mark.parametrize("before", ["CANCELED", "FULFILLED", "PAID"])
def test_settlement_leaves_an_order_that_is_not_open(before: str) -> None:
    start = (of_status("CREATED"), paid(1, 900), order_event(2, status=before))
    assert status(*start, order_event(3, amount=900)) == before


def test_a_payment_before_its_redemption_settles_the_order_when_the_total_is_known() -> None:
    redemption = redeemed(
        2,
        "r_1",
        order={"id": "ord_1", "amount": 1000, "total_amount": 900, "applied_discount_amount": 100},
    )
    assert status(paid(1, 900)) == "PROCESSING"
    assert status(paid(1, 900), redemption) == "PAID"
    assert status(paid(1, 899), redemption) == "PROCESSING"
    assert status(paid(1, 900, "authorized"), redemption) == "PROCESSING"


def test_nothing_is_settled_by_an_event_that_changes_neither_the_money_nor_the_total() -> None:
    settled = (of_status("CREATED"), paid(1, 1000))
    assert status(*settled, order_event(2, status="PROCESSING")) == "PROCESSING"
    assert status(*settled, order_event(2, status="PROCESSING"), order_event(3, amount=1000)) == (
        "PROCESSING"
    )


def test_a_paid_order_is_not_taken_back_by_a_higher_total() -> None:
    assert status(of_status("CREATED"), paid(1, 1000), order_event(2, amount=5000)) == "PAID"


def test_a_payment_for_an_order_not_seen_yet_creates_it_without_items_and_amounts() -> None:
    order = order_of(paid(1, 500))
    assert order["status"] == "PROCESSING"
    assert not {"items", "amount", "total_amount"} & order.keys()


def test_a_payment_that_comes_after_its_own_refund_is_kept_less_the_refund() -> None:
    start = (of_status("CREATED"), refunded(1, 300, of=1000))
    assert status(*start) == "CREATED"
    assert status(*start, paid(2, 1000)) == "PROCESSING"
    assert status(*start, paid(2, 1000, name="pay_2")) == "PAID"


@pytest.mark.parametrize("before", STATUSES)
def test_failed_changes_nothing_where_the_payment_had_not_succeeded(before: str) -> None:
    """This is true even if another payment succeeded, or a refund referred to the payment."""
    assert status(of_status(before), paid(1, 1000, "failed")) == before
    assert (
        status(of_status(before), paid(1, 1000, "authorized"), paid(2, 1000, "failed"))
        == (AUTHORIZED[before])
    )
    other = (paid(0, 400, name="pay_2"), order_event(1, status=before, amount=1000))
    assert status(*other, paid(2, 1000, "failed")) == before
    assert status(*other, refunded(2, 5, of=1000), paid(3, 1000, "failed")) == before


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("total", [1000, None], ids=["total", "unknown-total"])
def test_a_paid_order_is_processing_where_a_bounced_payment_leaves_its_total_uncovered(
    before: str, total: int | None
) -> None:
    start = (of_status("CREATED", total), paid(1, 1000), order_event(2, status=before))
    bounced = "PROCESSING" if before == "PAID" else before
    assert status(*start, paid(3, 1000, "failed")) == bounced


@pytest.mark.parametrize("before", ["PAID", "CANCELED", "FULFILLED"])
def test_a_bounced_payment_changes_nothing_while_the_rest_covers_the_total(before: str) -> None:
    both = (paid(0, 1000), paid(1, 1000, name="pay_2"))
    start = (*both, order_event(2, status=before, amount=1000))
    assert status(*start, paid(3, 1000, "failed")) == before
    nothing = (paid(0, 1000), order_event(2, status=before, amount=0))
    assert status(*nothing, paid(3, 1000, "failed")) == before


def test_settlement_needs_a_payment_that_succeeded_whether_or_not_its_money_is_still_kept() -> None:
    """An order whose amount becomes 0 is paid once any payment has ever succeeded."""
    free = order_event(4, amount=0)
    start = (of_status("CREATED"), paid(1, 500, "authorized"))
    assert status(*start, free) == "PROCESSING"
    assert status(*start, paid(2, 500), paid(3, 500, "failed"), free) == "PAID"


def test_an_event_of_the_same_time_counts_by_its_id() -> None:
    canceled = event_at(1, "order.canceled", {"order": {"id": "ord_1"}}, "evt_b")
    fulfilled = event_at(1, "order.fulfilled", {"order": {"id": "ord_1"}}, "evt_a")
    assert status(canceled, fulfilled) == "CANCELED"
