"""What an order learns from the details of one event: its registers, its cart, what is carried."""

from dataclasses import dataclass
from typing import Final

from order_projector.domain import carried
from order_projector.domain.cart import Cart, Contribution
from order_projector.domain.contribution import calculated
from order_projector.domain.details import CalculatedDiscount, EventDetails
from order_projector.domain.facts import Redemption, Rollback, Snapshot, Stack
from order_projector.domain.noticing import notice_applied, notice_carried_bound, notice_totals
from order_projector.domain.order import OrderState
from order_projector.domain.quantities import (
    NO_UNITS,
    Own,
    Split,
    of_no_redemption,
    restate,
    stored_lines,
)
from order_projector.domain.transitions import (
    DetailsUpdated,
    DiscountApplied,
    DiscountCarried,
    Observer,
    Transition,
)

NOTHING: Final = Contribution()


@dataclass(frozen=True, slots=True)
class IncomingDetails:
    """The details of one order in an event, and how they are to be taken.

    ``discount`` is set if the order is calculated and says what the redemption ``redemption``
    applied; ``applies`` is false if that was rolled back before. ``own`` returns the units of a
    line that the event adds: those of the redemption, even if another order states its discount.
    ``restates`` is false if a calculated order leaves what is carried as it is. ``about`` is the
    redemption that the event is about.
    """

    fact: Redemption | Stack | Rollback | Snapshot
    details: EventDetails
    about: str | None = None
    redemption: str = ""
    discount: CalculatedDiscount | None = None
    own: Own = of_no_redemption
    applies: bool = True
    restates: bool = True


def take_in(
    order: OrderState, incoming: IncomingDetails, observer: Observer | None
) -> Contribution:
    """Overwrite each detail that is given; return what the redemption itself applied.

    A calculated order restates what is carried, after its own discount is applied. Only then are
    lines removed that nothing brings any more, so that the event's lines keep their places.
    """
    fact, cart = incoming.fact, order.cart
    restates = incoming.restates and incoming.details.totals is not None
    if restates and order.carried:
        carried.withdraw(order)
        _report(observer, DiscountCarried(fact))
    details = stored_lines(cart, incoming.details)
    register(order, details)
    split = update_cart(cart, details, incoming.own)
    notice_totals(order, fact, details)
    done: Transition = DetailsUpdated(fact, details)
    applied = NOTHING
    if incoming.discount and incoming.applies and isinstance(fact, Redemption | Stack):
        _report(observer, done)
        contributed = calculated(incoming.discount, split.own, cart)
        applied = cart.apply(contributed.contribution, incoming.redemption)
        notice_applied(order, fact, contributed)
        done = DiscountApplied(fact, contributed)
    if restates:
        _report(observer, done)
        is_bounded = carried.restate(order, details, split.carried, (fact.event.id, incoming.about))
        if is_bounded and incoming.about and not isinstance(fact, Rollback):
            notice_carried_bound(order, fact.event.id, incoming.about)
        done = DiscountCarried(fact)
    cart.remove_orphans()
    _report(observer, done)
    return applied


def _report(observer: Observer | None, transition: Transition) -> None:
    if observer:
        observer(transition)


def register(order: OrderState, details: EventDetails) -> None:
    """Overwrite each of the order's own details that an event gives, apart from the cart."""
    if details.source_id is not None:
        order.source_id = details.source_id
    if details.metadata is not None:
        order.metadata = details.metadata
    if details.customer_id is not None:
        order.customer_id = details.customer_id
    if details.customer_source_id is not None:
        order.customer_source_id = details.customer_source_id
    if details.referrer_id is not None:
        order.referrer_id = details.referrer_id
    if details.referrer_source_id is not None:
        order.referrer_source_id = details.referrer_source_id


def update_cart(cart: Cart, details: EventDetails, own: Own) -> Split:
    """Overwrite the amount and the lines that an event gives; return how their units are split."""
    if details.amount is not None:
        if details.items is None and details.totals is not None:
            cart.take_whole(details.amount)
        else:
            cart.stated_amount = details.amount
            if details.items is None:
                cart.correct(details.amount)
    elif details.totals is not None and cart.amount is None:
        cart.stated_amount = details.totals.total_amount
    if details.items is None:
        return NO_UNITS
    cart.discrepancy = details.discrepancy
    cart.lists_amounts = details.has_amounts
    return restate(cart, details, own)
