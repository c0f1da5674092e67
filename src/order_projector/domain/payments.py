"""The payments of an order: the state of each, and the money kept (paid less refunded)."""

from dataclasses import dataclass, field

from order_projector.domain.facts import Payment, Refund
from order_projector.domain.limits import LARGEST_AMOUNT
from order_projector.domain.status import PaymentType

_STATUS = {
    PaymentType.AUTHORIZED: "AUTHORIZED",
    PaymentType.SUCCEEDED: "SUCCEEDED",
    PaymentType.FAILED: "FAILED",
    PaymentType.CANCELED: "CANCELED",
}


@dataclass(slots=True)
class PaymentState:
    """The state of one payment; each member comes from the latest event that carries it.

    A payment that is known only from a refund must have succeeded: no other can be refunded.
    """

    first_event_at: int
    date: int | None = None
    status: str = "SUCCEEDED"
    amount: int | None = None
    refunded_amount: int | None = None
    currency: str | None = None
    method: str | None = None

    def is_refunded(self) -> bool:
        """Whether the payment was refunded in full."""
        refunded = self.refunded_amount
        return refunded is not None and self.amount is not None and refunded >= self.amount


@dataclass(slots=True)
class Payments:
    """All payments of an order, by payment id. ``kept`` is money paid less money refunded."""

    by_id: dict[str, PaymentState] = field(default_factory=dict)
    kept: int = 0
    succeeded_once: bool = False

    def pay(self, payment: Payment) -> None:
        """Record an authorized, succeeded, failed or canceled payment."""
        state = self._state(payment.id, payment)
        if payment.amount is not None:
            state.amount = payment.amount
        state.status = _STATUS[payment.type]
        if payment.type is PaymentType.SUCCEEDED:
            self.kept += payment.amount or 0
            self.succeeded_once = True
            if state.is_refunded():  # by refunds that are earlier on the timeline
                state.status = "REFUNDED"

    def refund(self, refund: Refund) -> None:
        """Record a refund."""
        state = self._state(refund.payment_id, refund)
        if refund.payment_amount is not None:
            state.amount = refund.payment_amount
        state.refunded_amount = min((state.refunded_amount or 0) + refund.amount, LARGEST_AMOUNT)
        self.kept -= refund.amount
        if state.is_refunded():
            state.status = "REFUNDED"

    def _state(self, payment_id: str, fact: Payment | Refund) -> PaymentState:
        state = self.by_id.get(payment_id)
        if state is None:
            state = self.by_id[payment_id] = PaymentState(first_event_at=fact.event.created_at)
        if fact.date is not None:
            state.date = fact.date
        if fact.currency is not None:
            state.currency = fact.currency
        if fact.method is not None:
            state.method = fact.method
        return state
