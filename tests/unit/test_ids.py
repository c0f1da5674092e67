"""Which order an event belongs to, and what an id may be (sections 4 and 9)."""

import json

import pytest

from order_projector.events.outcome import Rejected
from tests.support.events import Json, accepted, code, event, order_of, paid, read
from tests.support.shapes import ID, RR, R, item, order, payment, redemption, rollback

LONGEST, TOO_LONG = "x" * 256, "x" * 257


def named(name: str) -> dict[str, Json]:
    """Return events with this name in place of each id."""
    return (
        named_orders(name) | named_redemptions(name) | named_vouchers(name) | named_payments(name)
    )


def named_orders(name: str) -> dict[str, Json]:
    """Return events with this name for the event, its order, an item or a person."""
    return {
        "event": event("order.paid", {"order": ID}, name=name),
        "order": order(id=name),
        "source": order(source_id=name),
        "customer": order(customer={"id": name}),
        "customer-beside-it": event("order.paid", {"order": ID, "customer": {"id": name}}),
        "customer-source": order(customer={"source_id": name}),
        "referrer": order(referrer_id=name),
        "referrer-source": order(referrer={"source_id": name}),
        "product": item(product_id=name),
        "sku": item(sku_id=name),
        "item-source": item(source_id=name),
        "product-inside": item(product={"id": name}),
        "sku-source-inside": item(sku={"source_id": name}),
        "item": item(id=name),
    }


def named_redemptions(name: str) -> dict[str, Json]:
    """Return events with this name for a redemption, a stack or a rollback."""
    stacked = {"redemptions": [{"id": name}, R], "parent_redemption": {"id": "r_0"}}
    parent = {"redemptions": [R], "parent_redemption": {"id": name}}
    return {
        "redemption": redemption(redemption={"id": name}),
        "parent": redemption(redemption={**R, "redemption": name}),
        "child-of-a-request": redemption(**stacked),
        "parent-of-a-request": redemption(**parent),
        "a-key-of-redemptions": order(redemptions={name: {"stacked": ["r_1"]}}),
        "a-key-of-redemptions-alone": order(redemptions={name: None}),
        "a-child-in-a-list": order(redemptions={"r_0": {"stacked": ["r_1", name]}}),
        "a-child-in-a-list-of-a-redemption": redemption(redemption={**R, "stacked": [name]}),
        "a-child-in-a-list-of-a-part": redemption(redemptions=[{**R, "stacked": [name]}, R]),
        "related": redemption(redemption={**R, "related_object_id": name}),
        "related-parent": redemption(redemption={**R, "related_object_parent_id": name}),
        "customer-of-a-redemption": redemption(redemption={**R, "customer_id": name}),
        "rollback": rollback(redemption_rollback={**RR, "id": name}),
        "rolled-back": rollback(redemption_rollback={**RR, "redemption": name}),
    }


def named_vouchers(name: str) -> dict[str, Json]:
    """Return events with this name for a voucher, a promotion or what its discount names."""
    return {
        "campaign": redemption(redemption=R, voucher={"campaign_id": name}),
        "campaign-of-a-tier": redemption(redemption=R, promotion_tier={"campaign": {"id": name}}),
        "stack": redemption(redemption=R, promotion_stack={"id": name}),
        "target": redemption(redemption=R, voucher={"applicable_to": [{"id": name}]}),
        "target-source": redemption(
            redemption=R, voucher={"discount": {"inapplicable_to": {"data": [{"source_id": name}]}}}
        ),
        "unit": redemption(redemption=R, voucher={"discount": {"unit_type": name}}),
        "unit-of-many": redemption(
            redemption=R, voucher={"discount": {"units": [{"product": {"id": name}}]}}
        ),
        "voucher": redemption(redemption=R, voucher={"id": name}),
        "tier": redemption(redemption={**R, "promotion_tier": {"id": name}}),
    }


def named_payments(name: str) -> dict[str, Json]:
    """Return events with this name for a payment or its order."""
    return {
        "payment": payment(id=name),
        "payment-order": payment(order_id=name),
        "payment-order-source": payment(order_id=None, order_source_id=name),
        "refund": payment("refunded", {"id": name, "amount": 1}),
        "capture": payment(capture={"id": name, "amount": 1}),
        "voided": event("event.voided", {"order": ID, "voids": name}),
        "order-of-a-void": event("event.voided", {"order": {"id": name}, "voids": "evt_0"}),
        "erased": event("order.erased", {"order": {"id": name}}),
    }


@pytest.mark.parametrize("place", named("").keys())
def test_invalid_event_is_an_id_longer_than_256_characters(place: str) -> None:
    assert code(named(TOO_LONG)[place]) == "invalid_event"
    assert code(named(LONGEST)[place]) == ""
    assert code(named("é" * 256)[place]) == ""


