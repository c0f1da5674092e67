"""Builders of events in plain envelopes that differ from an example in one place."""

from typing import Any

from order_projector.events.examples import EXAMPLES
from tests.support.events import Json, event

LARGEST = 2**53 - 1
ITEM: Json = {"product_id": "prod_1", "quantity": 1, "price": 5}


def changed(name: str, **members: Any) -> Json:
    """Return the example of a type, with these members of its envelope replaced."""
    return EXAMPLES[name] | members


def with_data(name: str, **members: Any) -> Json:
    """Return the example of a type, with these members of its data replaced; None removes one."""
    data = {**EXAMPLES[name]["data"], **members}
    return changed(name, data={key: value for key, value in data.items() if value is not None})


def created(**order: Any) -> Json:
    return event("order.created", {"order": {"id": "ord_1", **order}})


def redeemed(**redemption: Any) -> Json:
    return with_data("redemption.succeeded", redemption={"id": "r_1", **redemption})


def coupon(**discount: Any) -> Json:
    return with_data("redemption.succeeded", voucher={"id": "v_1", "discount": discount})


def payment(name: str = "payment.succeeded", **members: Any) -> Json:
    return with_data(name, payment={**EXAMPLES[name]["data"]["payment"], **members})


def request(*redemptions: Any, **data: Any) -> Json:
    return event("redemption.succeeded", {"redemptions": [*redemptions], **data})


def empty(*names: str) -> Json:
    return {name: [] for name in names}


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value
