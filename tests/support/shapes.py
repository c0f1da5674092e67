"""Small events of each shape, to be broken in one place."""

from typing import Any

from tests.support.events import Json, event

ID = {"id": "ord_1"}
R = {"id": "r_1"}
RR = {"id": "rr_1", "redemption": "r_1"}


def order(**members: Any) -> Json:
    """An `order.created` event."""
    return event("order.created", {"order": {**ID, **members}})


def item(**members: Any) -> Json:
    """An `order.created` event of one item."""
    return order(items=[{"product_id": "p", **members}])


def redemption(**data: Any) -> Json:
    """A `redemption.succeeded` event."""
    return event("redemption.succeeded", {"order": ID, **data})


def rollback(**data: Any) -> Json:
    """A `redemption.rollback.succeeded` event."""
    return event("redemption.rollback.succeeded", {"order": ID, **data})


def payment(
    kind: str = "succeeded", refund: Any = None, capture: Any = None, **members: Any
) -> Json:
    """A `payment.*` event."""
    paid = {"id": "pay_1", "order_id": "ord_1", "amount": 5, **members}
    return event(f"payment.{kind}", {"payment": paid, "refund": refund, "capture": capture})
