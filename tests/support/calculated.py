"""Orders of mugs and cups as a sender calculated them."""

from itertools import permutations
from typing import Any

from tests.support.events import Json, accepted, order_event, order_of, projected, redeemed, to_json

MUG = {"product_id": "mug", "price": 1000}
CUP = {"product_id": "cup", "price": 300}
VOUCHER = {"voucher": {"id": "v_1", "discount": {"type": "AMOUNT", "amount_off": 999}}}


def line(product: Json, quantity: int = 1, **more: Any) -> Json:
    """Return a line with its amount."""
    return {**product, "quantity": quantity, "amount": product["price"] * quantity, **more}


def applied(minute: int, name: str, items: list[Json], *, total: int, **order: Any) -> Json:
    """Return a redemption of a calculated order whose amount is the sum of its items."""
    amount = sum(item.get("amount", 0) for item in items)
    whole = {"id": "ord_1", "items": items, "amount": amount, "total_amount": total} | order
    return redeemed(minute, name, order=whole, **VOUCHER)


def figures(order: Json) -> list[tuple[str, int, int, int]]:
    """Return each line's product, quantity, discounted units and item-level discount."""
    return [
        (
            item["product_id"],
            item["quantity"],
            item.get("discount_quantity", 0),
            item.get("discount_amount", 0),
        )
        for item in order["items"]
    ]


def money(order: Json) -> dict[str, int]:
    """Return the amounts that the order has."""
    return {key: value for key, value in order.items() if key.endswith("amount")}


FREE = line(CUP, 1, initial_quantity=0, discount_quantity=1, applied_discount_amount=300)
CART = order_event(0, items=[line(MUG, 3)])
FIRST = applied(
    1,
    "r_1",
    [line(MUG, 4, initial_quantity=3, discount_quantity=1, applied_discount_amount=1000)],
    total=3000,
)


def whatever_arrives_first(*events: Json) -> Json:
    """Return the order that these events make; it is the same in every arrival order."""
    outcomes = [accepted(each) for each in events]
    order = order_of(*outcomes)
    written = to_json({order["id"]: order})
    assert all(to_json(projected(*arrival)) == written for arrival in permutations(outcomes))
    return order
