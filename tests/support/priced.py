"""Orders that are priced here: raw carts, definitions of discounts, and the resulting figures."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from tests.support.events import Json, at, event, order_event, order_of, redeemed

AMOUNTS = (
    "amount",
    "initial_amount",
    "discount_amount",
    "items_discount_amount",
    "total_discount_amount",
    "total_amount",
)
FIGURES = (
    "quantity",
    "initial_quantity",
    "discount_quantity",
    "amount",
    "initial_amount",
    "discount_amount",
    "price",
    "subtotal_amount",
)


def item(name: str | None, price: int | None, quantity: int = 1, /, **more: Any) -> Json:
    """Return a line of a raw cart named by a product id: no amounts, no discounts."""
    members = {"product_id": name, "quantity": quantity, "price": price} | more
    return {key: value for key, value in members.items() if value is not None}


def cart(*items: Json, **order: Any) -> Json:
    """Return the event of an order as it was created, before any redemption."""
    members = {"items": list(items)} if items else {}
    return order_event(0, "created", **members, **order)


def coupon(type_: str, *to: Json, but: tuple[Json, ...] = (), **discount: Any) -> Json:
    """Return a voucher with a discount, and the products that are included and excluded."""
    lists = {"applicable_to": _listed(to), "inapplicable_to": _listed(but)}
    return {"voucher": {"id": "v_1", "discount": {"type": type_, **discount}, **lists}}


def product(name: str, **more: Any) -> Json:
    """Return an entry of ``applicable_to`` for one product."""
    return {"object": "product", "id": name, **more}


def sku(name: str, **more: Any) -> Json:
    """Return an entry of ``applicable_to`` for one SKU."""
    return {"object": "sku", "id": name, **more}


def by_source(name: str, price: int, quantity: int = 1, related: str = "product") -> Json:
    """Return a line of a raw cart named by a source id."""
    return item(None, price, quantity, source_id=name, related_object=related)


def units(effect: str | None, unit_off: float, unit_type: str, **named: Any) -> Json:
    """Return a voucher for units of one product or SKU."""
    return coupon("UNIT", effect=effect, unit_off=unit_off, unit_type=unit_type, **named)


def tier(type_: str, *to: Json, **discount: Any) -> Json:
    """Return a promotion tier with a discount."""
    action = {"discount": {"type": type_, **discount}, "applicable_to": _listed(to)}
    return {"promotion_tier": {"id": "promo_1", "campaign": {"id": "camp_1"}, "action": action}}


def gift(used: int | None, **members: Any) -> Json:
    """Return a gift card and the credits used from it."""
    own = {} if used is None else {"amount": used}
    return {"voucher": {"id": "v_g", "gift": {"amount": 32000, **members}}, "own": own}


def points(used: int, reward: Json | None = None) -> Json:
    """Return a loyalty card, the points used from it, and their reward."""
    voucher = {"id": "v_l", "type": "LOYALTY_CARD", "loyalty_card": {"points": 6500}}
    return {"voucher": voucher, "own": {"amount": used}} | ({"reward": reward} if reward else {})


def coin(exchange_ratio: float, points_ratio: float) -> Json:
    """Return a reward that converts points into money."""
    coins = {"exchange_ratio": exchange_ratio, "points_ratio": points_ratio}
    return {"type": "COIN", "parameters": {"coin": coins}}


def _listed(entries: tuple[Json, ...]) -> Json | None:
    """Return a list object, or None without entries, since an empty list covers no line."""
    if not entries:
        return None
    return {"object": "list", "data_ref": "data", "data": list(entries), "total": len(entries)}


def one_by_one(*redeemables: Json) -> list[Json]:
    """Return a redemption `r_1`, `r_2` ... of each redeemable, minute by minute, for `ord_1`."""
    return [
        redeemed(minute, f"r_{minute}", order={"id": "ord_1"}, **redeemable)
        for minute, redeemable in enumerate(redeemables, start=1)
    ]


def stacked(minute: int, *redeemables: Json) -> Json:
    """Return one request for all of them: a stack `r_parent` of `r_1`, `r_2` ..."""
    children = []
    for number, redeemable in enumerate(redeemables, start=1):
        members = {key: value for key, value in redeemable.items() if key != "own"}
        named = {"id": f"r_{number}", "date": at(minute), "redemption": "r_parent"}
        children.append(named | members | redeemable.get("own", {}))
    parent = {"id": "r_parent", "date": at(minute)}
    data = {"redemptions": children, "parent_redemption": parent, "order": {"id": "ord_1"}}
    return event("redemption.succeeded", data, on=at(minute), name=f"evt_stack_{minute}")


def amounts(order: Json) -> Json:
    """Return the amounts that the order has."""
    return {key: order[key] for key in AMOUNTS if key in order}


def figures(order: Json) -> list[Json]:
    """Return the numbers that each line has."""
    return [{key: it[key] for key in FIGURES if key in it} for it in order.get("items", [])]


def after(*events: Json) -> tuple[Json, list[Json]]:
    """Return the amounts and the lines' numbers that the events make, in either arrival order."""
    order = order_of(*events)
    return amounts(order), figures(order)


