"""Small events of each shape, for tests that invalidate one place in them."""

from typing import Any

from tests.support.events import Json, event

ID = {"id": "ord_1"}
R = {"id": "r_1"}
RR = {"id": "rr_1", "redemption": "r_1"}


def order(**members: Any) -> Json:
    """Return an `order.created` event."""
    return event("order.created", {"order": {**ID, **members}})


def item(**members: Any) -> Json:
    """Return an `order.created` event with one item."""
    return order(items=[{"product_id": "p", **members}])


def redemption(**data: Any) -> Json:
    """Return a `redemption.succeeded` event."""
    return event("redemption.succeeded", {"order": ID, **data})


def rollback(**data: Any) -> Json:
    """Return a `redemption.rollback.succeeded` event."""
    return event("redemption.rollback.succeeded", {"order": ID, **data})


def payment(
    kind: str = "succeeded", refund: Any = None, capture: Any = None, **members: Any
) -> Json:
    """Return a `payment.*` event."""
    paid = {"id": "pay_1", "order_id": "ord_1", "amount": 5, **members}
    return event(f"payment.{kind}", {"payment": paid, "refund": refund, "capture": capture})
