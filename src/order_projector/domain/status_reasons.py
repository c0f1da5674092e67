"""Why an order's status is what it is after a step, derived from the order before and after it."""

from dataclasses import dataclass
from enum import StrEnum

from order_projector.domain import status as rules
from order_projector.domain.facts import Payment, Redemption, Refund, Snapshot
from order_projector.domain.order import OrderState
from order_projector.domain.status import PaymentType, Status
from order_projector.domain.timeline import FactStep, RedemptionStep, RollbackStep, Step


class Why(StrEnum):
    """What decides about the status in one step."""

    BEGINS = "begins"
    STATED = "stated"
    EVENT_TYPE = "event_type"
    AUTHORIZED = "authorized"
    COVERED = "covered"
    NOT_COVERED = "not_covered"
    SETTLED = "settled"
    FAILED = "failed"
    BOUNCED = "bounced"
    PAYMENT_CANCELED = "payment_canceled"
    REFUNDED = "refunded"
    REFUNDED_WHOLLY = "refunded_wholly"
    NOTHING_KEPT_BEFORE = "nothing_kept_before"
    REDEMPTIONS_REMAIN = "redemptions_remain"
    NOTHING_REMAINS = "nothing_remains"
    DISCOUNTS_KEPT = "discounts_kept"
    UNDOES_NOTHING = "undoes_nothing"


@dataclass(frozen=True, slots=True)
class Moment:
    """What decides about the status, at one moment: the status itself and the money kept."""

    status: Status
    kept: int
    is_first: bool

    @classmethod
    def of(cls, order: OrderState) -> "Moment":
        """Return the moment at which the order is."""
        return cls(order.status, order.payments.kept, not order.events)


@dataclass(frozen=True, slots=True)
class StatusReason:
    """The status before and after a step (``before`` None at first), and what decided about it.

    ``kept``, ``total`` and ``remaining`` are the money kept, the order's total and the number of
    redemptions in force after the step.
    """

    why: Why
    before: Status | None
    after: Status
    kept: int
    total: int | None
    remaining: int


def status_reason(step: Step, before: Moment, order: OrderState) -> StatusReason | None:
    """Return why the step changed or confirmed the status; None if it does not bear on it."""
    status, why = _by_itself(step, before, order)
    if order.status is not status:
        why = Why.SETTLED
    if why is None:
        if not before.is_first:
            return None
        why = Why.BEGINS
    return StatusReason(
        why,
        None if before.is_first else before.status,
        order.status,
        order.payments.kept,
        order.cart.total_amount,
        order.remaining,
    )


def _by_itself(  # noqa: PLR0911
    step: Step, before: Moment, order: OrderState
) -> tuple[Status, Why | None]:
    """Return the status after the step before the money is compared with a changed total."""
    match step:
        case RedemptionStep():
            return _as_stated(None if step.id in order.rollbacks else _stated(step), before)
        case RollbackStep():
            return _rolled_back(step, before, order)
        case FactStep(fact=Payment() as payment):
            return _paid(payment, before, order)
        case FactStep(fact=Refund()):
            return _refunded(before, order)
        case FactStep(fact=Snapshot(becomes=Status() as becomes)):
            return becomes, Why.EVENT_TYPE
        case FactStep(fact=Snapshot(details=details)):
            return _as_stated(details.status, before)
        case FactStep():
            return before.status, None


def _as_stated(stated: Status | None, before: Moment) -> tuple[Status, Why | None]:
    return (stated, Why.STATED) if stated else (before.status, None)


def _stated(step: RedemptionStep) -> Status | None:
    stated = None
    for fact in step.facts():
        stated = fact.details.status or stated
        if isinstance(fact, Redemption) and fact.afterwards:
            stated = fact.afterwards.status or stated
    return stated


def _rolled_back(
    step: RollbackStep, before: Moment, order: OrderState
) -> tuple[Status, Why | None]:
    if stated := step.rollback.details.status:
        return stated, Why.STATED
    if step.head is not None or order.rollbacks.get(step.redemption) is not step.rollback:
        return before.status, Why.UNDOES_NOTHING
    if step.redemption in order.applied:
        return before.status, Why.DISCOUNTS_KEPT
    status = rules.after_rollback(before.status, order.remaining)
    return status, Why.REDEMPTIONS_REMAIN if order.remaining else Why.NOTHING_REMAINS


def _paid(payment: Payment, before: Moment, order: OrderState) -> tuple[Status, Why]:
    kept, total = order.payments.kept, order.cart.total_amount
    bounced = order.payments.has_bounced(payment)
    status = rules.after_payment(before.status, payment.type, kept, total, bounced=bounced)
    match payment.type:
        case PaymentType.AUTHORIZED:
            return status, Why.AUTHORIZED
        case PaymentType.SUCCEEDED:
            covers = total is not None and kept >= total
            return status, Why.COVERED if covers else Why.NOT_COVERED
        case PaymentType.FAILED:
            return status, Why.BOUNCED if bounced else Why.FAILED
        case PaymentType.CANCELED:
            return status, Why.PAYMENT_CANCELED


def _refunded(before: Moment, order: OrderState) -> tuple[Status, Why]:
    kept = order.payments.kept
    status = rules.after_refund(before.status, before.kept, kept)
    if not before.kept:
        return status, Why.NOTHING_KEPT_BEFORE
    return status, Why.REFUNDED if kept else Why.REFUNDED_WHOLLY
