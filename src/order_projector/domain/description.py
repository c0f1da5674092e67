"""One-line, human-readable descriptions of timeline steps."""

from collections.abc import Iterable, Iterator
from typing import Final

from order_projector.domain.facts import Capture, Payment, Redemption, Refund, Void
from order_projector.domain.redeemables import Discount, DiscountTarget, Gift, Points
from order_projector.domain.timeline import FactStep, RedemptionStep, RollbackStep, Step

_MOST_NAMES: Final = 3


def describe_step(step: Step) -> str:
    """Describe what happened in the step, on one line."""
    match step:
        case RedemptionStep():
            return _redeemed(step)
        case RollbackStep(head=str() as head):
            child = f"rollback {step.rollback.id} of {step.redemption}"
            return f"{child}, a child of {head}, which undoes nothing by itself"
        case RollbackStep():
            return f"rollback {step.rollback.id} of {step.redemption}"
        case FactStep():
            return _single_fact(step)


def _redeemed(step: RedemptionStep) -> str:
    children = ", ".join(f"{child.id}{_of(child)}" for child in step.children)
    if step.stacked:
        return f"stack {step.id} of {len(step.stacked)}: {children or 'none seen yet'}"
    return f"redemption {children}"


def _single_fact(step: FactStep) -> str:
    match step.fact:
        case Payment(capture=Capture() as capture) as payment:
            money = f"{capture.amount} {payment.currency or ''}".rstrip()
            return f"payment {payment.id} {payment.type}: {money} by capture {capture.id}"
        case Payment() as payment:
            money = "" if payment.amount is None else f": {payment.amount} {payment.currency or ''}"
            return f"payment {payment.id} {payment.type}{money.rstrip()}"
        case Refund() as refund:
            return f"refund {refund.id} of {refund.amount} from payment {refund.payment_id}"
        case Void(voids=voids):
            return f"takes back what {voids} said"
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
            parts = (discount.type, *values, discount.effect, *_within(discount))
            return " ".join(str(part) for part in parts if part is not None)
        case Gift(worth=credits):
            return f"gift credits {credits}"
        case Points(points=points, coin=coin):
            rate = f", {coin.exchange_ratio} for {coin.points_ratio}" if coin else ""
            return f"loyalty points {points}{rate}"
        case None:
            return "no discount definition"


def _within(discount: Discount) -> Iterator[str]:
    """Describe what restricts a discount: its products and its limits."""
    if discount.applicable_to is not None:
        yield f"on {_names(discount.applicable_to) or 'nothing'}"
    if discount.inapplicable_to:
        yield f"not on {_names(discount.inapplicable_to)}"
    if discount.amount_limit is not None:
        yield f"up to {discount.amount_limit}"
    if discount.aggregated_amount_limit is not None:
        yield f"up to {discount.aggregated_amount_limit} in all"


def _names(targets: Iterable[DiscountTarget]) -> str:
    named = [_name(target) for target in targets]
    more = len(named) - _MOST_NAMES
    return ", ".join(named[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _name(target: DiscountTarget) -> str:
    name = target.id or target.source_id or "something"
    price = None if target.price is None else f"for {target.price}"
    limits = (
        (target.quantity_limit, "units a line"),
        (target.aggregated_quantity_limit, "units"),
        (target.amount_limit, "a line"),
        (target.aggregated_amount_limit, "in all"),
    )
    bounds = (f"up to {limit} {what}" for limit, what in limits if limit is not None)
    return " ".join(filter(None, (name, price, *bounds)))
