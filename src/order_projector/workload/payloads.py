"""The event data that the shop sends: orders, redemptions, rollbacks, payments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from order_projector.workload.catalogue import CURRENCY, Json, Reference, described, named
from order_projector.workload.offers import IssuedOffer
from order_projector.workload.shop import AppliedOffer, Basket, BasketLine, Effected
from order_projector.workload.timestamps import stamp


class Dialect(Enum):
    """How much detail a sender gives about added units: older senders give less."""

    PLAIN = auto()
    DETAILED = auto()


class Empties(Enum):
    """How a sender writes an object without members: as one, or as PHP does."""

    OBJECT = auto()
    ARRAY = auto()


@dataclass(frozen=True, slots=True)
class Head:
    """What all events of one order have in common."""

    id: str | None
    source_id: str | None
    created_at: int
    customer_id: str | None
    reference: Reference
    dialect: Dialect
    empties: Empties = Empties.OBJECT
    pays_by_source_id: bool = False
    """Whether the payment provider knows only the shop's own number."""

    @property
    def name(self) -> str:
        """The id, or the source id of an order that has no other."""
        return self.id or self.source_id or ""


@dataclass(frozen=True, slots=True)
class OfferRedemption:
    """One redemption of the shop: what was redeemed, and what it did."""

    id: str
    at: int
    redeemable: IssuedOffer
    order: Json
    applied: AppliedOffer


def bare(head: Head) -> Json:
    """Return a reference to the order, without any details."""
    return {"id": head.id} if head.id else {"source_id": head.source_id}


def draft(head: Head, basket: Basket, more: Mapping[str, Any]) -> Json:
    """Return the order without discounts and totals, for its reader to price."""
    if not basket.lines:
        return _order(head, {"amount": basket.stated}, more)
    items = [_drafted(line, head) for line in basket.lines if line.bought]
    return _order(head, {"items": items}, more)


def listed(head: Head, basket: Basket, more: Mapping[str, Any]) -> Json:
    """Return the calculated order without ``applied_*``: it shows no single request."""
    return _order(head, _sums(basket) | _items(head, basket, None), more)


def calculated(head: Head, basket: Basket, applied: AppliedOffer, more: Mapping[str, Any]) -> Json:
    """Return the calculated order after a request, with what the request applied."""
    items = sum(effected.discount for effected in applied.lines)
    sums = _sums(basket) | _without_zeros(
        {
            "applied_discount_amount": applied.discount,
            "items_applied_discount_amount": items,
            "total_applied_discount_amount": applied.total,
        }
    )
    return _order(head, sums | _items(head, basket, applied), more)


def redemption(head: Head, done: OfferRedemption, parent: str | None) -> Json:
    """Return one redemption object, as a whole request lists it."""
    return {
        "id": done.id,
        "customer_id": head.customer_id,
        "date": stamp(done.at),
        **done.redeemable.redemption,
        "order": done.order,
        "result": "SUCCESS",
        "status": "SUCCEEDED",
        **done.redeemable.carriers,
        "redemption": parent,
        "metadata": {},
        "object": "redemption",
    }


def redeemed(head: Head, done: OfferRedemption, parent: str | None) -> Json:
    """Return the data of the event of one redeemable."""
    return {
        "customer": _customer(head),
        "order": done.order,
        "campaign": None,
        "voucher": None,
        "promotion_tier": None,
        **done.redeemable.carriers,
        "redemption": redemption(head, done, parent),
    }


def stack_parent(head: Head, parent: str, at: int, order: Json) -> Json:
    """Return the redemption object of a stack's parent."""
    return {
        "id": parent,
        "customer_id": head.customer_id,
        "date": stamp(at),
        "order": order,
        "result": "SUCCESS",
        "status": "SUCCEEDED",
        "object": "redemption",
    }


def failure(redemption_id: str, at: int) -> Json:
    """Return the members that a redemption which has failed has of its own."""
    result = {"result": "FAILURE", "status": "FAILED", "failure_code": "voucher_expired"}
    return {"id": redemption_id, "date": stamp(at), **result}


def rolled_back(redemption_id: str, rollback_id: str, at: int, order: Json | None) -> Json:
    """Return one rollback object."""
    return {
        "id": rollback_id,
        "date": stamp(at),
        "redemption": redemption_id,
        "order": order,
        "reason": "Returned by post",
        "result": "SUCCESS",
        "object": "redemption_rollback",
    }


