"""An order with something of each kind to look at: why is it 11.87?"""

from collections.abc import Iterator
from typing import Final

from tests.support.events import (
    Json,
    event_at,
    redeemed,
    rolled_back,
)

ORDER_ID: Final = "ord_7Q2mX4bV9kLr1TzP"
SHOP_NUMBER: Final = "shop-10482"
ORDER: Final = {"id": ORDER_ID}

CUPS: Final = {
    "product_id": "prod_cup",
    "sku_id": "sku_cup_blue",
    "quantity": 2,
    "price": 475,
    "product": {"name": "Espresso cup"},
    "sku": {"sku": "Espresso cup, blue"},
}
FILTERS: Final = {
    "product_id": "prod_filter",
    "quantity": 1,
    "price": 369,
    "product": {"name": "Filter papers, 100"},
    "metadata": {"shelf": "B 12"},
}
SPRING: Final = {
    "id": "v_spring",
    "code": "SPRING-10",
    "campaign_id": "camp_spring",
    "discount": {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"},
}
SACHET: Final = {
    "id": "v_sachet",
    "code": "TASTE",
    "discount": {
        "type": "UNIT",
        "effect": "ADD_NEW_ITEMS",
        "unit_off": 1,
        "unit_type": "prod_sachet",
        "product": {"id": "prod_sachet", "name": "Tasting sachet", "price": 90},
    },
}
WELCOME: Final = {
    "id": "v_welcome",
    "code": "WELCOME-3",
    "discount": {"type": "AMOUNT", "amount_off": 300},
}

CREATED: Final = event_at(
    0,
    "order.created",
    {
        "order": {
            **ORDER,
            "source_id": SHOP_NUMBER,
            "items": [CUPS, FILTERS],
            "customer": {"id": "cust_anna"},
            "metadata": {"channel": "web", "gift wrap": True},
        }
    },
)
SPRING_REDEEMED: Final = redeemed(2, "r_spring", order=ORDER, voucher=SPRING)
SACHET_REDEEMED: Final = redeemed(3, "r_sachet", order=ORDER, voucher=SACHET)
WELCOME_REDEEMED: Final = redeemed(4, "r_welcome", order=ORDER, voucher=WELCOME)
WELCOME_UNDONE: Final = rolled_back(9, "rr_welcome", "r_welcome", **ORDER)
PAID: Final = event_at(
    12,
    "payment.succeeded",
    {
        "payment": {
            "id": "pay_card",
            "order_source_id": SHOP_NUMBER,
            "amount": 1187,
            "currency": "USD",
            "method": "card",
        }
    },
)
REFUNDED: Final = event_at(
    60 * 26,
    "payment.refunded",
    {
        "payment": {"id": "pay_card", "order_id": ORDER_ID, "amount": 1187, "currency": "USD"},
        "refund": {"id": "ref_filters", "amount": 369},
    },
)
UNKNOWN_ROLLED_BACK: Final = rolled_back(60 * 27, "rr_lost", "r_lost", **ORDER)

UNTIL_THE_ROLLBACK: Final[tuple[Json, ...]] = (
    CREATED,
    SPRING_REDEEMED,
    SACHET_REDEEMED,
    WELCOME_REDEEMED,
)
WHOLE: Final[tuple[Json, ...]] = (
    *UNTIL_THE_ROLLBACK,
    WELCOME_UNDONE,
    PAID,
    REFUNDED,
    UNKNOWN_ROLLED_BACK,
)


def others() -> list[Json]:
    """Return other orders, of its customer and of another; those that are paid have a currency."""
    statuses = ("PAID", "CREATED", "FULFILLED", "CANCELED", "PROCESSING", "PAID")
    return [
        event for number, status in enumerate(statuses, start=1) for event in _other(number, status)
    ]


def _other(number: int, status: str) -> Iterator[Json]:
    name, amount = f"ord_other{number}", 1000 + 37 * number
    order = {
        "id": name,
        "source_id": f"shop-{10482 + number}",
        "amount": amount,
        "status": status,
        "customer": {"id": "cust_anna" if number % 2 else "cust_ben"},
    }
    yield event_at(number, "order.created", {"order": order}, name=f"evt_{name}")
    if status in {"PAID", "FULFILLED"}:
        payment = {"id": f"pay_{name}", "order_id": name, "amount": amount, "currency": "USD"}
        yield event_at(number, "payment.succeeded", {"payment": payment}, name=f"evt_pay_{name}")
