"""Which order an event belongs to, and what an id may be (sections 4 and 9)."""

import pytest

from tests.support.events import Json, accepted, code, event, order_of, paid
from tests.support.shapes import ID, RR, R, item, order, payment, redemption, rollback

LONGEST, TOO_LONG = "x" * 256, "x" * 257


def named(name: str) -> dict[str, Json]:
    """Events with that name in the place of each id."""
    stacked = {"redemptions": [{"id": name}, R], "parent_redemption": {"id": "r_0"}}
    parent = {"redemptions": [R], "parent_redemption": {"id": name}}
    return {
        "event": event("order.paid", {"order": ID}, name=name),
        "order": order(id=name),
        "source": order(source_id=name),
        "customer": order(customer={"id": name}),
        "customer-beside-it": event("order.paid", {"order": ID, "customer": {"id": name}}),
        "referrer": order(referrer_id=name),
        "product": item(product_id=name),
        "sku": item(sku_id=name),
        "item-source": item(source_id=name),
        "product-inside": item(product={"id": name}),
        "redemption": redemption(redemption={"id": name}),
        "parent": redemption(redemption={**R, "redemption": name}),
        "child-of-a-request": redemption(**stacked),
        "parent-of-a-request": redemption(**parent),
        "voucher": redemption(redemption=R, voucher={"id": name}),
        "tier": redemption(redemption={**R, "promotion_tier": {"id": name}}),
        "rollback": rollback(redemption_rollback={**RR, "id": name}),
        "rolled-back": rollback(redemption_rollback={**RR, "redemption": name}),
        "payment": payment(id=name),
        "payment-order": payment(order_id=name),
        "refund": payment("refunded", {"id": name, "amount": 1}),
    }


@pytest.mark.parametrize("place", named("").keys())
def test_invalid_event_is_an_id_longer_than_256_characters(place: str) -> None:
    assert code(named(TOO_LONG)[place]) == "invalid_event"
    assert code(named(LONGEST)[place]) == ""
    assert code(named("é" * 256)[place]) == ""


UNKNOWN = {
    "no-order": event("order.paid", {}),
    "a-null-order": event("order.paid", {"order": None}),
    "an-order-of-no-name": event("order.paid", {"order": {"id": None, "amount": 5}}),
    "a-redemption": event("redemption.succeeded", {"redemption": R}),
    "a-rollback": event("redemption.rollback.succeeded", {"redemption_rollback": RR}),
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


def test_an_order_named_only_by_its_source_id_has_an_id_derived_from_it() -> None:
    first = accepted(order(id=None, source_id="shop/1"))
    again = accepted(redemption(redemption=R, order={"source_id": "shop/1"}))
    other = accepted(order(id=None, source_id="shop/2"))
    assert first.order_id == again.order_id != other.order_id
    assert first.order_id == "ord_f0ad2890b03140d10195dd3526acbd50"
    assert order_of(first, again)["source_id"] == "shop/1"
