"""Payments and refunds: their shape, and the facts they carry."""

from typing import Self

from pydantic import model_validator

from order_projector.domain.facts import (
    EventStamp,
    Payment,
    Refund,
)
from order_projector.domain.status import PaymentType
from order_projector.events.fields import Id, Money, Text, Time, WireModel
from order_projector.events.order import Order, stack_lists
from order_projector.events.places import Fault
from order_projector.events.stacks import few_children


class PaymentIn(WireModel):
    """One payment."""

    id: Id
    order_id: Id | None = None
    amount: Money | None = None
    currency: Text | None = None
    date: Time | None = None
    method: Text | None = None


class RefundIn(WireModel):
    """One refund of a payment."""

    id: Id
    amount: Money
    date: Time | None = None


class PaymentData(WireModel):
    """``data`` of ``payment.*``."""

    payment: PaymentIn
    refund: RefundIn | None = None
    order: Order | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        few_children(stack_lists([(("order",), self.order)]))
        return self


def payment_fact(data: PaymentData, event: EventStamp, kind: PaymentType) -> Payment:
    """Return the fact of an authorized, succeeded, failed or canceled payment.

    Raises Fault if a required amount is missing or if the event has a refund.
    """
    payment = data.payment
    if data.refund is not None:
        raise Fault(("refund",), "only a payment.refunded event has one")
    if payment.amount is None and kind in (PaymentType.AUTHORIZED, PaymentType.SUCCEEDED):
        raise Fault(("payment", "amount"), "Field required")
    return Payment(
        id=payment.id,
        event=event,
        at=event.created_at if payment.date is None else payment.date,
        type=kind,
        amount=payment.amount,
        currency=payment.currency,
        method=payment.method,
        date=payment.date,
    )


def refund_fact(data: PaymentData, event: EventStamp) -> Refund:
    """Return the fact of a ``payment.refunded`` event. Raises Fault if a field is missing."""
    payment, refund = data.payment, data.refund
    if refund is None:
        raise Fault(("refund",), "Field required")
    if payment.amount is None:
        raise Fault(("payment", "amount"), "Field required")
    return Refund(
        id=refund.id,
        event=event,
        at=event.created_at if refund.date is None else refund.date,
        amount=refund.amount,
        payment_id=payment.id,
        payment_amount=payment.amount,
        currency=payment.currency,
        method=payment.method,
        date=payment.date,
    )
