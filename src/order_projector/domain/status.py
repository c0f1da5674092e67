"""The status of an order after an event: one pure function for each kind of event.

Amounts are in the smallest currency unit; ``kept`` is the money kept after the event, ``total`` the
order's ``total_amount``, None while it is unknown.
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


def after_payment(
    status: Status, kind: PaymentType, kept: int, total: int | None, *, bounced: bool = False
) -> Status:
    """Return the status after an authorized, succeeded, failed or canceled payment.

    `bounced` says that the payment had succeeded before it failed.
    """
    match kind:
        case PaymentType.AUTHORIZED if status is Status.CREATED:
            return Status.PROCESSING
        case PaymentType.SUCCEEDED if _covers(kept, total):
            return Status.PAID if status in (*_OPEN, Status.CANCELED) else status
        case PaymentType.SUCCEEDED if status is Status.CREATED:
            return Status.PROCESSING
        case PaymentType.FAILED if bounced and status is Status.PAID and not _covers(kept, total):
            return Status.PROCESSING
        case PaymentType.CANCELED if not kept and status in _OPEN:
            return Status.CANCELED
        case _:
            return status


def after_refund(status: Status, before: int, kept: int) -> Status:
    """Return the status after a refund: canceled by one that leaves nothing of what was kept."""
    return Status.CANCELED if before and not kept else status


def settled(status: Status, kept: int, total: int | None) -> Status:
    """Return the status for these sums: an open order is paid once the money covers its total."""
    return Status.PAID if status in _OPEN and _covers(kept, total) else status


def _covers(kept: int, total: int | None) -> bool:
    return total is not None and kept >= total
