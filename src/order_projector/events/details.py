"""The details of an order in an event, and the amounts that its sender calculated."""

from collections.abc import Iterable
from typing import NamedTuple

from order_projector.domain.details import NO_DETAILS, CalculatedTotals, EventDetails
from order_projector.events.items import amount_of, counted, line_of, ordered_amount, ordered_line
from order_projector.events.order import Order, Person


def details(
    order: Order | None, of_event: Person | None = None, customer_id: str | None = None
) -> EventDetails:
    """Return an order's own details; of several places that name a customer, the first wins.

    ``of_event`` is the customer of the event, and ``customer_id`` that of its redemption.
    """
    if order is None:
        if customer_id is None and of_event is None:
            return NO_DETAILS
        order = _NOTHING
    customer, of_event = order.customer or _NOBODY, of_event or _NOBODY
    referrer = order.referrer or _NOBODY
    items = order.sorted_items()
    is_calculated = order.is_calculated
    amount, as_line = (amount_of, line_of) if is_calculated else (ordered_amount, ordered_line)
    amounts = [amount(item) for item in order.items or ()]
    return EventDetails(
        source_id=order.source_id or None,
        items=tuple(map(as_line, items)) if order.items else None,
        counted=tuple(counted(items)) if items and is_calculated else None,
        amount=order.stated_amount,
        discrepancy=_discrepancy(order, amounts),
        totals=_totals(order, amounts),
        metadata=order.metadata,
        customer_id=customer.id or order.customer_id or of_event.id or customer_id,
        customer_source_id=customer.source_id or of_event.source_id,
        referrer_id=referrer.id or order.referrer_id,
        referrer_source_id=referrer.source_id,
        status=order.status,
        created_at=order.created_at,
        updated_at=order.updated_at,
    )


_NOTHING, _NOBODY = Order(), Person()


class EventCustomer(NamedTuple):
    """The customer that an event itself names, without what one of its orders says already."""

    customer: Person | None = None
    is_named: bool = False
    """Whether one of the orders gives the customer's id."""


def event_customer(customer: Person | None, orders: Iterable[Order | None]) -> EventCustomer:
    """Return what counts of the customer of an event with these orders."""
    known = [order for order in orders if order is not None]
    persons = [order.customer for order in known if order.customer]
    is_named = any(order.customer_id for order in known) or any(it.id for it in persons)
    if customer is None or len(known) <= 1:  # an order's own names come before
        return EventCustomer(customer, is_named)
    has_source = any(it.source_id for it in persons)
    if not is_named and not has_source:
        return EventCustomer(customer)
    left = {"id": None if is_named else customer.id}
    left["source_id"] = None if has_source else customer.source_id
    return EventCustomer(customer.model_copy(update=left), is_named)


def _discrepancy(order: Order, amounts: list[int | None]) -> int:
    """Return a given amount less the sum of the items, where these do not decide it.

    They decide it in an order that is not calculated, if each of them has an amount.
    """
    if not amounts or order.amount is None:
        return 0
    known = [amount for amount in amounts if amount is not None]
    if not known or (len(known) == len(amounts) and not order.is_calculated):
        return 0
    return order.amount - sum(known)


def _totals(order: Order, amounts: list[int | None]) -> CalculatedTotals | None:
    if order.total_amount is None:
        return None
    return CalculatedTotals(
        total_amount=order.total_amount,
        amount=order.amount,
        discount_amount=order.discount_amount or 0,
        items_discount_amount=order.items_discount_amount or 0,
        names_items=bool(order.items),
        adds_up=_adds_up(order, amounts),
    )


def _adds_up(order: Order, amounts: list[int | None]) -> bool:
    """Whether a calculated order's amount and total are what its own other numbers make."""
    known = [amount for amount in amounts if amount is not None]
    summed = sum(known) if known and len(known) == len(amounts) else None
    if order.amount is not None and summed is not None and order.amount != summed:
        return False
    discounts = [it.discount_amount for it in order.items or () if it.discount_amount is not None]
    of_items = sum(discounts) if discounts else order.items_discount_amount or 0
    amount = summed if order.amount is None else order.amount
    if amount is None:
        return True
    return order.total_amount == amount - (order.discount_amount or 0) - of_items
