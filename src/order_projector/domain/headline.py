"""What happened in one step of a timeline, in one line for people."""

from order_projector.domain.facts import Discount, Gift, Payment, Points, Redemption, Refund
from order_projector.domain.timeline import Redeemed, RolledBack, Step, Told


def headline(step: Step) -> str:
    """The step in one line."""
    match step:
        case Redeemed():
            return _redeemed(step)
        case RolledBack(rollback=None):
            return f"rollbacks of children of {step.redemption}, which undo nothing by themselves"
        case RolledBack(rollback=rollback):
            return f"rollback {rollback.id if rollback else ''} of {step.redemption}"
        case Told():
            return _told(step)


def _redeemed(step: Redeemed) -> str:
    children = ", ".join(f"{child.id}{_of(child)}" for child in step.children)
    if step.stacked:
        return f"stack {step.id} of {len(step.stacked)}: {children or 'none seen yet'}"
    return f"redemption {children}"


def _told(step: Told) -> str:
    match step.fact:
        case Payment() as payment:
            money = "" if payment.amount is None else f": {payment.amount} {payment.currency or ''}"
            return f"payment {payment.id} {payment.type}{money.rstrip()}"
        case Refund() as refund:
            return f"refund {refund.id} of {refund.amount} from payment {refund.payment_id}"
        case snapshot:
            becomes = f", now {snapshot.becomes}" if snapshot.becomes else ""
            return f"the order's own details{becomes}"


def _of(redemption: Redemption) -> str:
    related = redemption.related
    what = f" of {related.type} {related.id}" if related else ""
    return f"{what} ({_definition(redemption)})"


def _definition(redemption: Redemption) -> str:
    match redemption.redeemable:
        case Discount() as discount:
            values = (
                discount.percent_off and f"{discount.percent_off} %",
                discount.amount_off,
                discount.fixed_amount,
                *(f"{unit.unit_off} x {unit.unit_type}" for unit in discount.units),
            )
            parts = (discount.type, *values, discount.effect)
            return " ".join(str(part) for part in parts if part is not None)
        case Gift(credits=credits):
            return f"gift credits {credits}"
        case Points(points=points):
            return f"loyalty points {points}"
        case None:
            return "no discount definition"
