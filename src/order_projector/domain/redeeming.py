"""Redemptions on the timeline: what a single one or a stack does to an order."""

from collections.abc import Iterator

from order_projector.domain.cart import Contribution
from order_projector.domain.contribution import priced
from order_projector.domain.details import CalculatedDiscount
from order_projector.domain.facts import Redemption, Related, Stack
from order_projector.domain.learning import IncomingDetails, take_in
from order_projector.domain.noticing import notice_priced, notice_totals
from order_projector.domain.order import OrderState, RedemptionEntry
from order_projector.domain.quantities import Own, of_no_redemption, of_the_redemption
from order_projector.domain.status import Status
from order_projector.domain.timeline import RedemptionStep
from order_projector.domain.transitions import DiscountApplied, DiscountPriced, Observer


def redeem(order: OrderState, step: RedemptionStep, observer: Observer | None) -> None:
    """Apply a redemption or a stack; one that was rolled back before only gives its details."""
    order.entries[step.id] = RedemptionEntry(step.id, step.at, _related(step), step.stacked)
    applies = step.id not in order.rollbacks
    contributions = list(_calculated(order, step, applies, observer))
    if applies:
        contributions.extend(_priced(order, step, observer))
        order.applied[step.id] = tuple(contributions)
        order.standing.add(step.id)


def _related(step: RedemptionStep) -> Related | None:
    """Return what an entry refers to: for a stack, its promotion stack or itself."""
    if not step.stacked:
        return step.children[0].related if step.children else None
    own = step.parent.related if step.parent else None
    if own and own.type == "promotion_stack":
        return own
    if step.promotion_stack:
        return Related("promotion_stack", step.promotion_stack)
    return Related("redemption", step.id)


def _calculated(
    order: OrderState, step: RedemptionStep, applies: bool, observer: Observer | None
) -> Iterator[Contribution]:
    """Record each fact's details and apply its discount; each states what the earlier ones left."""
    status: Status | None = None
    for incoming in _incoming(step, applies):
        fact, contribution = incoming.fact, take_in(order, incoming, observer)
        notice_totals(order, fact, fact.details)
        if incoming.discount and applies:
            yield contribution
        status = fact.details.status or status
        if isinstance(fact, Redemption) and fact.afterwards:
            take_in(
                order, IncomingDetails(fact, fact.afterwards, fact.id, restates=applies), observer
            )
            status = fact.afterwards.status or status
    if applies and status:
        order.status = status


def _incoming(step: RedemptionStep, applies: bool) -> Iterator[IncomingDetails]:
    """Yield the details of each fact, with its calculated discount if that counts.

    A stack's own discount counts only if no child has one, and its parent's only without it.
    Where the stack's includes the parent's, the parent's order still contains the units of the
    redemption. Where the whole request calculates its children together, the amounts of an order in
    a copy of one of them are part of that.
    """

    def incoming(
        fact: Redemption | Stack, discount: CalculatedDiscount | None, own: Own | None = None
    ) -> IncomingDetails:
        own = own or (of_the_redemption if discount else of_no_redemption)
        return IncomingDetails(
            fact, fact.details, fact.id, step.id, discount, own, applies, restates=applies
        )

    together = _are_calculated_together(step)
    by_child = not together and any(child.calculated for child in step.children)
    for child in step.children:
        if together:
            yield IncomingDetails(child, child.details.without_amounts(), child.id, restates=False)
        else:
            yield incoming(child, child.calculated)
    by_whole = not by_child and step.stack is not None and step.stack.calculated is not None
    if step.parent and by_whole:
        yield incoming(step.parent, None, of_the_redemption)
    elif step.parent:
        yield incoming(step.parent, None if by_child else step.parent.calculated)
    if step.stack:
        yield incoming(step.stack, None if by_child else step.stack.calculated)


def _are_calculated_together(step: RedemptionStep) -> bool:
    """Whether only the whole request states what some child applied.

    The others came again in events of their own, which say nothing about that child.
    """
    stack, parent = step.stack, step.parent
    if stack is None or not stack.whole:
        return False
    whole = stack if stack.calculated else parent
    if whole is None or whole.calculated is None:
        return False
    calculated = [child for child in step.children if child.calculated]
    if not calculated or len(calculated) == len(step.children):
        return False
    if any(child.event.id == stack.event.id for child in calculated):
        return False
    return whole.details.items is not None or all(it.details.items is None for it in calculated)


def _priced(
    order: OrderState, step: RedemptionStep, observer: Observer | None
) -> Iterator[Contribution]:
    """Price each redemption against what the earlier ones left, unless any is calculated."""
    if any(incoming.discount for incoming in _incoming(step, applies=True)):
        return
    for child in step.children:
        contributed = priced(child, order.cart)
        if observer:
            observer(DiscountPriced(child, contributed))
        order.cart.apply(contributed.contribution, step.id)
        order.cart.remove_orphans()
        notice_priced(order, child, contributed)
        if observer:
            observer(DiscountApplied(child, contributed))
        yield contributed.contribution
