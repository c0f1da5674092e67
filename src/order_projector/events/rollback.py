"""Rollbacks: both shapes of their events, and the facts they carry."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Self

from pydantic import model_validator

from order_projector.domain.details import NO_DETAILS, EventDetails
from order_projector.domain.facts import EventStamp, Rollback, Stack
from order_projector.events.details import details, event_customer
from order_projector.events.fields import Id, Parts, Time, WireModel
from order_projector.events.order import Order, Person, Placed, listed_stacks, stack_lists
from order_projector.events.places import Fault
from order_projector.events.stacks import few_children


class RollbackIn(WireModel):
    """One rollback of a redemption."""

    id: Id
    date: Time | None = None
    redemption: Id
    order: Order | None = None


class RollbackData(WireModel):
    """``data`` of ``redemption.rollback.succeeded``: one rollback, or a whole request."""

    redemption_rollback: RollbackIn | None = None
    rollbacks: Parts[RollbackIn] | None = None
    parent_rollback: RollbackIn | None = None
    order: Order | None = None
    customer: Person | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        few_children(stack_lists(self.orders()))
        return self

    def orders(self) -> list[Placed]:
        """Return every order in the data; the first one with an id names the order."""
        orders: list[Placed] = []
        if self.redemption_rollback:
            orders.append((("redemption_rollback", "order"), self.redemption_rollback.order))
        for number, each in enumerate(self.rollbacks or ()):
            orders.append((("rollbacks", number, "order"), each.order))
        if self.parent_rollback:
            orders.append((("parent_rollback", "order"), self.parent_rollback.order))
        orders.append((("order",), self.order))
        return orders

    def dates(self) -> Iterator[int | None]:
        """Yield the dates that the event itself gives."""
        singles = (self.redemption_rollback, *(self.rollbacks or ()), self.parent_rollback)
        return (each.date for each in singles if each is not None)


def rollback_facts(
    data: RollbackData, orders: Iterable[Placed], event: EventStamp
) -> Iterator[Rollback | Stack]:
    """Yield the facts of a ``redemption.rollback.succeeded`` event, whose orders those are.

    Raises Fault if it has neither shape.
    """
    for _, order in orders:
        yield from listed_stacks(order, event)
    whole = data.parent_rollback or data.redemption_rollback
    each = [it for it in data.rollbacks or () if whole is None or it.id != whole.id]
    if whole is not None:
        yield from _stacked(whole, each, data, event)
    elif each:
        yield from _unstacked(each, data, event)
    else:
        raise Fault(("redemption_rollback",), "Field required")


def _stacked(
    whole: RollbackIn, children: list[RollbackIn], data: RollbackData, event: EventStamp
) -> Iterator[Rollback]:
    """Yield a rollback as a whole, with the details of all, and its children."""
    for child in children:
        yield _rollback(child, event, _given(child.order), head=whole.id)
    orders = (*(child.order for child in children), whole.order, data.order)
    yield _rollback(whole, event, _together(orders, event_customer(data.customer, orders).customer))


def _unstacked(
    rollbacks: list[RollbackIn], data: RollbackData, event: EventStamp
) -> Iterator[Rollback]:
    """Yield rollbacks of one order; that of the request belongs to each without one of its own."""
    *others, last = rollbacks
    customer = event_customer(
        data.customer, (*(each.order for each in rollbacks), data.order)
    ).customer
    for nth, each in enumerate(others):
        own = data.order if each.order is None else each.order
        yield _rollback(each, event, _given(own, customer), nth=nth)
    both = _together((last.order, data.order), customer)
    yield _rollback(last, event, both, nth=len(others))


def _together(orders: tuple[Order | None, ...], customer: Person | None) -> EventDetails:
    together = NO_DETAILS
    for order in orders:
        together = together.then(_given(order, customer))
    return together


def _given(order: Order | None, customer: Person | None = None) -> EventDetails:
    """Return the details of an order; its amount only where given, as it is compared."""
    given = details(order, customer)
    return given if order is None or order.amount is not None else replace(given, amount=None)


def _rollback(
    rollback: RollbackIn,
    event: EventStamp,
    rollback_details: EventDetails,
    head: str | None = None,
    nth: int = 0,
) -> Rollback:
    return Rollback(
        id=rollback.id,
        event=event,
        at=event.created_at if rollback.date is None else rollback.date,
        redemption=rollback.redemption,
        details=rollback_details,
        parent=head,
        nth=nth or None,
    )
