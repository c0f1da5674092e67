"""Rollbacks: both shapes of their events, and the facts they carry."""

from collections.abc import Iterator
from typing import Self

from pydantic import model_validator

from order_projector.domain.details import EventDetails
from order_projector.domain.facts import (
    EventStamp,
    Rollback,
    Stack,
)
from order_projector.events.details import details
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

    def orders(self) -> Iterator[Placed]:
        """Yield every order in the data; the first one with an id names the order."""
        yield ("order",), self.order
        if self.parent_rollback:
            yield ("parent_rollback", "order"), self.parent_rollback.order
        if self.redemption_rollback:
            yield ("redemption_rollback", "order"), self.redemption_rollback.order
        for number, each in enumerate(self.rollbacks or ()):
            yield ("rollbacks", number, "order"), each.order


def rollback_facts(data: RollbackData, event: EventStamp) -> Iterator[Rollback | Stack]:
    """Yield the facts of a ``redemption.rollback.succeeded`` event.

    Raises Fault if it has neither shape.
    """
    for _, order in data.orders():
        yield from listed_stacks(order, event)
    own = data.parent_rollback or data.redemption_rollback
    children = [each for each in data.rollbacks or () if own is None or each.id != own.id]
    if own is None and not children:
        if data.rollbacks is None:
            raise Fault(("redemption_rollback",), "Field required")
        raise Fault(("rollbacks",), "should hold at least one rollback")
    if own is None:
        *children, own = children
        head = None
    else:
        head = own.id
    for child in children:
        yield _rollback(child, event, details(child.order), head)
    own_details = details(None)
    for order in (*(child.order for child in children if head), own.order, data.order):
        own_details = own_details.then(details(order, data.customer))
    yield _rollback(own, event, own_details, None)


def _rollback(
    rollback: RollbackIn, event: EventStamp, rollback_details: EventDetails, head: str | None
) -> Rollback:
    return Rollback(
        id=rollback.id,
        event=event,
        at=event.created_at if rollback.date is None else rollback.date,
        redemption=rollback.redemption,
        details=rollback_details,
        parent=head,
    )
