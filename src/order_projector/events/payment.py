"""Payments and refunds: their shape, and the facts they carry."""

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from order_projector.domain.facts import Capture, EventStamp, Payment, Refund
from order_projector.domain.limits import MOST_ENTRIES
from order_projector.domain.status import PaymentType
from order_projector.events.fields import Entries, Id, Money, SourceName, Text, Time, WireModel
from order_projector.events.json_schema import instead
from order_projector.events.naming import Named, NamingObject, named
from order_projector.events.order import NamedOrder
from order_projector.events.places import Fault
from order_projector.events.stacks import CountedLists

_NO_CAPTURE: Final = "only a payment.succeeded event has one"


class PaymentIn(WireModel):
    """One payment."""

    id: Id
    order_id: Id | None = None
    order_source_id: SourceName | None = None
    amount: Money | None = None
    currency: Text | None = None
    date: Time | None = None
    method: Text | None = None


class CaptureIn(WireModel):
    """One part of a payment that is taken in several."""

    id: Id
    amount: Money
    date: Time | None = None


class RefundIn(WireModel):
    """One refund of a payment."""

    id: Id
    amount: Money
    date: Time | None = None


def _list(value: Any) -> Any:
    return value if isinstance(value, list) else None


class PaidOrder(NamedOrder):
    """The order that a payment is for: its names are read, and its lists are only counted."""

    items: Annotated[
        Entries[Any] | None, BeforeValidator(_list), instead({"maxItems": MOST_ENTRIES})
    ] = None
    redemptions: CountedLists = None


class PaymentData(WireModel):
    """``data`` of ``payment.*``."""

    payment: PaymentIn
    capture: CaptureIn | None = None
    refund: RefundIn | None = None
    order: PaidOrder | None = None

    def dates(self) -> Iterator[int | None]:
        """Yield the dates that the event itself gives."""
        yield self.payment.date
        yield self.capture.date if self.capture else None
        yield self.refund.date if self.refund else None


def paid_order(data: PaymentData) -> Named | None:
    """Return the paid order, named by `order`, else by the payment.

    Raises Fault if an empty source id would have to name it.
    """
    payment, order = data.payment, data.order
    objects = [
        NamingObject(payment.order_id, payment.order_source_id, ("payment", "order_source_id"))
    ]
    if order is not None:
        objects.insert(0, NamingObject(order.id, order.source_id, ("order", "source_id")))
    return named(objects)


def payment_fact(data: PaymentData, event: EventStamp, kind: PaymentType) -> Payment:
    """Return the fact of an authorized, succeeded, failed or canceled payment.

    Raises Fault if a required amount is missing, if the event has a refund, or if it has a capture
    and is not ``payment.succeeded``.
    """
    payment, capture = data.payment, data.capture
    if data.refund is not None:
        raise Fault(("refund",), "only a payment.refunded event has one")
    if capture is not None and kind is not PaymentType.SUCCEEDED:
        raise Fault(("capture",), _NO_CAPTURE)
    if payment.amount is None and kind in (PaymentType.AUTHORIZED, PaymentType.SUCCEEDED):
        raise Fault(("payment", "amount"), "Field required")
    own_date = capture.date if capture else payment.date
    return Payment(
        id=payment.id,
        event=event,
        at=event.created_at if own_date is None else own_date,
        type=kind,
        amount=payment.amount,
        currency=payment.currency,
        method=payment.method,
        date=payment.date,
        capture=Capture(capture.id, capture.amount) if capture else None,
    )


def refund_fact(data: PaymentData, event: EventStamp) -> Refund:
    """Return the fact of a ``payment.refunded`` event.

    Raises Fault if a field is missing, or if the event has a capture.
    """
    payment, refund = data.payment, data.refund
    if data.capture is not None:
        raise Fault(("capture",), _NO_CAPTURE)
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
