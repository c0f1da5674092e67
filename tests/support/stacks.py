"""A stack of three redemptions that took 480.80 off an order of 2000.00, in both shapes."""

from typing import Any

from tests.support.events import Json, at, event_at

CHILDREN = ["r_1", "r_2", "r_3"]
DISCOUNTS = [100, 39980, 8000]
VOUCHERS: list[Json] = [
    {"voucher": {"id": "v_1", "campaign_id": "camp_1"}},
    {"voucher": {"id": "v_2"}},
    {"promotion_tier": {"id": "promo_3"}},
]


def calculated(applied: int, so_far: int) -> Json:
    """Return an order of 2000.00 after a redemption that took `applied` off it."""
    return {
        "id": "ord_1",
        "amount": 200000,
        "discount_amount": so_far,
        "total_discount_amount": so_far,
        "total_amount": 200000 - so_far,
        "applied_discount_amount": applied,
        "total_applied_discount_amount": applied,
    }


WHOLE = {**calculated(48080, 48080), "status": "PAID", "created_at": at(0)}
ORDERS = [calculated(*each) for each in zip(DISCOUNTS, [100, 40080, 48080], strict=True)]


def child(number: int, minute: int, *, late: int = 0) -> Json:
    """Return the event of one child, created `late` minutes after its date."""
    own = {"id": CHILDREN[number], "date": at(minute), "redemption": "r_0", **VOUCHERS[number]}
    data = {"redemption": own, "order": ORDERS[number], **VOUCHERS[number]}
    return event_at(minute + late, "redemption.succeeded", data, f"evt_{CHILDREN[number]}")


def parent(minute: int, **own: Any) -> Json:
    """Return the event of the parent, without voucher or tier."""
    data = {"redemption": {"id": "r_0", "date": at(minute), **own}, "order": WHOLE}
    return event_at(minute, "redemption.succeeded", data, "evt_r_0")


def request(minute: int, dates: tuple[int, ...] = (0, 0, 0), **data: Any) -> Json:
    """Return the whole request as one event."""
    redemptions = [
        {"id": name, "redemption": "r_0", "date": at(minute + date), "order": order, **voucher}
        for name, order, voucher, date in zip(CHILDREN, ORDERS, VOUCHERS, dates, strict=True)
    ]
    whole = {
        "redemptions": redemptions,
        "parent_redemption": {"id": "r_0", "date": at(minute), "order": WHOLE},
        "order": WHOLE,
    }
    return event_at(minute, "redemption.succeeded", {**whole, **data}, "evt_whole")
