"""The order as it is served: one JSON object, the same everywhere, always in the same key order.

Zero discounts are left out. Unknown values are left out too, or null where consumers rely on the
key.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from order_projector.domain.cart import Cart, CartLine, Line
from order_projector.domain.clock import format_time
from order_projector.domain.facts import (
    Fact,
    Payment,
    Redemption,
    Refund,
    Rollback,
    Snapshot,
    Stack,
)
from order_projector.domain.flags import Flag
from order_projector.domain.fold import fold
from order_projector.domain.names import NO_NAMES, OrderNames, is_derived, known_source_id
from order_projector.domain.noticing import flags_of
from order_projector.domain.order import OrderState, RedemptionEntry
from order_projector.domain.payments import PaymentState
from order_projector.domain.source_ids import customer_id_of
from order_projector.domain.timeline import timeline
from order_projector.domain.voids import effective, void_events

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProjectedOrder:
    """The served order of a set of facts, its event ids in timeline order, and its flags."""

    order: Json
    events: tuple[str, ...]
    flags: tuple[Flag, ...] = ()


def project_order(
    order_id: str, facts: Mapping[str, Fact], names: OrderNames = NO_NAMES
) -> ProjectedOrder:
    """Fold the facts of one order, keyed by identity, into the served order."""
    counting = effective(facts)
    order = fold(counting.values())
    return ProjectedOrder(
        serve(order_id, order, known_source_id(order_id, names, void_events(facts))),
        _in_timeline_order(order.events, facts),
        flags_of(order_id, order, facts, counting, names=names),
    )


def _in_timeline_order(applied: Mapping[str, None], facts: Mapping[str, Fact]) -> tuple[str, ...]:
    """Return the ids of all events: of those that are void or in no step, too."""
    known = {fact.event.id for fact in facts.values()}
    if known <= applied.keys():
        return tuple(applied)
    steps = timeline(facts.values())
    listed = dict.fromkeys(fact.event.id for step in steps for fact in step.facts())
    return (*listed, *sorted(known - listed.keys()))


@dataclass(frozen=True, slots=True)
class Known:
    """The served redemptions and payments, by id, that are still as they were served before."""

    redemptions: Json = field(default_factory=dict)
    payments: Json = field(default_factory=dict)


_NOTHING: Final = Known()


def serve(
    order_id: str, order: OrderState, source_id: str | None = None, known: Known = _NOTHING
) -> Json:
    """Return the served JSON object of an order's state.

    ``source_id`` is that by `known_source_id`: it fills in for a detail that no event gives, and
    under a derived id replaces every detail. What is ``known`` is served again.
    """
    detail = None if is_derived(order_id) else order.source_id
    served: Json = {
        "id": order_id,
        "source_id": source_id if detail is None else detail,
        "created_at": _time(order.created_at),
        "updated_at": _time(order.updated_at),
        "status": order.status.value,
        **_amounts(order.cart),
    }
    if order.cart.lines:
        served["items"] = [_item(line) for line in order.cart.lines]
    served["metadata"] = {} if order.metadata is None else order.metadata
    customer_id = _person(order.customer_id, order.customer_source_id)
    referrer_id = _person(order.referrer_id, order.referrer_source_id)
    if customer_id is not None:
        served["customer"] = {"id": customer_id, "object": "customer"}
    if referrer_id is not None:
        served["referrer"] = {"id": referrer_id, "object": "customer"}
    served["customer_id"] = customer_id
    served["referrer_id"] = referrer_id
    served["object"] = "order"
    if order.entries:
        redemptions = known.redemptions
        served["redemptions"] = {
            name: redemptions.get(name) or _entry(entry, order)
            for name, entry in order.entries.items()
        }
    if order.payments.by_id:
        served["payments"] = _payments(order, known)
    return served


def _payments(order: OrderState, known: Known) -> Json:
    payments = known.payments
    return {
        name: payments.get(name) or _payment(state) for name, state in order.payments.by_id.items()
    }


def serve_on(order_id: str, order: OrderState, before: Json, facts: Iterable[Fact]) -> Json:
    """Return the served JSON object once these facts are folded, too; ``before`` is that without.

    Payments and refunds change few members: the others are the very objects that were served
    before. So are the payments and redemptions that no fact concerns, whatever the facts are.
    """
    known = Known(dict(before.get("redemptions", {})), dict(before.get("payments", {})))
    changes_more = False
    for fact in facts:
        match fact:
            case Payment(id=payment_id) | Refund(payment_id=payment_id):
                known.payments.pop(payment_id, None)
                continue
            case Redemption(id=name, parent=parent):
                _forget(known.redemptions, name, parent)
            case Stack(id=name, children=children):
                _forget(known.redemptions, name, *children)
            case Rollback(redemption=name, parent=None):
                _forget(known.redemptions, name)
            case Snapshot():
                pass
            case _:
                known = replace(known, redemptions={})
        changes_more = True
    if changes_more:
        return serve(order_id, order, known=known)
    served = {**before, "updated_at": _time(order.updated_at), "status": order.status.value}
    if order.payments.by_id:
        served["payments"] = _payments(order, known)
    return served


def _forget(known: Json, *names: str | None) -> None:
    for name in names:
        if name is not None:
            known.pop(name, None)


def _person(given: str | None, source_id: str | None) -> str | None:
    """Return the id that some event gives, else one derived from the source id."""
    return given or (None if source_id is None else customer_id_of(source_id))


def _time(millis: int | None) -> str | None:
    return None if millis is None else format_time(millis)


def _amounts(cart: Cart) -> Json:
    amount = cart.amount
    if amount is None:
        return {}
    of_order, of_items = cart.discounts_of(amount)
    served: Json = {"amount": amount}
    if (initial := cart.initial_amount) is not None:
        served["initial_amount"] = initial
    if of_order:
        served["discount_amount"] = of_order
    if of_items:
        served["items_discount_amount"] = of_items
    if discount := of_order + of_items:
        served["total_discount_amount"] = discount
    served["total_amount"] = max(0, amount - discount)
    return served


def _item(entry: CartLine) -> Json:
    line, amount, discount = entry.line, entry.amount, entry.discount_amount
    served: Json = {"object": "order_item"}
    _name(served, line)
    served["quantity"] = entry.quantity
    counts_units = entry.totals.unit_effects > 0
    if counts_units:
        served["initial_quantity"] = line.quantity
    if covered := entry.discount_quantity:
        served["discount_quantity"] = covered
    if amount is not None:
        served["amount"] = amount
    if counts_units and line.amount is not None:
        served["initial_amount"] = line.amount
    if discount:
        served["discount_amount"] = discount
    if line.price is not None:
        served["price"] = line.price
    if amount is not None:
        served["subtotal_amount"] = amount - discount
    _describe(served, line)
    return served


def _name(served: Json, line: Line) -> None:
    # Each redemption builds every line again: this is several times as fast as a loop over pairs.
    if line.id is not None:
        served["id"] = line.id
    if line.source_id is not None:
        served["source_id"] = line.source_id
    if line.related_object is not None:
        served["related_object"] = line.related_object
    if line.product_id is not None:
        served["product_id"] = line.product_id
    if line.sku_id is not None:
        served["sku_id"] = line.sku_id


def _describe(served: Json, line: Line) -> None:
    if line.product is not None:
        served["product"] = line.product
    if line.sku is not None:
        served["sku"] = line.sku
    if line.metadata is not None:
        served["metadata"] = line.metadata


def _entry(entry: RedemptionEntry, order: OrderState) -> Json:
    related, rollback = entry.related, order.rollbacks.get(entry.id)
    served: Json = {"date": format_time(entry.at)}
    # An order may have thousands of entries: this is several times as fast as going over pairs.
    if rollback is not None:
        served["rollback_id"] = rollback.id
        served["rollback_date"] = format_time(rollback.at)
    if related is not None:
        served["related_object_type"] = related.type
        if related.id is not None:
            served["related_object_id"] = related.id
        if related.parent_id is not None:
            served["related_object_parent_id"] = related.parent_id
    if entry.stacked:
        served["stacked"] = list(entry.stacked)
        children = order.child_rollbacks.get(entry.id, {})
        if rolled_back := [children[child] for child in entry.stacked if child in children]:
            served["rollback_stacked"] = rolled_back
    return served


def _payment(state: PaymentState) -> Json:
    date = state.first_event_at if state.date is None else state.date
    served: Json = {"date": format_time(date), "status": state.status}
    # An order may have thousands of payments: this is several times as fast as going over pairs.
    if state.amount is not None:
        served["amount"] = state.amount
    if state.captured_amount is not None:
        served["captured_amount"] = state.captured_amount
    if state.refunded_amount is not None:
        served["refunded_amount"] = state.refunded_amount
    if state.currency is not None:
        served["currency"] = state.currency
    if state.method is not None:
        served["method"] = state.method
    return served
