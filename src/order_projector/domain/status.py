"""The status of an order after an event: one pure function for each kind of event.

Amounts are in the smallest currency unit; ``kept`` is the money paid less the money refunded,
``total`` the order's ``total_amount``, None while it is unknown.
"""

from enum import StrEnum


class Status(StrEnum):
    """The states of an order."""

    CREATED = "CREATED"
    PROCESSING = "PROCESSING"
    PAID = "PAID"
    CANCELED = "CANCELED"
    FULFILLED = "FULFILLED"


class PaymentType(StrEnum):
    """The type of a payment event (a refund is a fact of its own)."""

    AUTHORIZED = "authorized"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


_OPEN = (Status.CREATED, Status.PROCESSING)


def after_rollback(status: Status, remaining: int) -> Status:
    """Return the status after a rollback that states none: canceled if no redemption remains."""
    return status if remaining else Status.CANCELED


def after_payment(status: Status, kind: PaymentType, kept: int, total: int | None) -> Status:
    """Return the status after an authorized, succeeded, failed or canceled payment."""
    match kind:
        case PaymentType.AUTHORIZED if status is Status.CREATED:
            return Status.PROCESSING
        case PaymentType.SUCCEEDED if total is not None and kept >= total:
            return Status.PAID if status in (*_OPEN, Status.CANCELED) else status
        case PaymentType.SUCCEEDED if status is Status.CREATED:
            return Status.PROCESSING
        case PaymentType.CANCELED if kept <= 0 and status in _OPEN:
            return Status.CANCELED
        case _:
            return status


def after_refund(status: Status, kept: int) -> Status:
    """Return the status after a refund: canceled once no money is kept."""
    return status if kept > 0 else Status.CANCELED


def settled(status: Status, kept: int, total: int | None) -> Status:
    """Return the status for these sums: an open order is paid once the money covers its total."""
    if status in _OPEN and total is not None and kept >= total:
        return Status.PAID
    return status
