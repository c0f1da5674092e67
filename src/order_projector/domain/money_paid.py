"""The money of an order: what each payment took and keeps, and the total to be paid."""

from collections.abc import Iterator
from dataclasses import dataclass

from order_projector.domain.currency import Currency, currency_of
from order_projector.domain.order import OrderState
from order_projector.domain.payments import PaymentState


@dataclass(frozen=True, slots=True)
class PaymentPaid:
    """One payment: what it took, what of it was given back, and what it keeps.

    They are counted in the order's currency: all are 0 for a payment in another. ``kept`` is what
    the payment adds to the money kept.
    """

    id: str
    status: str
    taken: int
    refunded: int
    kept: int
    currency: str | None


@dataclass(frozen=True, slots=True)
class MoneyPaid:
    """The money kept, the total that it should cover, and the payments, as the order lists them."""

    currency: Currency
    kept: int
    total: int | None
    payments: tuple[PaymentPaid, ...]


def money_paid(order: OrderState) -> MoneyPaid:
    """Return the money of an order."""
    payments = order.payments
    return MoneyPaid(
        currency_of(payments),
        payments.kept,
        order.cart.total_amount,
        tuple(_paid(order.payments.by_id)),
    )


def _paid(states: dict[str, PaymentState]) -> Iterator[PaymentPaid]:
    for name, state in states.items():
        taken, returned = state.taken.amount, state.returned
        yield PaymentPaid(name, state.status, taken, returned, state.kept, state.currency)