def payment(head: Head, payment_id: str, amount: int | None, more: Mapping[str, Any]) -> Json:
    """Return the data of a payment event."""
    named: Json = {"order_id": head.id}
    if head.pays_by_source_id:
        named = {"order_source_id": head.source_id}
    stated = {"id": payment_id, **named, "amount": amount, "currency": CURRENCY}
    return {"payment": stated | {"method": "card", "metadata": {}} | dict(more)}


def snapshot(head: Head, order: Json) -> Json:
    """Return the data of an ``order.*`` event."""
    return {"customer": _customer(head), "referrer": None, "order": order, "redemption": None}


def void(head: Head, event_id: str) -> Json:
    """Return the data of an ``event.voided``."""
    return {"order": bare(head), "voids": event_id, "reason": "Sent by mistake"}


def as_written(head: Head, data: Json) -> Json:
    """Return an event's data as the sender writes it."""
    return data if head.empties is Empties.OBJECT else _with_arrays(data)


def _with_arrays(value: Any) -> Any:
    """Return a JSON value with an empty array for each object that is empty or not known."""
    if isinstance(value, list):
        return [_with_arrays(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: [] if each == {} or (each is None and name in _OBJECTS) else _with_arrays(each)
        for name, each in value.items()
    }


_OBJECTS = frozenset({"customer", "referrer"})


def _order(head: Head, body: Json, more: Mapping[str, Any]) -> Json:
    customer = {"id": head.customer_id, "object": "customer"} if head.customer_id else None
    return {
        **({"id": head.id} if head.id else {}),
        "source_id": head.source_id,
        "created_at": stamp(head.created_at),
        **body,
        "customer": customer,
        "customer_id": head.customer_id,
        "referrer_id": None,
        "object": "order",
        **more,
    }


def _customer(head: Head) -> Json | None:
    if head.customer_id is None:
        return None
    return {"id": head.customer_id, "name": "Robin Weg", "metadata": {}, "object": "customer"}


def _sums(basket: Basket) -> Json:
    counted = any(line.effects and line.product.price is not None for line in basket.lines)
    bought = sum((line.product.price or 0) * line.bought for line in basket.lines)
    return {
        "amount": basket.amount,
        **({"initial_amount": bought} if counted else {}),
        **_without_zeros(
            {
                "discount_amount": basket.discount,
                "items_discount_amount": basket.items_discount,
                "total_discount_amount": basket.discount + basket.items_discount,
            }
        ),
        "total_amount": basket.total,
    }


def _items(head: Head, basket: Basket, applied: AppliedOffer | None) -> Json:
    if not basket.lines:
        return {}
    return {"items": [_item(line, head, applied) for line in basket.lines]}


def _drafted(line: BasketLine, head: Head) -> Json:
    product = line.product
    return {
        "object": "order_item",
        **named(product, head.reference),
        "quantity": line.bought,
        "price": product.price,
        **described(product, head.reference),
    }


def _item(line: BasketLine, head: Head, applied: AppliedOffer | None) -> Json:
    mine = [effected for effected in applied.lines if effected.line is line] if applied else []
    dialect = head.dialect if applied else Dialect.PLAIN
    product = line.product
    money = {
        "amount": line.amount,
        **({"initial_amount": (product.price or 0) * line.bought} if line.effects else {}),
        **_without_zeros(
            {
                "discount_amount": line.discount,
                "applied_discount_amount": sum(effected.discount for effected in mine),
            }
        ),
        "price": product.price,
        "subtotal_amount": line.left,
    }
    return {
        "object": "order_item",
        **named(product, head.reference),
        "quantity": line.quantity,
        **(_units(line, mine, dialect) if line.effects else {}),
        **({} if product.price is None else money),
        **described(product, head.reference),
    }


def _units(line: BasketLine, mine: Sequence[Effected], dialect: Dialect) -> Json:
    quantities = {"initial_quantity": line.bought, "discount_quantity": line.covered}
    if dialect is Dialect.PLAIN:
        return quantities
    free = sum(effected.free for effected in mine)
    return quantities | {
        "applied_quantity": free,
        "applied_discount_quantity": sum(effected.covered for effected in mine),
        "applied_quantity_amount": (line.product.price or 0) * free,
    }


def _without_zeros(sums: Mapping[str, int]) -> Json:
    return {name: amount for name, amount in sums.items() if amount}
