"""An example event of every inbound type, as a producer writes it."""

from typing import Any, Final

Json = dict[str, Any]


def _event(number: int, name: str, data: Json) -> Json:
    return {
        "id": f"evt_{number}",
        "type": name,
        "created_at": f"2026-03-01T10:{number:02}:00.000Z",
        "data": data,
    }


_ITEMS: Final = [
    {"product_id": "prod_mug", "quantity": 2, "price": 1250, "product": {"name": "Mug"}}
]
_ORDER: Final[Json] = {"id": "ord_1", "source_id": "shop/1", "items": _ITEMS}
_COUPON: Final[Json] = {
    "id": "v_1",
    "campaign_id": "camp_1",
    "discount": {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"},
}
_PAYMENT: Final[Json] = {
    "id": "pay_1",
    "order_id": "ord_1",
    "amount": 2250,
    "currency": "EUR",
    "date": "2026-03-01T10:03:00.000Z",
    "method": "card",
}

_EVENTS: Final = (
    _event(1, "order.created", {"order": {**_ORDER, "metadata": {"channel": "web"}}}),
    _event(
        2,
        "redemption.succeeded",
        {
            "order": {"id": "ord_1"},
            "redemption": {"id": "r_1", "date": "2026-03-01T10:02:00.000Z"},
            "voucher": _COUPON,
            "customer": {"id": "cust_1"},
        },
    ),
    _event(3, "payment.authorized", {"payment": _PAYMENT}),
    _event(4, "payment.succeeded", {"payment": _PAYMENT}),
    _event(5, "payment.failed", {"payment": {"id": "pay_2", "order_id": "ord_1"}}),
    _event(6, "payment.canceled", {"payment": {"id": "pay_3", "order_id": "ord_1"}}),
    _event(
        7,
        "payment.refunded",
        {
            "payment": _PAYMENT,
            "refund": {"id": "ref_1", "amount": 300, "date": "2026-03-01T10:07:00.000Z"},
        },
    ),
    _event(
        8,
        "redemption.rollback.succeeded",
        {
            "order": {"id": "ord_1"},
            "redemption_rollback": {
                "id": "rr_1",
                "redemption": "r_1",
                "date": "2026-03-01T10:08:00.000Z",
            },
        },
    ),
    _event(9, "redemption.failed", {"order": {"id": "ord_1"}, "redemption": {"id": "r_2"}}),
    _event(10, "redemption.rollback.failed", {"redemption_rollback": {"id": "rr_2"}}),
    _event(11, "order.updated", {"order": _ORDER, "customer": {"id": "cust_1"}}),
    *(
        _event(number, f"order.{status}", {"order": {"id": "ord_1"}})
        for number, status in enumerate(("processing", "paid", "canceled", "fulfilled"), start=12)
    ),
    _event(16, "event.voided", {"order": {"id": "ord_1"}, "voids": "evt_7", "reason": "a test"}),
    _event(17, "order.erased", {"order": {"id": "ord_1"}, "reason": "asked for by the customer"}),
)

EXAMPLES: Final = {event["type"]: event for event in _EVENTS}
"""The examples by event type."""
