"""The details of an order in an event, and the amounts that its sender calculated."""

from typing import TypeVar

from order_projector.domain.facts import EventDetails
from order_projector.events.items import amount_of, counted, line_of, ordered_line
from order_projector.events.order import Order, Person

T = TypeVar("T")


def details(
    order: Order | None, *others: Person | None, customer_id: str | None = None
) -> EventDetails:
    """Return an order's own details; of several places that name a customer, the first wins."""
    if order is None:
        if customer_id is None and not any(others):
            return NO_DETAILS
        order = _NOTHING
    customers = (
        order.customer and order.customer.id,
        order.customer_id,
        *(person and person.id for person in others),
        customer_id,
    )
    items = order.sorted_items()
    as_line = line_of if order.is_calculated else ordered_line
    return EventDetails(
        source_id=order.source_id or None,
        items=tuple(map(as_line, items)) if order.items else None,
        counted=tuple(counted(items)) if items and order.is_calculated else None,
        amount=order.stated_amount,
        discrepancy=_discrepancy(order),
        total_amount=order.total_amount,
        metadata=order.metadata,
        customer_id=next((name for name in customers if name), None),
        referrer_id=(order.referrer and order.referrer.id) or order.referrer_id or None,
        status=order.status,
        created_at=order.created_at,
        updated_at=order.updated_at,
    )


NO_DETAILS = EventDetails()
_NOTHING = Order()


def _discrepancy(order: Order) -> int:
    """Return a calculated order's amount less the sum of its items."""
    if not (order.is_calculated and order.items and order.amount is not None):
        return 0
    amounts = [amount for item in order.items if (amount := amount_of(item)) is not None]
    return order.amount - sum(amounts) if amounts else 0


def combined(first: EventDetails, second: EventDetails) -> EventDetails:
    """Combine both; if both give a detail, the second wins."""
    if second is NO_DETAILS:
        return first
    if first is NO_DETAILS:
        return second
    items = first if second.items is None else second
    amount = first if second.amount is None else second
    return EventDetails(
        source_id=_later(first.source_id, second.source_id),
        items=items.items,
        counted=items.counted,
        amount=amount.amount,
        discrepancy=items.discrepancy,
        total_amount=_later(first.total_amount, second.total_amount),
        metadata=_later(first.metadata, second.metadata),
        customer_id=_later(first.customer_id, second.customer_id),
        referrer_id=_later(first.referrer_id, second.referrer_id),
        status=_later(first.status, second.status),
        created_at=min(_times(first.created_at, second.created_at), default=None),
        updated_at=max(_times(first.updated_at, second.updated_at), default=None),
    )


def _later(first: T, second: T) -> T:
    return first if second is None else second


def _times(*times: int | None) -> list[int]:
    return [time for time in times if time is not None]
