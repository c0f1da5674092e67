"""An ``order`` in an event: its shape and bounds, its id, and the stacks that it lists."""

from collections.abc import Iterable
from typing import Final, Self

from pydantic import ConfigDict, model_validator

from order_projector.domain.facts import EventStamp, Stack
from order_projector.domain.limits import LARGEST_AMOUNT
from order_projector.domain.status import Status
from order_projector.events.fields import (
    Entries,
    FreeJson,
    Id,
    Money,
    SourceId,
    SourceName,
    Time,
    WireModel,
    named_by,
)
from order_projector.events.items import (
    OrderItem,
    amount_before,
    amount_of,
    ordered_amount,
)
from order_projector.events.naming import Named, NamingObject, named
from order_projector.events.places import Fault, Place
from order_projector.events.stacks import (
    StackList,
    StackLists,
    listed_stack,
    lists_in,
)


class Person(WireModel):
    """A customer or a referrer: only its names are ours."""

    model_config = ConfigDict(json_schema_extra=named_by("id"))

    id: Id | None = None
    source_id: SourceId | None = None


class NamedOrder(WireModel):
    """The names of an order."""

    id: Id | None = None
    source_id: SourceName | None = None


_NAMES: Final = frozenset(NamedOrder.model_fields)


class Order(NamedOrder):
    """An order as an event gives it; with ``total_amount`` it was calculated by the sender."""

    status: Status | None = None
    amount: Money | None = None
    total_amount: Money | None = None
    discount_amount: Money | None = None
    items_discount_amount: Money | None = None
    total_discount_amount: Money | None = None
    applied_discount_amount: Money | None = None
    items: Entries[OrderItem] | None = None
    metadata: FreeJson | None = None
    customer: Person | None = None
    customer_id: Id | None = None
    referrer: Person | None = None
    referrer_id: Id | None = None
    created_at: Time | None = None
    updated_at: Time | None = None
    redemptions: StackLists = None

    @property
    def is_calculated(self) -> bool:
        """Whether the sender calculated this order; its amounts are then kept as stated."""
        return self.total_amount is not None

    @property
    def names_only(self) -> bool:
        """Whether nothing is given but the order's names."""
        others = self.model_fields_set - _NAMES
        return self.items is None and all(getattr(self, name) is None for name in others)

    @property
    def stated_amount(self) -> int | None:
        """The order's amount as stated, else the sum of its total and its discounts."""
        if self.amount is not None or self.total_amount is None:
            return self.amount
        discounts = self.total_discount_amount
        if discounts is None:
            discounts = (self.discount_amount or 0) + (self.items_discount_amount or 0)
        return self.total_amount + discounts

    def sorted_items(self) -> list[OrderItem]:
        """Return the items; in a calculated order, those with units of redemptions only come last.

        In an order that is not calculated, items whose `initial_quantity` is 0 are left out.
        """
        items = self.items or []
        if not self.is_calculated:
            return [item for item in items if item.initial_quantity != 0]
        return sorted(items, key=lambda item: item.units_before == 0 and item.quantity != 0)

    @model_validator(mode="after")
    def _exact(self) -> Self:
        """Raise Fault if sums of the order's own numbers exceed what every reader keeps exact."""
        if (self.stated_amount or 0) > LARGEST_AMOUNT:
            raise Fault(("total_amount",), f"more than {LARGEST_AMOUNT} with its discounts")
        items = self.items or ()
        before = amount_before if self.is_calculated else ordered_amount
        for amount in (amount_of, before):
            if sum(filter(None, map(amount, items))) > LARGEST_AMOUNT:
                raise Fault(("items",), f"their amounts add up to more than {LARGEST_AMOUNT}")
        return self


Placed = tuple[Place, Order | None]
"""The place of an order in the event's data, and the order."""


def stack_lists(orders: Iterable[Placed]) -> list[StackList]:
    """Return every list of a stack's children in the orders, with its place in the data."""
    lists: list[StackList] = []
    for place, order in orders:
        if order and order.redemptions:
            lists += lists_in(place, order.redemptions)
    return lists


def named_order(orders: Iterable[tuple[Place, NamedOrder | None]]) -> Named | None:
    """Return the order that an event names in its orders, given in their sequence.

    Raises Fault if an empty source id would have to name it.
    """
    return named(
        [
            NamingObject(order.id, order.source_id, (*place, "source_id"))
            for place, order in orders
            if order
        ]
    )


def listed_stacks(order: Order | None, event: EventStamp) -> list[Stack]:
    """Return the stacks whose children an order's ``redemptions`` lists; the rest is ignored."""
    if order is None or not order.redemptions:
        return []
    stacks = (
        listed_stack(parent, entry.children, event, entry.promotion_stack)
        for parent, entry in order.redemptions.items()
    )
    return [stack for stack in stacks if stack]


def promotion_stack_of(parent: str, orders: Iterable[Order | None]) -> str | None:
    """Return the promotion stack that the orders' ``redemptions`` name for a parent redemption."""
    entries = (order.redemptions.get(parent) for order in orders if order and order.redemptions)
    return next((entry.promotion_stack for entry in entries if entry), None)
