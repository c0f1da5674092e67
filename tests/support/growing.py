"""Histories of an order that grows: most events come in order, and each tells something new."""

from random import Random
from typing import Any

from tests.support.events import Json, captured, order_event, paid, redeemed, refunded, rolled_back

_ITEMS = ({"product_id": "mug", "price": 1000, "quantity": 2}, {"product_id": "cup", "price": 333})
_VOUCHERS: tuple[Json, ...] = (
    {"type": "AMOUNT", "amount_off": 1},
    {"type": "PERCENT", "percent_off": 1.5, "effect": "APPLY_TO_ITEMS"},
    {"type": "UNIT", "unit_off": 1, "unit_type": "cup", "effect": "ADD_NEW_ITEMS"},
)


def growing(random: Random, count: int) -> list[Json]:
    """Return the events of an order in the sequence of their arrival."""
    events = [order_event(10, items=list(_ITEMS))]
    for nth in range(1, count):
        match random.choices(("next", "again", "late"), (40, 3, 1))[0]:
            case "next":
                events.append(_event(random, 10 + nth, nth))
            case "again":
                events.append(random.choice(events))
            case "late":
                events.append(_event(random, random.randint(0, 10 + nth), nth))
    return events


def _event(random: Random, minute: int, nth: int) -> Json:
    """Return an event of this number; some tell of what came before, or of what never did."""
    earlier = random.randint(1, nth)
    order: dict[str, Any] = {"id": "ord_1"}
    made: tuple[Json, ...] = (
        paid(minute, nth, name=f"pay_{nth}"),
        paid(minute, nth, name=random.choice((f"{nth}", f"p.{nth}", f"pay {nth}"))),
        paid(minute, nth, "failed", name=f"pay_{earlier}"),
        captured(minute, 1, f"cap_{nth}", by=f"pay_{earlier}"),
        refunded(minute, 1, of=earlier, name=f"ref_{nth}", by=f"pay_{earlier}"),
        redeemed(minute, f"r_{nth}", order=order, voucher=_voucher(random)),
        redeemed(minute, f"r_{nth}", order=order, voucher=_voucher(random)),
        redeemed(minute, f"r_{nth}", order=order, own={"redemption": f"s_{max(1, nth // 2)}"}),
        rolled_back(minute, f"rr_{nth}", f"r_{earlier}"),
        rolled_back(minute, f"rr_{nth}", f"s_{earlier}"),
        order_event(minute, items=list(_ITEMS[: random.randint(1, 2)])),
        order_event(minute, metadata={"nth": nth % 3}, customer={"id": "cust_1"}),
    )
    event = random.choices(made, (6, 1, 1, 1, 1, 3, 3, 1, 1, 1, 1, 1))[0]
    return event | {"id": f"evt_{nth:03}"}


def _voucher(random: Random) -> Json:
    return {"id": "v_1", "discount": random.choice(_VOUCHERS)}
