"""Snapshots: the shape of ``order.*`` events, and the facts they carry."""

from collections.abc import Iterator
from typing import Self

from pydantic import model_validator

from order_projector.domain.facts import (
    EventStamp,
    Snapshot,
    Stack,
)
from order_projector.domain.status import Status
from order_projector.events.details import details
from order_projector.events.fields import WireModel
from order_projector.events.order import Order, Person, Placed, listed_stacks, stack_lists
from order_projector.events.stacks import few_children


class OrderData(WireModel):
    """``data`` of ``order.*``."""

    order: Order | None = None
    customer: Person | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        few_children(stack_lists(self.orders()))
        return self

    def orders(self) -> tuple[Placed]:
        """Return the one order in the data."""
        return ((("order",), self.order),)


def snapshot(
    data: OrderData, event: EventStamp, becomes: Status | None
) -> Iterator[Snapshot | Stack]:
    """Yield the facts of an ``order.*`` event."""
    order_details = details(data.order, data.customer)
    yield Snapshot(event=event, at=event.created_at, details=order_details, becomes=becomes)
    yield from listed_stacks(data.order, event)
