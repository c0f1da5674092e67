"""The details of an order in an event, and the amounts that its sender calculated."""

from collections.abc import Iterable

from order_projector.domain.details import NO_DETAILS, CalculatedTotals, EventDetails
from order_projector.events.items import amount_of, counted, line_of, ordered_amount, ordered_line
from order_projector.events.order import Order, Person


def details(
    order: Order | None, *others: Person | None, customer_id: str | None = None
) -> EventDetails:
    """Return an order's own details; of several places that name a customer, the first wins."""
    if order is None:
        if customer_id is None and not any(others):
            return NO_DETAILS
        order = _NOTHING
    customers = (order.customer, *others)
    customer_ids = (_id(order.customer), order.customer_id, *map(_id, others), customer_id)
    items = order.sorted_items()
    as_line = line_of if order.is_calculated else ordered_line
    return EventDetails(
        source_id=order.source_id or None,
        items=tuple(map(as_line, items)) if order.items else None,
        counted=tuple(counted(items)) if items and order.is_calculated else None,
        amount=order.stated_amount,
        discrepancy=_discrepancy(order),
        totals=_totals(order),
        metadata=order.metadata,
        customer_id=_first(customer_ids),
        customer_source_id=_first(map(_source_id, customers)),
        referrer_id=_id(order.referrer) or order.referrer_id,
        referrer_source_id=_source_id(order.referrer),
        status=order.status,
        created_at=order.created_at,
        updated_at=order.updated_at,
    )


_NOTHING = Order()


def _id(person: Person | None) -> str | None:
    return person.id if person else None


def _source_id(person: Person | None) -> str | None:
    return person.source_id if person else None


def _first(names: Iterable[str | None]) -> str | None:
    return next((name for name in names if name), None)


def _discrepancy(order: Order) -> int:
    """Return a given amount less the sum of the items, where these do not decide it.

    They decide it in an order that is not calculated, if each of them has an amount.
    """
    if not order.items or order.amount is None:
        return 0
    amounts = list(map(amount_of if order.is_calculated else ordered_amount, order.items))
    known = [amount for amount in amounts if amount is not None]
    if not known or (len(known) == len(amounts) and not order.is_calculated):
        return 0
    return order.amount - sum(known)


def _totals(order: Order) -> CalculatedTotals | None:
    if order.total_amount is None:
        return None
    return CalculatedTotals(
        total_amount=order.total_amount,
        amount=order.amount,
        discount_amount=order.discount_amount or 0,
        items_discount_amount=order.items_discount_amount or 0,
        names_items=bool(order.items),
        adds_up=_adds_up(order),
    )


def _adds_up(order: Order) -> bool:
    """Whether a calculated order's amount and total are what its own other numbers make."""
    items = order.items or []
    amounts = [amount_of(item) for item in items]
    summed = None if not items or None in amounts else sum(filter(None, amounts))
    if order.amount is not None and summed is not None and order.amount != summed:
        return False
    discounts = [item.discount_amount for item in items if item.discount_amount is not None]
    of_items = sum(discounts) if discounts else order.items_discount_amount or 0
    amount = summed if order.amount is None else order.amount
    if amount is None:
        return True
    return order.total_amount == amount - (order.discount_amount or 0) - of_items
