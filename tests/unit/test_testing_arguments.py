"""`order_projector.testing` names the argument that is something else than it should be."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from order_projector import testing
from order_projector.testing import item, percent_off, product, project
from tests.support.built import MUGS, PAID, REDEEMED

kit: Any = testing
"""The builders without their types: these tests call them wrongly."""

EVENT: Any = PAID

LONE = "a\ud800"

NO_TEXT: dict[str, Callable[[], object]] = {
    "order_id": lambda: kit.payment_succeeded(LONE, 5),
    "order_id of a failure": lambda: kit.redemption_failed(LONE),
    "order_id of a stack": lambda: kit.stack_succeeded(LONE, percent_off(1), percent_off(2)),
    "event_id": lambda: kit.order_created("ord_1", event_id=LONE),
    "redemption": lambda: kit.redemption_succeeded("ord_1", redemption=LONE),
    "payment": lambda: kit.payment_succeeded("ord_1", 5, payment=LONE),
    "currency": lambda: kit.payment_succeeded("ord_1", 5, currency=LONE),
    "method": lambda: kit.payment_succeeded("ord_1", 5, method=LONE),
    "reason": lambda: kit.event_voided(PAID, reason=LONE),
    "reason of an erasure": lambda: kit.order_erased("ord_1", reason=LONE),
    "reason of a refund": lambda: kit.payment_refunded(PAID, reason=LONE),
    "reason of a rollback": lambda: kit.rollback_succeeded(REDEEMED, reason=LONE),
    "source_id": lambda: kit.order_created("ord_1", source_id=LONE),
    "product": lambda: kit.item(LONE),
    "voucher": lambda: kit.percent_off(1, voucher=LONE),
    "campaign": lambda: kit.percent_off(1, campaign=LONE),
    "tier": lambda: kit.promotion(percent_off(1), tier=LONE),
    "name": lambda: kit.unit_off(1, LONE),
    "metadata": lambda: kit.order_created("ord_1", metadata={"a": [LONE]}),
    "metadata keys": lambda: kit.item("p", metadata={"a": {LONE: 1}}),
}


@pytest.mark.parametrize("name", NO_TEXT)
def test_a_lone_surrogate_is_refused_by_the_name_of_its_argument(name: str) -> None:
    argument, _, _ = name.partition(" ")
    message = rf"^{argument}: 'a\\ud800' should be text without lone surrogates$"
    with pytest.raises(ValueError, match=message):
        NO_TEXT[name]()


NUL: dict[str, Callable[[], object]] = {
    "order_id": lambda: kit.payment_succeeded("a\0b", 5),
    "event_id": lambda: kit.order_created("ord_1", event_id="a\0b"),
    "customer": lambda: kit.order_created("ord_1", customer="a\0b"),
}


@pytest.mark.parametrize("argument", NUL)
def test_an_id_with_a_nul_is_refused_by_the_name_of_its_argument(argument: str) -> None:
    with pytest.raises(ValueError, match=rf"^{argument}: 'a\\x00b' must not hold a NUL character$"):
        NUL[argument]()


NO_TIME = {"none": None, "a number": 5, "a day": date(2026, 3, 1)}


@pytest.mark.parametrize("name", NO_TIME)
def test_what_is_no_time_is_refused_by_the_name_of_its_argument(name: str) -> None:
    message = re.escape(f"{NO_TIME[name]!r} should be a datetime or an ISO 8601 string")
    with pytest.raises(TypeError, match=f"^at: {message}$"):
        kit.order_created("ord_1", at=NO_TIME[name])
    with pytest.raises(TypeError, match=f"^start: {message}$"):
        kit.in_sequence(PAID, start=NO_TIME[name])


def test_a_time_that_utc_has_not_is_refused_by_the_name_of_its_argument() -> None:
    first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    with pytest.raises(ValueError, match=r"^at: .*: outside of the years 1 to 9999$"):
        kit.order_created("ord_1", at=first)
    assert kit.order_created("ord_1", at=first.replace(tzinfo=UTC)).created_at.startswith("0001")


OTHER: dict[str, tuple[Callable[[], object], str]] = {
    "one item": (
        lambda: kit.order_created("ord_1", items=MUGS[0]),
        f"items: {MUGS[0]!r} should be a list of what item() or item_by_source() makes",
    ),
    "one target": (
        lambda: kit.percent_off(10, only=product("p")),
        f"only: {product('p')!r} should be a list of what product(), sku() or collection() makes",
    ),
    "one target of a price": (
        lambda: kit.fixed(only=product("p")),
        f"only: {product('p')!r} should be a list of what product(), sku() or collection() makes",
    ),
    "targets that are none": (
        lambda: kit.percent_off(10, but=["p"]),
        "but: 'p' should be made by product(), sku() or collection()",
    ),
    "one line": (lambda: kit.collection("c", 1), "lines: 1 should be a list of line numbers"),
    "a voucher's name": (
        lambda: kit.redemption_succeeded("ord_1", voucher="x"),
        "voucher: 'x' should be made by percent_off() or another discount or card",
    ),
    "a voucher's name in a stack": (
        lambda: kit.stack_succeeded("ord_1", percent_off(1), "x"),
        "vouchers: 'x' should be made by percent_off() or another discount or card",
    ),
    "a promoted name": (
        lambda: kit.promotion("x"),
        "redeemable: 'x' should be made by percent_off() or another discount",
    ),
    "the name of a unit": (lambda: kit.units_off("x"), "units: 'x' should be made by unit_off()"),
    "a unit without a name": (lambda: kit.unit_off(1, 5), "name: 5 should be a string"),
    "calculated as a number": (
        lambda: kit.redemption_succeeded("ord_1", items=[item("p", price=1)], calculated=1),
        "calculated: 1 should be made by by_sender()",
    ),
    "a stack calculated as a number": (
        lambda: kit.stack_succeeded("ord_1", percent_off(1), percent_off(2), calculated=1),
        "calculated: 1 should be made by by_sender()",
    ),
    "calculated items in a list": (
        lambda: kit.by_sender(items=["p"]),
        "items: ['p'] should be a mapping of names to cents",
    ),
    "a refund by name": (
        lambda: kit.payment_refunded("pay_1", 100),
        "of: 'pay_1' should be an event",
    ),
    "a capture by name": (
        lambda: kit.payment_captured("pay_1", 100),
        "of: 'pay_1' should be an event",
    ),
    "a rollback of none": (
        lambda: kit.rollback_succeeded(None),
        "of: None should be an event or an order id",
    ),
    "a failed rollback of none": (
        lambda: kit.rollback_failed(None),
        "of: None should be an event or an order id",
    ),
    "a sequence of names": (lambda: kit.in_sequence("x"), "events: 'x' should be an event"),
    "one coin": (
        lambda: kit.loyalty_points(5, coins=(1,)),
        "coins: (1,) should be two positive numbers",
    ),
    "coins as a number": (
        lambda: kit.loyalty_points(5, coins=1),
        "coins: 1 should be two positive numbers",
    ),
    "a metadata key that is a number": (
        lambda: kit.order_created("ord_1", metadata={"a": {5: 1}}),
        "metadata: 5 should be a string",
    ),
    "minutes as a text": (
        lambda: EVENT.later("x"),
        "minutes: 'x' should be a whole number of minutes",
    ),
    "minutes as a truth": (
        lambda: EVENT.later(True),
        "minutes: True should be a whole number of minutes",
    ),
    "half a minute": (
        lambda: EVENT.later(0.5),
        "minutes: 0.5 should be a whole number of minutes",
    ),
    "a name in an envelope": (lambda: kit.cloud_event("x"), "event: 'x' should be an event"),
    "a name in a binary envelope": (
        lambda: kit.binary_cloud_event("x"),
        "event: 'x' should be an event",
    ),
    "an event that has an envelope": (
        lambda: kit.webhook(kit.webhook(PAID)),
        f"event: {kit.webhook(PAID)!r} should be an event",
    ),
    "a number of events": (lambda: kit.project(5), "events: 5 should be a list of events"),
    "no events": (lambda: kit.project(None), "events: None should be a list of events"),
    "a number among events": (
        lambda: kit.project([PAID, 5]),
        "events: 5 should be an event, an envelope as a mapping, or a record's value",
    ),
    "events in a list of lists": (
        lambda: kit.project([[PAID]]),
        f"events: {[PAID]!r} should be an event, an envelope as a mapping, or a record's value",
    ),
    "an envelope that is no JSON": (
        lambda: kit.project([{"id": {1}}]),
        "events: {'id': {1}} cannot be written as JSON: Type is not JSON serializable: set",
    ),
    "an order's number": (lambda: kit.payment_succeeded(5, 1), "order_id: 5 should be a string"),
}


@pytest.mark.parametrize("name", OTHER)
def test_what_is_something_else_is_refused_by_the_name_of_its_argument(name: str) -> None:
    call, message = OTHER[name]
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        call()


def test_a_number_beyond_64_bits_is_refused_by_the_name_of_its_argument() -> None:
    with pytest.raises(ValueError, match=r"^metadata: 9\d+ should be an integer of 64 bits$"):
        kit.order_created("ord_1", metadata={"a": [2**63]})
    with pytest.raises(ValueError, match=r"^percent: 1\d+ should be a number from 0 to 100$"):
        kit.percent_off(10**400)
    with pytest.raises(ValueError, match=r"^coins: .* should be two positive numbers$"):
        kit.loyalty_points(5, coins=(1, 10**400))
    largest = kit.order_created("ord_1", metadata={"a": [2**63 - 1, -(2**63)]})
    assert largest.data["order"]["metadata"] == {"a": [2**63 - 1, -(2**63)]}


def test_minutes_that_lead_out_of_the_calendar_are_refused_by_their_name() -> None:
    with pytest.raises(ValueError, match=r"^minutes: 1\d+: outside of the years 1 to 9999$"):
        PAID.later(10**12)
    assert PAID.later(-1).created_at < PAID.created_at


def test_a_text_that_utf_8_cannot_hold_is_no_event() -> None:
    with pytest.raises(ValueError, match=r"^events: 'a\\ud800' should be text without lone surr"):
        project([LONE])


async def test_what_is_sent_or_waited_for_and_is_no_event_is_refused_by_its_name() -> None:
    sender, updates = kit.Sender("127.0.0.1:1"), kit.Updates("127.0.0.1:1")
    for wrong in ("x", PAID.envelope):
        message = re.escape(f"events: {wrong!r} should be an event")
        with pytest.raises(TypeError, match=f"^{message}$"):
            await sender.send(wrong)
    message = re.escape(f"events: {[PAID]!r} should be an event: send(*events)")
    with pytest.raises(TypeError, match=f"^{message}$"):
        await sender.send([PAID])
    with pytest.raises(TypeError, match=r"^event: 'x' should be an event, or a record's value$"):
        await updates.dead_letter("x")
    with pytest.raises(TypeError, match=r"^order_id: 5 should be a string$"):
        await updates.order(5)


def test_metadata_in_a_circle_is_refused_by_its_name() -> None:
    circle: dict[str, object] = {}
    circle["a"] = circle
    with pytest.raises(ValueError, match="metadata: nested too deeply"):
        kit.order_created("ord_1", metadata=circle)


@pytest.mark.parametrize(
    "one", [PAID, testing.webhook(PAID), PAID.envelope, PAID.value, PAID.value.decode()]
)
def test_one_event_that_is_projected_without_a_list_is_refused(one: Any) -> None:
    with pytest.raises(TypeError, match=r"^events: should be a list, even of one event: \[event\]"):
        project(one)
