"""Redemptions: both shapes of their events, and the facts they carry."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Self

from pydantic import model_validator

from order_projector.domain.details import CalculatedDiscount, EventDetails
from order_projector.domain.facts import (
    EventStamp,
    Redemption,
    Related,
    Stack,
)
from order_projector.domain.redeemables import Redeemable
from order_projector.events.calculated import calculated_discount
from order_projector.events.details import details
from order_projector.events.fields import Id, Parts, Time, Word
from order_projector.events.order import Order, Person, Placed, listed_stacks, stack_lists
from order_projector.events.places import Fault, Place
from order_projector.events.redeemable import redeemable
from order_projector.events.related import related
from order_projector.events.stacks import Children, StackList, few_children, listed_stack
from order_projector.events.vouchers import RedeemableSource, RedeemedIn


class RedemptionIn(RedeemedIn):
    """One redemption."""

    id: Id
    date: Time | None = None
    redemption: Id | None = None
    customer_id: Id | None = None
    order: Order | None = None
    related_object_type: Word | None = None
    related_object_id: Id | None = None
    related_object_parent_id: Id | None = None
    stacked: Children = None


class RedemptionData(RedeemableSource):
    """``data`` of ``redemption.succeeded``: one redeemable, or a whole request."""

    redemption: RedemptionIn | None = None
    redemptions: Parts[RedemptionIn] | None = None
    parent_redemption: RedemptionIn | None = None
    order: Order | None = None
    customer: Person | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        few_children(self._stack_lists())
        return self

    def parts(self) -> Iterator[tuple[Place, RedemptionIn]]:
        """Yield every redemption in the data with its place, the parent first."""
        if self.parent_redemption:
            yield ("parent_redemption",), self.parent_redemption
        if self.redemption:
            yield ("redemption",), self.redemption
        for number, each in enumerate(self.redemptions or ()):
            yield ("redemptions", number), each

    def orders(self) -> Iterator[Placed]:
        """Yield every order in the data; the first one with an id names the order."""
        yield ("order",), self.order
        for place, each in self.parts():
            yield (*place, "order"), each.order

    def _stack_lists(self) -> Iterator[StackList]:
        yield from stack_lists(self.orders())
        for place, each in self.parts():
            yield (*place, "stacked"), each.stacked


def redemption_facts(data: RedemptionData, event: EventStamp) -> Iterator[Redemption | Stack]:
    """Yield the facts of a ``redemption.succeeded`` event.

    Raises Fault if it has neither shape, or if a definition exceeds a bound.
    """
    for _, order in data.orders():
        yield from listed_stacks(order, event)
    if data.redemptions is None:
        if data.redemption is None:
            raise Fault(("redemption",), "Field required")
        yield from _one_redeemable(data, data.redemption, event)
    elif not data.redemptions:
        raise Fault(("redemptions",), "should hold at least one redemption")
    else:
        yield from _whole_request(data, data.redemptions, event)


def _one_redeemable(
    data: RedemptionData, redemption: RedemptionIn, event: EventStamp
) -> Iterator[Redemption | Stack]:
    own_details, afterwards = _of_both(redemption, data)
    yield Redemption(
        id=redemption.id,
        event=event,
        at=event.created_at if redemption.date is None else redemption.date,
        details=own_details,
        afterwards=afterwards,
        parent=None if redemption.redemption == redemption.id else redemption.redemption,
        calculated=calculated_discount(data.order) or calculated_discount(redemption.order),
        redeemable=_redeemable(redemption, data, data),
        related=_related(redemption, data),
    )
    if stack := listed_stack(redemption.id, redemption.stacked, event):
        yield stack


def _of_both(
    redemption: RedemptionIn, data: RedemptionData
) -> tuple[EventDetails, EventDetails | None]:
    """Return the details to apply with the redemption, and those to apply after it, if any.

    The redemption's own order and the event's are combined unless only the redemption's is
    calculated: then the event's applies afterwards.
    """
    if redemption.order is None:
        return details(data.order, data.customer, customer_id=redemption.customer_id), None
    own = details(redemption.order, data.customer, customer_id=redemption.customer_id)
    around = details(data.order)
    if redemption.order.is_calculated and data.order and not data.order.is_calculated:
        return own, around
    return own.then(around), None


def _whole_request(
    data: RedemptionData, redemptions: list[RedemptionIn], event: EventStamp
) -> Iterator[Redemption | Stack]:
    parent = data.parent_redemption
    head = parent.id if parent else _named_parent(redemptions)
    parent = parent or next((each for each in redemptions if each.id == head), None)
    children = [child for child in redemptions if child.id != head]
    whole = details(data.order)
    if not children:
        head, children = None, redemptions
        whole = details(parent.order).then(whole) if parent else whole
    calculated = any(child.order and child.order.is_calculated for child in children)
    for child in children:
        fact = _child(child, data, event, head)
        if head is None and child is children[-1]:
            fact = _with_the_request(
                fact, whole, None if calculated else calculated_discount(data.order)
            )
        yield fact
    if head is None:
        return
    if parent:
        yield _parent(parent, data, event)
    yield Stack(
        id=head,
        event=event,
        children=tuple(dict.fromkeys(child.id for child in children)),
        whole=True,
        details=whole,
        calculated=calculated_discount(data.order),
    )


def _with_the_request(
    last: Redemption, whole: EventDetails, calculated: CalculatedDiscount | None
) -> Redemption:
    """Return the last of several redemptions with the order of their request added."""
    if last.calculated:
        return replace(last, afterwards=whole)
    return replace(last, details=last.details.then(whole), calculated=calculated)


def _named_parent(redemptions: list[RedemptionIn]) -> str | None:
    named = (each.redemption for each in redemptions if each.redemption != each.id)
    return next((parent for parent in named if parent), None)


def _child(
    redemption: RedemptionIn, data: RedemptionData, event: EventStamp, head: str | None
) -> Redemption:
    around = () if data.redemptions and len(data.redemptions) > 1 else (data,)
    return Redemption(
        id=redemption.id,
        event=event,
        at=event.created_at if redemption.date is None else redemption.date,
        details=details(redemption.order, data.customer, customer_id=redemption.customer_id),
        parent=head,
        calculated=calculated_discount(redemption.order),
        redeemable=_redeemable(redemption, data, *around),
        related=_related(redemption, *around),
    )


def _parent(redemption: RedemptionIn, data: RedemptionData, event: EventStamp) -> Redemption:
    return Redemption(
        id=redemption.id,
        event=event,
        at=event.created_at if redemption.date is None else redemption.date,
        details=details(redemption.order, data.customer, customer_id=redemption.customer_id),
        calculated=calculated_discount(redemption.order),
        related=_related(redemption, data),
    )


def _redeemable(
    redemption: RedemptionIn, data: RedemptionData, *around: RedeemableSource
) -> Redeemable | None:
    """Return what was redeemed. Raises Fault, with its place, if that exceeds a bound."""
    try:
        return redeemable(redemption, *around)
    except Fault as fault:
        place = next(place for place, each in data.parts() if each is redemption)
        raise Fault((*place, *fault.place), fault.reason, fault.code) from None


def _related(redemption: RedemptionIn, *around: RedeemableSource) -> Related | None:
    return related(
        (redemption, *around),
        redemption.related_object_type,
        redemption.related_object_id,
        redemption.related_object_parent_id,
    )