@pytest.mark.parametrize("place", named("").keys())
@pytest.mark.parametrize("name", ["r\0", "\0", "r_\ud800"], ids=["nul", "nul-alone", "surrogate"])
def test_an_id_holds_no_nul_and_no_half_of_a_character_wherever_it_stands(
    place: str, name: str
) -> None:
    assert code(json.dumps(named(name)[place]).encode()) == "invalid_event"


EMPTY_IS_ELSEWHERE = {"event", "source", "item-source"}
"""An event without an id is `invalid_envelope`; the two sources come with an id."""


@pytest.mark.parametrize("place", sorted(named("").keys() - EMPTY_IS_ELSEWHERE))
def test_an_id_is_not_empty_wherever_it_stands(place: str) -> None:
    assert code(named("")[place]) == "invalid_event"


@pytest.mark.parametrize("name", [5, True, {"id": "r_1"}, ["r_1"]])
def test_what_stands_for_an_id_in_a_list_of_a_stack_is_a_text(name: object) -> None:
    assert code(order(redemptions={"r_0": {"stacked": [name]}})) == "invalid_event"


def test_an_empty_source_id_beside_an_id_is_as_null() -> None:
    empty = {"id": "prod_1", "source_id": "", "name": "Mug"}
    item = {"product_id": "prod_1", "source_id": "", "product": empty}
    (line,) = order_of(order(source_id="", items=[item]))["items"]
    assert "source_id" not in line
    assert line["product"] == {"id": "prod_1", "name": "Mug"}
    target = {"id": "prod_1", "source_id": ""}
    assert code(redemption(redemption=R, voucher={"applicable_to": [target]})) == ""


def test_an_empty_name_that_would_have_to_name_the_order_is_named_by_its_place() -> None:
    outcome = read(
        redemption(order=None, redemptions=[R, {"id": "r_2", "order": {"source_id": ""}}])
    )
    assert isinstance(outcome, Rejected)
    assert outcome.code == "invalid_event"
    assert outcome.message.startswith("data.redemptions[1].order.source_id: ")


UNKNOWN = {
    "no-order": event("order.paid", {}),
    "a-null-order": event("order.paid", {"order": None}),
    "an-order-of-no-name": event("order.paid", {"order": {"id": None, "amount": 5}}),
    "a-redemption": event("redemption.succeeded", {"redemption": R, "order": {"amount": 5}}),
    "a-rollback": event("redemption.rollback.succeeded", {"order": {}, "redemption_rollback": RR}),
    "a-payment": payment(order_id=None),
}


@pytest.mark.parametrize("value", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_unknown_order_is_an_event_that_names_none(value: Json) -> None:
    assert code(value) == "unknown_order"


def test_an_event_names_its_order_by_its_id_else_by_the_payments_order_id() -> None:
    both = event("payment.succeeded", {"order": {"id": "ord_2"}, **paid(0, 5)["data"]})
    assert accepted(both).order_id == "ord_2"
    assert accepted(paid(0, 5)).order_id == "ord_1"
    inside = event("redemption.succeeded", {"redemption": {**R, "order": ID}})
    assert accepted(inside).order_id == "ord_1"
    rolled = event("redemption.rollback.succeeded", {"redemption_rollback": {**RR, "order": ID}})
    assert accepted(rolled).order_id == "ord_1"


def test_a_payment_that_gives_no_id_names_its_order_by_the_orders_source_id_else_its_own() -> None:
    first, second = "ord_f0ad2890b03140d10195dd3526acbd50", "ord_de8cb37e0c138bc83d0f04cfbfec3fd0"
    own = {"id": "pay_1", "amount": 5, "order_source_id": "shop/1"}
    other = {"source_id": "shop/2"}
    assert accepted(event("payment.succeeded", {"payment": own})).order_id == first
    both = {"payment": own, "order": other}
    assert accepted(event("payment.succeeded", both)).order_id == second
    assert accepted(event("payment.failed", {"payment": own, "order": {}})).order_id == first
    by_id = {"payment": {**own, "order_id": "ord_1"}, "order": other}
    assert accepted(event("payment.succeeded", by_id)).order_id == "ord_1"


def test_an_empty_source_id_in_a_payment_is_as_null_beside_an_id_else_invalid() -> None:
    assert accepted(payment(order_source_id="")).order_id == "ord_1"
    assert order_of(payment(order_source_id=""))["source_id"] is None
    assert code(payment(order_id=None, order_source_id="")) == "invalid_event"
    empty = {"payment": {"id": "pay_1", "amount": 5}, "order": {"source_id": ""}}
    assert code(event("payment.succeeded", empty)) == "invalid_event"


def test_an_order_named_only_by_its_source_id_has_an_id_derived_from_it() -> None:
    first = accepted(order(id=None, source_id="shop/1"))
    again = accepted(redemption(redemption=R, order={"source_id": "shop/1"}))
    other = accepted(order(id=None, source_id="shop/2"))
    assert first.order_id == again.order_id != other.order_id
    assert first.order_id == "ord_f0ad2890b03140d10195dd3526acbd50"
    assert order_of(first, again)["source_id"] == "shop/1"
