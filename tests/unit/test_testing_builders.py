"""`order_projector.testing` makes valid events: the worker accepts what every builder makes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from order_projector import testing
from order_projector.events.decode import decode, inbound
from order_projector.events.outcome import Accepted, Skipped
from order_projector.testing import (
    Event,
    amount_off,
    by_sender,
    cloud_event,
    collection,
    event_voided,
    fixed,
    gift_card,
    in_sequence,
    item,
    item_by_source,
    loyalty_points,
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
    payment_failed,
    payment_refunded,
    payment_succeeded,
    percent_off,
    product,
    project,
    promotion,
    redemption_failed,
    redemption_succeeded,
    rollback_failed,
    rollback_succeeded,
    sku,
    stack_in_parts,
    stack_succeeded,
    unit_off,
    units_off,
)

MUGS = [item("prod_mug", 2, price=1250)]
PAID = payment_succeeded("ord_1", 2500)
REDEEMED = redemption_succeeded("ord_1", items=MUGS, voucher=percent_off(10))
STACK = stack_succeeded("ord_1", percent_off(10), amount_off(100), items=MUGS)
PARTS = stack_in_parts("ord_1", percent_off(10), amount_off(100), items=MUGS)

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


def _order(*events: Event) -> Any:
    return project(events).order("ord_1")


def _off(voucher: testing.Redeemable, *items: testing.Item) -> tuple[list[int], int, int]:
    """What it takes off each line and off the order, and what is left to pay."""
    lines = items or (item("prod_a", 2, price=1000), item("prod_b", 1, price=500))
    order = _order(redemption_succeeded("ord_1", items=lines, voucher=voucher))
    off_lines = [line.get("discount_amount", 0) for line in order["items"]]
    return off_lines, order.get("discount_amount", 0), order["total_amount"]


DISCOUNTS = {
    "300 off the order": (amount_off(300), ([0, 0], 300, 2200)),
    "300 off each item": (amount_off(300, effect="APPLY_TO_ITEMS"), ([300, 300], 0, 1900)),
    "300 off one product": (amount_off(300, only=[product("prod_b")]), ([0, 300], 0, 2200)),
    "300 off all but one product": (amount_off(300, but=[product("prod_b")]), ([300, 0], 0, 2200)),
    "300 off each unit": (
        amount_off(300, effect="APPLY_TO_ITEMS_BY_QUANTITY"),
        ([600, 300], 0, 1600),
    ),
    "300 split by amount": (
        amount_off(300, effect="APPLY_TO_ITEMS_PROPORTIONALLY"),
        ([240, 60], 0, 2200),
    ),
    "300 split by quantity": (
        amount_off(300, effect="APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY"),
        ([200, 100], 0, 2200),
    ),
    "10 % off the order": (percent_off(10), ([0, 0], 250, 2250)),
    "12.5 % off the order, as a decimal": (percent_off(Decimal("12.5")), ([0, 0], 313, 2187)),
    "10 %, at most 100": (percent_off(10, amount_limit=100), ([0, 0], 100, 2400)),
    "10 % off the cheapest": (
        percent_off(
            10,
            only=[
                product("prod_a", effect="APPLY_TO_CHEAPEST"),
                product("prod_b", effect="APPLY_TO_CHEAPEST"),
            ],
        ),
        ([0, 50], 0, 2450),
    ),
    "10 % off one line of a collection": (
        percent_off(10, only=[collection("pc_1", lines=[1])]),
        ([0, 50], 0, 2450),
    ),
    "10 % off one unit": (
        percent_off(10, only=[product("prod_a", quantity_limit=1)]),
        ([100, 0], 0, 2400),
    ),
    "the order for 2000": (fixed(2000), ([0, 0], 500, 2000)),
    "each unit for 400": (
        fixed(400, effect="APPLY_TO_ITEMS"),
        ([1200, 100], 0, 1200),
    ),
    "one product for 800 a unit": (fixed(only=[product("prod_a", price=800)]), ([400, 0], 0, 2100)),
    "a unit that is there, free": (unit_off(1, "prod_b"), ([0, 500], 0, 2000)),
    "a unit more, free": (
        unit_off(1, "prod_b", effect="ADD_NEW_ITEMS"),
        ([0, 500], 0, 2500),
    ),
    "another product, free": (unit_off(1, "prod_c", price=700), ([0, 0, 700], 0, 2500)),
    "a unit more of what was bought": (
        unit_off(1, "prod_a", effect="ADD_SAME_ITEMS"),
        ([1000, 0], 0, 2500),
    ),
    "two kinds of units": (
        units_off(unit_off(1, "prod_b"), unit_off(2, "sku_c", price=100)),
        ([0, 500, 200], 0, 2000),
    ),
    "credits of a gift card": (gift_card(600), ([0, 0], 600, 1900)),
    "credits spent on items": (gift_card(600, effect="APPLY_TO_ITEMS"), ([600, 0], 0, 1900)),
    "points that are cents": (loyalty_points(600), ([0, 0], 600, 1900)),
    "points that are coins": (loyalty_points(60, coins=(1, 10)), ([0, 0], 600, 1900)),
    "points for something else": (loyalty_points(60, reward="MATERIAL"), ([0, 0], 0, 2500)),
    "a promotion": (promotion(percent_off(10)), ([0, 0], 250, 2250)),
}


@pytest.mark.parametrize("name", DISCOUNTS)
def test_every_kind_of_discount_takes_off_what_it_says(name: str) -> None:
    voucher, expected = DISCOUNTS[name]
    assert _off(voucher) == expected


def test_an_upgrade_replaces_units_at_no_cost() -> None:
    upgrade = unit_off(1, "prod_b", price=1500, effect="REPLACE_ITEMS", only=[product("prod_a")])
    order = _order(
        redemption_succeeded("ord_1", items=[item("prod_a", 1, price=1000)], voucher=upgrade)
    )
    assert (order["items"][-1]["product_id"], order["total_amount"]) == ("prod_b", 1000)


def test_skus_and_source_ids_name_lines_too() -> None:
    order = _order(
        redemption_succeeded(
            "ord_1",
            items=[item("prod_a", price=1000, sku="sku_a"), item_by_source("shop-7", price=300)],
            voucher=percent_off(50, only=[sku("sku_a")]),
        )
    )
    assert [line["subtotal_amount"] for line in order["items"]] == [500, 300]
    assert order["items"][1]["source_id"] == "shop-7"


def test_a_stack_is_the_same_order_as_one_event_or_in_parts() -> None:
    whole, parts = _order(STACK), _order(*PARTS)
    assert (whole["total_amount"], parts["total_amount"]) == (2150, 2150)
    assert whole["redemptions"] == parts["redemptions"]


def test_the_rollback_of_a_stack_undoes_all_of_it() -> None:
    for stack in (STACK, *PARTS):
        order = _order(*PARTS, rollback_succeeded(stack))
        assert (order["status"], order["total_amount"]) == ("CANCELED", 2500)


def test_a_rollback_undoes_its_redemption_and_leaves_the_others() -> None:
    other = redemption_succeeded("ord_1", voucher=amount_off(100), at="2026-03-01T12:02:00Z")
    order = _order(REDEEMED, other, rollback_succeeded(REDEEMED, status="PAID"))
    assert (order["status"], order["discount_amount"], order["total_amount"]) == ("PAID", 100, 2400)


def test_a_rollback_can_name_what_it_undoes() -> None:
    named = redemption_succeeded("ord_1", items=MUGS, voucher=percent_off(10), redemption="r_1")
    undone = rollback_succeeded("ord_1", redemption="r_1", rollback="rr_1", reason="returned")
    assert _order(named, undone)["redemptions"]["r_1"]["rollback_id"] == "rr_1"


def test_what_the_sender_has_calculated_is_taken_at_its_word() -> None:
    taken = by_sender(order=300, items={"prod_mug": 100})
    order = _order(redemption_succeeded("ord_1", items=MUGS, calculated=taken))
    assert order["items"][0]["discount_amount"] == 100
    assert (order["discount_amount"], order["total_amount"]) == (300, 2100)


def test_what_the_sender_has_calculated_for_a_whole_stack_is_taken_at_its_word() -> None:
    taken = by_sender(order=300, items={"prod_mug": 100})
    vouchers = (percent_off(50), amount_off(900))
    stack = stack_succeeded("ord_1", *vouchers, items=MUGS, calculated=taken)
    order = _order(stack)
    assert order["items"][0]["discount_amount"] == 100
    assert (order["discount_amount"], order["total_amount"]) == (300, 2100)
    assert _order(stack, rollback_succeeded(stack))["total_amount"] == 2500


def test_payments_are_received_in_parts_and_refunded_in_parts() -> None:
    half, other_half = paid_in_parts("ord_1", 1250, 1250)
    order = _order(REDEEMED, half, other_half, payment_refunded(half, 250))
    assert order["status"] == "PAID"
    assert [
        (payment["amount"], payment.get("refunded_amount"), payment["status"])
        for payment in order["payments"].values()
    ] == [(1250, 250, "SUCCEEDED"), (1250, None, "SUCCEEDED")]


def test_a_refund_without_an_amount_gives_all_of_the_payment_back() -> None:
    order = _order(REDEEMED, PAID, payment_refunded(PAID))
    (payment,) = order["payments"].values()
    assert (payment["status"], order["status"]) == ("REFUNDED", "CANCELED")


def test_a_payment_can_be_named_by_its_earlier_event() -> None:
    reserved = payment_authorized("ord_1", 3000)
    order = _order(reserved, payment_succeeded("ord_1", 2500, payment=reserved))
    assert [payment["status"] for payment in order["payments"].values()] == ["SUCCEEDED"]


def test_the_details_of_an_order_come_with_any_of_its_events() -> None:
    order = _order(
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
    assert _order(REDEEMED, again)["total_discount_amount"] == 250


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
    assert len(_order(first, second)["redemptions"]) == 2


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


WRONG: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "a price in euros": (
        lambda: item("prod_a", price=12.5),  # type: ignore[arg-type]
        TypeError,
        "price: 12.5 should be a whole number of cents",
    ),
    "a negative amount": (lambda: amount_off(-1), ValueError, "amount: -1 should be"),
    "a boolean": (
        lambda: payment_succeeded("ord_1", True),
        TypeError,
        "amount: True should be a whole number of cents",
    ),
    "too many percent": (lambda: percent_off(110), ValueError, "percent: 110 should be"),
    "an unknown effect": (
        lambda: amount_off(1, effect="APPLY"),  # type: ignore[arg-type]
        ValueError,
        "effect: 'APPLY' should be one of APPLY_TO_ITEMS,",
    ),
    "an argument that is none": (
        lambda: order_created("ord_1", custmer="c"),  # type: ignore[call-arg]
        TypeError,
        "order_created() got an unexpected argument 'custmer'; it has amount, at, customer,",
    ),
    "an empty id": (lambda: order_created(""), ValueError, "order_id: 0 characters"),
    "a status that is none": (
        lambda: order_updated("ord_1", status="OPEN"),  # type: ignore[arg-type]
        ValueError,
        "status: 'OPEN' should be one of CANCELED, CREATED,",
    ),
    "items that are none": (
        lambda: order_created("ord_1", items=[{"product_id": "p"}]),  # type: ignore[list-item]
        TypeError,
        "items: {'product_id': 'p'} should be made by item()",
    ),
    "a time without a zone": (
        lambda: order_created("ord_1", at=datetime(2026, 1, 1)),  # noqa: DTZ001
        ValueError,
        "should have a time zone",
    ),
    "a time that is none": (
        lambda: order_created("ord_1", at="noon"),
        ValueError,
        "at: 'noon': not an ISO 8601 date and time",
    ),
    "a stack of one": (
        lambda: stack_succeeded("ord_1", percent_off(1)),
        ValueError,
        "a stack has two or more",
    ),
    "a rollback of nothing": (lambda: rollback_succeeded(PAID), ValueError, "redeems nothing"),
    "a refund of nothing": (
        lambda: payment_refunded(REDEEMED),
        ValueError,
        "has received no amount",
    ),
    "a payment of another order": (
        lambda: payment_succeeded("ord_2", 1, payment=PAID),
        ValueError,
        "payment.succeeded of ord_1 is no payment of ord_2",
    ),
    "more taken off than there is": (
        lambda: redemption_succeeded("ord_1", items=MUGS, calculated=by_sender(2501)),
        ValueError,
        "calculated: 2501 off an order of 2500",
    ),
    "an item that is not there": (
        lambda: redemption_succeeded("ord_1", items=MUGS, calculated=by_sender(items={"cup": 1})),
        ValueError,
        "calculated: no item is called cup",
    ),
    "a card as a promotion": (lambda: promotion(gift_card(1)), ValueError, "gives discounts"),
    "what only the worker can see": (
        lambda: order_created("ord_1", metadata={"a": {"b\0": 1}}),
        ValueError,
        "order.created is not valid: data.order.metadata.a: a key must not hold a NUL",
    ),
    "what is not JSON": (
        lambda: order_created("ord_1", metadata={"at": object()}),
        TypeError,
        "order.created cannot be written as JSON: Type is not JSON serializable: object",
    ),
    "too many items": (
        lambda: order_created("ord_1", items=[item("prod_a")] * 501),
        ValueError,
        "data.order.items: more than 500 entries",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_argument_is_named_in_the_error(name: str) -> None:
    call, kind, message = WRONG[name]
    with pytest.raises(kind) as raised:
        call()
    assert message in str(raised.value)


def test_a_cloud_event_is_structured() -> None:
    assert b'"specversion":"1.0"' in cloud_event(PAID).value
