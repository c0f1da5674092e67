"""The steps of a timeline, performed one by one on an order's state.

A step is a series of elementary transitions; an observer can look at the order after each of them.
"""

from order_projector.domain import status as rules
from order_projector.domain.details import EventDetails
from order_projector.domain.facts import Payment, Redemption, Refund, Snapshot, Void
from order_projector.domain.learning import IncomingDetails, take_in
from order_projector.domain.order import OrderState
from order_projector.domain.redeeming import redeem
from order_projector.domain.rolling_back import roll_back
from order_projector.domain.timeline import FactStep, RedemptionStep, RollbackStep, Step
from order_projector.domain.transitions import Observer, PaymentRecorded


def take_step(order: OrderState, step: Step, observer: Observer | None = None) -> None:
    """Apply one step of the timeline, reporting each transition to `observer` after it is made."""
    # Any step can change the total, but only an order with a successful payment becomes paid by it.
    settles = order.payments.succeeded_once
    before = (order.payments.kept, order.cart.total_amount) if settles else None
    _note(order, step)
    match step:
        case RedemptionStep():
            redeem(order, step, observer)
        case RollbackStep():
            roll_back(order, step, observer)
        case FactStep(fact=Payment() as payment):
            _pay(order, payment)
            if observer:
                observer(PaymentRecorded(payment))
        case FactStep(fact=Refund() as refund):
            kept = order.payments.kept
            order.payments.refund(refund)
            order.status = rules.after_refund(order.status, kept, order.payments.kept)
            if observer:
                observer(PaymentRecorded(refund))
        case FactStep(fact=Snapshot() as snapshot):
            take_in(order, IncomingDetails(snapshot, snapshot.details), observer)
            order.status = snapshot.becomes or snapshot.details.status or order.status
    if before and before != (after := (order.payments.kept, order.cart.total_amount)):
        order.status = rules.settled(order.status, *after)


def _note(order: OrderState, step: Step) -> None:
    """Record the step's times and the events that carried it."""
    if order.first_at is None:
        order.first_at = step.at
    order.last_at = step.at
    for fact in step.facts():
        order.events[fact.event.id] = None
        match fact:
            case Payment() | Refund() | Void():
                pass
            case Redemption(afterwards=EventDetails() as afterwards):
                _note_times(order, fact.details)
                _note_times(order, afterwards)
            case _:
                _note_times(order, fact.details)


def _note_times(order: OrderState, details: EventDetails) -> None:
    created, updated = details.created_at, details.updated_at
    if created is not None:
        known = order.stated_created_at
        order.stated_created_at = created if known is None else min(created, known)
    if updated is not None:
        known = order.stated_updated_at
        order.stated_updated_at = updated if known is None else max(updated, known)


def _pay(order: OrderState, payment: Payment) -> None:
    payments, total = order.payments, order.cart.total_amount
    payments.pay(payment)
    bounced = payments.has_bounced(payment)
    order.status = rules.after_payment(
        order.status, payment.type, payments.kept, total, bounced=bounced
    )
