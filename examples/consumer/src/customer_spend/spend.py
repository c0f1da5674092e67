"""What one `order.updated` says of the money that a customer has spent."""

import json
from dataclasses import dataclass
from typing import Any

_RECEIVED = frozenset({"SUCCEEDED", "REFUNDED"})


@dataclass(frozen=True, slots=True)
class OrderSpend:
    """The money kept of one order, in cents, at one revision of it."""

    order_id: str
    revision: int
    customer_id: str | None
    cents: int


def read(value: bytes) -> OrderSpend:
    """The spend in the value of a record. Raises ValueError where it is no `order.updated`."""
    try:
        content = json.loads(value)
        order = content["order"]
        return OrderSpend(
            order_id=order["id"],
            revision=content["revision"],
            customer_id=order["customer_id"],
            cents=_kept(order.get("payments", {}).values()),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an order.updated: {error!r}") from error


def _kept(payments: Any) -> int:
    """What was received and not given back; a reserved amount is not received."""
    return sum(
        payment.get("amount", 0) - payment.get("refunded_amount", 0)
        for payment in payments
        if payment["status"] in _RECEIVED
    )