def off(*events: Json) -> list[int]:
    """Return the discount of each line, followed by the order-level discount."""
    order = order_of(*events)
    lines = [it.get("discount_amount", 0) for it in order.get("items", [])]
    return [*lines, order.get("discount_amount", 0)]


def money(amount: int, order: int = 0, items: int = 0, initial: int | None = None) -> Json:
    """Return the amounts that an order shows; zero discounts are absent."""
    sums = {
        "amount": amount,
        "initial_amount": initial,
        "discount_amount": order or None,
        "items_discount_amount": items or None,
        "total_discount_amount": order + items or None,
        "total_amount": amount - order - items,
    }
    return {key: value for key, value in sums.items() if value is not None}


def taken(discount: int, left: int) -> Json:
    """Return the numbers that a discount adds to a line."""
    return {"discount_amount": discount, "subtotal_amount": left}


def counted(there: int, added: int, free: int, price: int) -> Json:
    """Return the numbers of a line with added or free units, without other discounts."""
    quantity, off_ = there + added, free * price
    return {
        "quantity": quantity,
        "initial_quantity": there,
        "discount_quantity": free,
        "amount": quantity * price,
        "initial_amount": there * price,
        "discount_amount": off_,
        "price": price,
        "subtotal_amount": quantity * price - off_,
    }


def lines(raw: Json, changed: dict[int, Json]) -> list[Json]:
    """Return the numbers of a cart's lines, with lines changed or appended by index."""
    numbers: list[Json] = []
    for line in raw["data"]["order"].get("items", []):
        price, quantity = line["price"], line["quantity"]
        amount = line.get("amount", price * quantity)
        kept = {"quantity": quantity, "amount": amount, "price": price, "subtotal_amount": amount}
        numbers.append(kept)
    for index, line in sorted(changed.items()):
        if index < len(numbers):
            numbers[index] = numbers[index] | line
        else:
            numbers.append(line)
    return numbers


class Step(NamedTuple):
    """A redeemable, the order's amounts after it, and the lines that differ from the cart's."""

    redeemable: Json
    amounts: Json
    changed: dict[int, Json]

    def shown(self, raw: Json) -> tuple[Json, list[Json]]:
        """Return the amounts and the lines' numbers after this step."""
        return self.amounts, lines(raw, self.changed)


def one_after_the_other(raw: Json, steps: Sequence[Step]) -> list[tuple[Json, list[Json]]]:
    """Return the amounts and the lines' numbers after each redeemable in turn."""
    redemptions = one_by_one(*(step.redeemable for step in steps))
    return [after(raw, *redemptions[:count]) for count in range(1, len(steps) + 1)]
