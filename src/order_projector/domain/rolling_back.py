"""Rollbacks on the timeline: what they undo, what they keep, and the details that they give."""

from order_projector.domain.cart import Cart, Contribution
from order_projector.domain.details import EventDetails
from order_projector.domain.learning import IncomingDetails, take_in, update_cart
from order_projector.domain.order import OrderState
from order_projector.domain.quantities import of_no_redemption, stored_lines
from order_projector.domain.releasing import release
from order_projector.domain.status import after_rollback
from order_projector.domain.timeline import RollbackStep
from order_projector.domain.transitions import DiscountReverted, Observer


def roll_back(order: OrderState, step: RollbackStep, observer: Observer | None) -> None:
    """Undo a redemption or a stack as a whole, unless its discounts are kept.

    The rollback of a child as an event of its own and a second rollback of one redemption undo
    nothing: they give their details, and a status where they state one.
    """
    rollback, name = step.rollback, step.redemption
    _note_children(order, step)
    details = rollback.details
    if step.head is not None or name in order.rollbacks:
        take_in(order, IncomingDetails(rollback, details, name, restates=False), observer)
        order.status = details.status or order.status
        return
    order.rollbacks[name] = rollback
    order.standing.discard(name)
    kept = _keeps(order, name, details)
    if not kept:
        _revert(order.cart, order.applied.pop(name, ()), name)
        if observer:
            observer(DiscountReverted(rollback, name))
    if step.teller and release(order, step.teller, details) and observer:
        observer(DiscountReverted(rollback, step.teller))
    take_in(order, IncomingDetails(rollback, details, name), observer)
    if details.status:
        order.status = details.status
    elif not kept:
        order.status = after_rollback(order.status, order.remaining)


def _note_children(order: OrderState, step: RollbackStep) -> None:
    """Remember the first rollback of each child, for the entry of its stack."""
    if step.head is not None:
        known = order.child_rollbacks.setdefault(step.head, {})
        known.setdefault(step.rollback.redemption, step.rollback.id)
    if step.children:
        known = order.child_rollbacks.setdefault(step.head or step.redemption, {})
        for child in step.children:
            known.setdefault(child.redemption, child.id)


def _revert(cart: Cart, contributions: tuple[Contribution, ...], redemption: str) -> None:
    for contribution in contributions:
        cart.revert(contribution, redemption)


def _keeps(order: OrderState, redemption: str, details: EventDetails) -> bool:
    """Whether a rollback keeps the discounts, as its calculated order shows.

    Its amounts are those of the order with the redemption still on it, and not those without it.
    Both are looked at on copies, with the rollback's own details, and with what is carried so far.
    """
    contributions = order.applied.get(redemption, ())
    if details.totals is None or not any(contributions):
        return False
    if details.counts_units:
        if not _agrees(order.cart.fork(), details):
            return False
    else:
        with order.cart.trial(details.items) as cart:
            if not _agrees(cart, details):
                return False
    without = order.cart.fork()
    _revert(without, contributions, redemption)
    return not _agrees(without, details)


def _agrees(cart: Cart, details: EventDetails) -> bool:
    """Whether the cart has the sender's amounts once it takes the details in."""
    totals = details.totals
    update_cart(cart, stored_lines(cart, details), of_no_redemption)
    cart.remove_orphans()
    if totals is None or cart.total_amount != totals.total_amount:
        return False
    return totals.amount is None or cart.amount == totals.amount
