"""`order_projector.testing` builds valid events: the worker accepts what every builder makes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from order_projector import testing
from order_projector.events.decode import decode, inbound
from order_projector.events.outcome import Accepted, Skipped
from order_projector.testing import (
    Event,
    amount_off,
    by_sender,
    cloud_event,
    event_voided,
    in_sequence,
    order_canceled,
    order_created,
    order_erased,
    order_fulfilled,
    order_paid,
    order_processing,
    order_updated,
    paid_in_parts,
    payment_authorized,
    payment_canceled,
    payment_captured,
    payment_failed,
    payment_refunded,
    payment_succeeded,
    percent_off,
    product,
    project,
    redemption_failed,
    redemption_succeeded,
    rollback_failed,
    rollback_succeeded,
    stack_succeeded,
)
from tests.support.built import MUGS, PAID, PARTS, REDEEMED, STACK, order_of

EVENTS = [
    (order_created("ord_1", items=MUGS), "order.created"),
    (order_updated("ord_1", metadata={"note": "gift"}), "order.updated"),
    (order_paid("ord_1"), "order.paid"),
    (order_processing("ord_1"), "order.processing"),
    (order_canceled("ord_1"), "order.canceled"),
    (order_fulfilled("ord_1"), "order.fulfilled"),
    (REDEEMED, "redemption.succeeded"),
    (STACK, "redemption.succeeded"),
    *((part, "redemption.succeeded") for part in PARTS),
    (rollback_succeeded(REDEEMED), "redemption.rollback.succeeded"),
    (rollback_succeeded(STACK), "redemption.rollback.succeeded"),
    (payment_authorized("ord_1", 2500), "payment.authorized"),
    (PAID, "payment.succeeded"),
    *((part, "payment.succeeded") for part in paid_in_parts("ord_1", 1000, 1000)),
    (payment_captured(payment_authorized("ord_1", 2500), 1000), "payment.succeeded"),
    (payment_failed("ord_1"), "payment.failed"),
    (payment_canceled("ord_1", 2500), "payment.canceled"),
    (payment_refunded(PAID, 500), "payment.refunded"),
    (event_voided(PAID, reason="a test"), "event.voided"),
    (order_erased("ord_1"), "order.erased"),
]


@pytest.mark.parametrize(("event", "type_"), EVENTS, ids=lambda it: getattr(it, "id", it))
def test_the_worker_accepts_what_every_builder_makes(event: Event, type_: str) -> None:
    outcome = decode(event.value)
    assert isinstance(outcome, Accepted), outcome
    assert (outcome.type, outcome.order_id, outcome.event.id) == (type_, "ord_1", event.id)


def test_there_is_a_builder_for_every_type_that_has_an_effect() -> None:
    assert {type_ for _, type_ in EVENTS} == {name for name, _ in inbound()}


def test_failed_redemptions_and_rollbacks_are_valid_and_leave_no_trace() -> None:
    failures = redemption_failed("ord_1"), rollback_failed(REDEEMED)
    assert [decode(event.value) for event in failures] == [
        Skipped("redemption.failed"),
        Skipped("redemption.rollback.failed"),
    ]
    assert project(failures).orders == {}


def test_a_stack_is_the_same_order_as_one_event_or_in_parts() -> None:
    whole, parts = order_of(STACK), order_of(*PARTS)
    assert (whole["total_amount"], parts["total_amount"]) == (2150, 2150)
    assert whole["redemptions"] == parts["redemptions"]


def test_the_rollback_of_a_stack_undoes_all_of_it() -> None:
    for stack in (STACK, *PARTS):
        order = order_of(*PARTS, rollback_succeeded(stack))
        assert (order["status"], order["total_amount"]) == ("CANCELED", 2500)


def test_a_rollback_undoes_its_redemption_and_leaves_the_others() -> None:
    other = redemption_succeeded("ord_1", voucher=amount_off(100), at="2026-03-01T12:02:00Z")
    order = order_of(REDEEMED, other, rollback_succeeded(REDEEMED, status="PAID"))
    assert (order["status"], order["discount_amount"], order["total_amount"]) == ("PAID", 100, 2400)


def test_a_rollback_can_name_what_it_undoes() -> None:
    named = redemption_succeeded("ord_1", items=MUGS, voucher=percent_off(10), redemption="r_1")
    undone = rollback_succeeded("ord_1", redemption="r_1", rollback="rr_1", reason="returned")
    assert order_of(named, undone)["redemptions"]["r_1"]["rollback_id"] == "rr_1"


def test_what_the_sender_has_calculated_is_taken_at_its_word() -> None:
    taken = by_sender(order=300, items={"prod_mug": 100})
    order = order_of(redemption_succeeded("ord_1", items=MUGS, calculated=taken))
    assert order["items"][0]["discount_amount"] == 100
    assert (order["discount_amount"], order["total_amount"]) == (300, 2100)


def test_what_the_sender_has_calculated_for_a_whole_stack_is_taken_at_its_word() -> None:
    taken = by_sender(order=300, items={"prod_mug": 100})
    vouchers = (percent_off(50), amount_off(900))
    stack = stack_succeeded("ord_1", *vouchers, items=MUGS, calculated=taken)
    order = order_of(stack)
    assert order["items"][0]["discount_amount"] == 100
    assert (order["discount_amount"], order["total_amount"]) == (300, 2100)
    assert order_of(stack, rollback_succeeded(stack))["total_amount"] == 2500


def test_payments_are_received_in_parts_and_refunded_in_parts() -> None:
    half, other_half = paid_in_parts("ord_1", 1250, 1250)
    order = order_of(REDEEMED, half, other_half, payment_refunded(half, 250))
    assert order["status"] == "PAID"
    assert [
        (payment["amount"], payment.get("refunded_amount"), payment["status"])
        for payment in order["payments"].values()
    ] == [(1250, 250, "SUCCEEDED"), (1250, None, "SUCCEEDED")]


def test_a_refund_without_an_amount_gives_all_of_the_payment_back() -> None:
    order = order_of(REDEEMED, PAID, payment_refunded(PAID))
    (payment,) = order["payments"].values()
    assert (payment["status"], order["status"]) == ("REFUNDED", "CANCELED")


def test_a_payment_is_captured_in_parts_and_each_can_be_refunded() -> None:
    reserved = payment_authorized("ord_1", 2250)
    first = payment_captured(reserved, 1000)
    second = payment_captured(reserved, 1250)
    order = order_of(REDEEMED, reserved, first, second, payment_refunded(first))
    (payment,) = order["payments"].values()
    assert order["status"] == "PAID"
    assert (payment["amount"], payment["captured_amount"], payment["refunded_amount"]) == (
        2250,
        2250,
        1000,
    )
    assert payment_captured(reserved).data["capture"]["amount"] == 2250
    assert payment_captured(reserved.later(60)).created_at == "2026-03-01T13:03:00.000Z"


def test_a_payment_can_be_named_by_its_earlier_event() -> None:
    reserved = payment_authorized("ord_1", 3000)
    order = order_of(reserved, payment_succeeded("ord_1", 2500, payment=reserved))
    assert [payment["status"] for payment in order["payments"].values()] == ["SUCCEEDED"]


def test_the_details_of_an_order_come_with_any_of_its_events() -> None:
    order = order_of(
        redemption_succeeded(
            "ord_1",
            amount=5000,
            voucher=percent_off(10),
            customer="cust_1",
            referrer="cust_2",
            source_id="shop-1",
            status="PAID",
            metadata={"a.b": 1},
        )
    )
    names = ["amount", "total_amount", "customer_id", "referrer_id", "source_id", "status"]
    assert [order[name] for name in names] == [5000, 4500, "cust_1", "cust_2", "shop-1", "PAID"]
    assert order["metadata"] == {"a.b": 1}


def test_the_same_call_makes_the_same_event() -> None:
    again = redemption_succeeded("ord_1", items=MUGS, voucher=percent_off(10))
    assert (again, again.id, again.value) == (REDEEMED, REDEEMED.id, REDEEMED.value)
    assert order_of(REDEEMED, again)["total_discount_amount"] == 250


def test_other_content_or_another_time_makes_another_event() -> None:
    others = [
        REDEEMED,
        REDEEMED.later(1),
        redemption_succeeded("ord_1", items=MUGS, voucher=percent_off(20)),
        redemption_succeeded("ord_1", items=MUGS, voucher=percent_off(10, amount_limit=1)),
        redemption_succeeded("ord_2", items=MUGS, voucher=percent_off(10)),
    ]
    assert len({event.id for event in others}) == len(others)


def test_different_vouchers_make_different_redemptions() -> None:
    first = redemption_succeeded("ord_1", items=MUGS, voucher=percent_off(10))
    second = redemption_succeeded("ord_1", voucher=percent_off(10, but=[product("prod_a")]))
    assert len(order_of(first, second)["redemptions"]) == 2


def test_without_times_events_happen_as_they_usually_do() -> None:
    usual = [
        order_created("ord_1"),
        REDEEMED,
        payment_authorized("ord_1", 1),
        PAID,
        payment_canceled("ord_1"),
        payment_refunded(PAID),
        rollback_succeeded(REDEEMED),
        order_fulfilled("ord_1"),
    ]
    times = [f"2026-03-01T12:0{minute}:00.000Z" for minute in range(8)]
    assert [event.created_at for event in usual] == times


def test_what_follows_an_event_is_later_than_it() -> None:
    late = REDEEMED.at("2026-03-02T00:00:00Z")
    assert rollback_succeeded(late).created_at == "2026-03-02T00:01:00.000Z"
    assert payment_refunded(PAID.later(60)).created_at == "2026-03-01T13:04:00.000Z"


def test_events_can_be_put_in_a_sequence() -> None:
    first, second = in_sequence(PAID, order_created("ord_1"), start="2026-05-01T08:00:00Z")
    assert (first.created_at, second.created_at) == (
        "2026-05-01T08:00:00.000Z",
        "2026-05-01T08:01:00.000Z",
    )


def test_times_and_ids_can_be_given() -> None:
    moment = datetime(2026, 5, 1, 10, 0, 0, 1999, timezone(timedelta(hours=2)))
    event = order_created("ord_1", at=moment, event_id="evt_1")
    assert event.envelope == {
        "id": "evt_1",
        "type": "order.created",
        "created_at": "2026-05-01T08:00:00.001Z",
        "data": {"order": {"id": "ord_1"}},
    }
    assert event.at(moment.astimezone(UTC)) == event


def test_an_event_knows_its_record() -> None:
    assert (PAID.topic, REDEEMED.topic, PAID.key) == ("payments", "redemptions", b"ord_1")


@pytest.mark.parametrize(
    "envelope", [testing.cloud_event, testing.binary_cloud_event, testing.webhook]
)
def test_every_envelope_tells_the_same(envelope: Callable[[Event], testing.Sealed]) -> None:
    sealed = envelope(REDEEMED)
    assert decode(sealed.value, sealed.headers) == decode(REDEEMED.value)
    assert (sealed.topic, sealed.key) == ("redemptions", b"ord_1")


def test_ids_stay_valid_for_the_longest_order_id() -> None:
    longest = "o" * 256
    redeemed = redemption_succeeded(longest, items=MUGS, voucher=percent_off(10))
    assert project([redeemed, rollback_succeeded(redeemed)]).dead_letters == ()
    assert len(redeemed.id) <= 256


def test_a_cloud_event_is_structured() -> None:
    assert b'"specversion":"1.0"' in cloud_event(PAID).value
