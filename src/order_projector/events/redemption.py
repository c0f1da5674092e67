"""Redemptions and rollbacks: both of their shapes, and the facts they tell."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from order_projector.domain.facts import (
    Details,
    Event,
    Given,
    Redemption,
    Related,
    Rollback,
    Stack,
)
from order_projector.events.calculated import given
from order_projector.events.fields import Id, Listed, Money, Name, Shape, Time
from order_projector.events.order import (
    UNTOLD,
    Order,
    Person,
    details,
    listed_stack,
    listed_stacks,
)
from order_projector.events.redeemable import Bearer, redeemable
from order_projector.events.related import related

T = TypeVar("T")


class RedemptionIn(Bearer):
    """One redemption."""

    id: Id
    date: Time | None = None
    amount: Money | None = None
    redemption: Id | None = None
    customer_id: Name | None = None
    order: Order | None = None
    related_object_type: Name | None = None
    related_object_id: Name | None = None
    related_object_parent_id: Name | None = None
    stacked: Any = None


class RedemptionData(Bearer):
    """``data`` of ``redemption.succeeded``: one redeemable, or a whole request."""

    redemption: RedemptionIn | None = None
    redemptions: Listed[RedemptionIn] | None = None
    parent_redemption: RedemptionIn | None = None
    order: Order | None = None
    customer: Person | None = None

    def orders(self) -> list[Order | None]:
        """Every order in it, the one that names it first."""
        others = [self.parent_redemption, self.redemption, *(self.redemptions or ())]
        return [self.order, *(other and other.order for other in others)]


class RollbackIn(Shape):
    """One rollback of a redemption."""

    id: Id
    date: Time | None = None
    redemption: Id
    order: Order | None = None


class RollbackData(Shape):
    """``data`` of ``redemption.rollback.succeeded``: one rollback, or a whole request."""

    redemption_rollback: RollbackIn | None = None
    rollbacks: Listed[RollbackIn] | None = None
    parent_rollback: RollbackIn | None = None
    order: Order | None = None
    customer: Person | None = None

    def orders(self) -> list[Order | None]:
        """Every order in it, the one that names it first."""
        others = [self.parent_rollback, self.redemption_rollback, *(self.rollbacks or ())]
        return [self.order, *(other and other.order for other in others)]


def redemption_facts(data: RedemptionData, event: Event) -> Iterator[Redemption | Stack]:
    """The facts of a ``redemption.succeeded`` event.

    Raises ValueError naming the field where neither shape is there.
    """
    for order in data.orders():
        yield from listed_stacks(order, event)
    if data.redemptions is None:
        if data.redemption is None:
            raise ValueError("redemption: Field required")
        yield from _one_redeemable(data, data.redemption, event)
    elif not data.redemptions:
        raise ValueError("redemptions: should hold at least one redemption")
    else:
        yield from _whole_request(data, data.redemptions, event)


def _one_redeemable(
    data: RedemptionData, told: RedemptionIn, event: Event
) -> Iterator[Redemption | Stack]:
    said, afterwards = _of_both(told, data)
    yield Redemption(
        id=told.id,
        event=event,
        at=event.created_at if told.date is None else told.date,
        details=said,
        afterwards=afterwards,
        parent=None if told.redemption == told.id else told.redemption,
        given=given(data.order) or given(told.order),
        redeemable=redeemable((told, data), told.amount),
        related=_related(told, data),
    )
    if stack := listed_stack(told.id, told.stacked, event):
        yield stack


def _of_both(told: RedemptionIn, data: RedemptionData) -> tuple[Details, Details | None]:
    """The redemption's own order and then the event's.

    Where only the redemption's own is calculated, the event's counts after it.
    """
    if told.order is None:
        return details(data.order, data.customer, customer_id=told.customer_id), None
    own = details(told.order, data.customer, customer_id=told.customer_id)
    around = details(data.order)
    if told.order.is_calculated and data.order and not data.order.is_calculated:
        return own, around
    return overlaid(own, around), None


def _whole_request(
    data: RedemptionData, told: list[RedemptionIn], event: Event
) -> Iterator[Redemption | Stack]:
    parent = data.parent_redemption
    head = parent.id if parent else _named_parent(told)
    parent = parent or next((each for each in told if each.id == head), None)
    children = [child for child in told if child.id != head]
    whole = details(data.order)
    if not children:
        head, children = None, told
        whole = overlaid(details(parent.order), whole) if parent else whole
    calculated = any(child.order and child.order.is_calculated for child in children)
    for child in children:
        fact = _child(child, data, event, head)
        if head is None and child is children[-1]:
            fact = _with_the_request(fact, whole, None if calculated else given(data.order))
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
        given=given(data.order),
    )


def _with_the_request(last: Redemption, whole: Details, said: Given | None) -> Redemption:
    """The last of several redemptions, with the order of their request."""
    if last.given:
        return replace(last, afterwards=whole)
    return replace(last, details=overlaid(last.details, whole), given=said)


def _named_parent(told: list[RedemptionIn]) -> str | None:
    named = (each.redemption for each in told if each.redemption != each.id)
    return next((parent for parent in named if parent), None)


def _child(told: RedemptionIn, data: RedemptionData, event: Event, head: str | None) -> Redemption:
    around = () if data.redemptions and len(data.redemptions) > 1 else (data,)
    return Redemption(
        id=told.id,
        event=event,
        at=event.created_at if told.date is None else told.date,
        details=details(told.order, data.customer, customer_id=told.customer_id),
        parent=head,
        given=given(told.order),
        redeemable=redeemable((told, *around), told.amount),
        related=_related(told, *around),
    )


def _parent(told: RedemptionIn, data: RedemptionData, event: Event) -> Redemption:
    return Redemption(
        id=told.id,
        event=event,
        at=event.created_at if told.date is None else told.date,
        details=details(told.order, data.customer, customer_id=told.customer_id),
        given=given(told.order),
        related=_related(told, data),
    )


def _related(told: RedemptionIn, *around: Bearer) -> Related | None:
    return related(
        (told, *around),
        told.related_object_type,
        told.related_object_id,
        told.related_object_parent_id,
    )


def overlaid(first: Details, second: Details) -> Details:
    """Both, the second winning wherever it carries something."""
    if second is UNTOLD:
        return first
    if first is UNTOLD:
        return second
    items = first if second.items is None else second
    amount = first if second.amount is None else second
    return Details(
        source_id=_later(first.source_id, second.source_id),
        items=items.items,
        counted=items.counted,
        amount=amount.amount,
        excess=items.excess,
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


def rollback_facts(data: RollbackData, event: Event) -> Iterator[Rollback | Stack]:
    """The facts of a ``redemption.rollback.succeeded`` event.

    Raises ValueError naming the field where neither shape is there.
    """
    for order in data.orders():
        yield from listed_stacks(order, event)
    own = data.parent_rollback or data.redemption_rollback
    children = [each for each in data.rollbacks or () if own is None or each.id != own.id]
    if own is None and not children:
        if data.rollbacks is None:
            raise ValueError("redemption_rollback: Field required")
        raise ValueError("rollbacks: should hold at least one rollback")
    if own is None:
        *children, own = children
        head = None
    else:
        head = own.id
    for child in children:
        yield _rollback(child, event, details(child.order), head)
    told = details(None)
    for order in (*(child.order for child in children if head), own.order, data.order):
        told = overlaid(told, details(order, data.customer))
    yield _rollback(own, event, told, None)


def _rollback(told: RollbackIn, event: Event, said: Details, head: str | None) -> Rollback:
    return Rollback(
        id=told.id,
        event=event,
        at=event.created_at if told.date is None else told.date,
        redemption=told.redemption,
        details=said,
        parent=head,
    )
