"""Rare events of an order: voids, calculated orders from mid-life, odd rollbacks, an erasure.

They are added to a life of common events, at times within it.
"""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

PRODUCT: Final = {"product_id": "p-1", "price": 1000}
ERASED: Final = 0.15
"""The share of these orders that are erased in the middle of their life."""

Json = dict[str, Any]
Told = Callable[[str, int, Json, Random], Json]
"""Makes an event from a type, a time, data and a source of randomness."""


def rarities(order: str, life: Sequence[Json], event: Told, rng: Random) -> list[Json]:
    """Return some rare events of an order with this life."""
    known = list(life)
    for number in range(rng.randint(1, 4)):
        name, at = f"{order[4:]}_x{number}", rng.randrange(60 * len(life))
        kinds = (_void, _mid_life, _kept, _odd_rollback, _capture, _bounced, _request, _orderless)
        made = rng.choice(kinds)(order, name, known, rng)
        known += [event(type_, at + later, data, rng) for later, (type_, data) in enumerate(made)]
    if rng.random() < ERASED:
        data = {"order": {"id": order}, "reason": "asked for"}
        known.append(event("order.erased", rng.randrange(60 * len(life)), data, rng))
    return known[len(life) :]


Made = list[tuple[str, Json]]


def _void(order: str, name: str, known: list[Json], rng: Random) -> Made:
    """Void an event, which may itself be a void, or one that never existed."""
    voided = rng.choice([*(each["id"] for each in known), f"evt_{name}"])
    return [("event.voided", {"order": {"id": order}, "voids": voided})]


def _mid_life(order: str, name: str, _: list[Json], rng: Random) -> Made:
    """Redeem, stating discounts that only the sender knows."""
    data = {"order": _calculated(order, rng), "redemption": {"id": f"r_{name}"}}
    return [("redemption.succeeded", data | {"customer": []})]


def _kept(order: str, name: str, _: list[Json], rng: Random) -> Made:
    """Redeem, and roll back with the totals of the order that still has the redemption."""
    calculated = _calculated(order, rng)
    kept = {key: value for key, value in calculated.items() if not key.startswith("applied")}
    rollback = {"id": f"rr_{name}", "redemption": f"r_{name}"}
    return [
        ("redemption.succeeded", {"order": calculated, "redemption": {"id": f"r_{name}"}}),
        ("redemption.rollback.succeeded", {"order": kept, "redemption_rollback": rollback}),
    ]


def _odd_rollback(order: str, name: str, known: list[Json], rng: Random) -> Made:
    """Roll back a redemption that may be rolled back already, a child, or an unknown one."""
    redeemed = [data["redemption"]["id"] for data in _data(known, "redemption")]
    children = [each["id"] for data in _data(known, "redemptions") for each in data["redemptions"]]
    rollback = {"id": f"rr_{name}", "redemption": rng.choice([*redeemed, *children, f"r_{name}"])}
    data = {"order": {"id": order, "metadata": []}, "redemption_rollback": rollback}
    return [("redemption.rollback.succeeded", data)]


def _capture(order: str, name: str, known: list[Json], rng: Random) -> Made:
    """Capture a part of a payment, possibly in a different currency."""
    paid = [data["payment"]["id"] for data in _data(known, "payment")]
    payment = {"id": rng.choice([*paid, f"pay_{name}"]), "order_id": order, "amount": 1_500}
    payment["currency"] = rng.choice(("usd", "EUR", None))
    capture = {"id": f"cap_{name}", "amount": rng.randrange(1, 1_500)}
    return [("payment.succeeded", {"payment": payment, "capture": capture})]


def _bounced(order: str, name: str, known: list[Json], rng: Random) -> Made:
    """Fail a payment that may have succeeded."""
    paid = [data["payment"]["id"] for data in _data(known, "payment")]
    payment = {"id": rng.choice([*paid, f"pay_{name}"]), "order_id": order}
    return [("payment.failed", {"payment": payment})]


def _request(order: str, name: str, _: list[Json], rng: Random) -> Made:
    """Redeem in a whole request of which one element has failed."""
    voucher = {"id": f"v_{name}", "discount": {"type": "AMOUNT", "amount_off": 120}}
    each: list[Json] = [
        {"id": f"r_{name}", "voucher": voucher},
        {"id": f"r_{name}_failed", "voucher": voucher, "result": "FAILURE"},
    ]
    rng.shuffle(each)
    return [("redemption.succeeded", {"redemptions": each, "order": {"id": order}})]


def _orderless(_: str, name: str, __: list[Json], rng: Random) -> Made:
    """Redeem or roll back without an order."""
    if rng.random() < 0.5:
        return [("redemption.succeeded", {"redemption": {"id": f"r_{name}"}})]
    rollback = {"id": f"rr_{name}", "redemption": f"r_{name}"}
    return [("redemption.rollback.succeeded", {"redemption_rollback": rollback})]


def _data(known: list[Json], member: str) -> list[Json]:
    return [data for each in known if (data := each["data"]).get(member)]


def _calculated(order: str, rng: Random) -> Json:
    """Return a calculated order in which the redemption applied a part of all discounts."""
    quantity = rng.randint(1, 3)
    amount = 1_000 * quantity
    off = rng.randrange(1, amount)
    return {
        "id": order,
        "items": [PRODUCT | {"quantity": quantity, "amount": amount}],
        "amount": amount,
        "discount_amount": off,
        "applied_discount_amount": rng.randint(1, off),
        "total_amount": amount - off,
    }
