"""One-line, human-readable descriptions of timeline steps, with amounts in a currency."""

from collections.abc import Iterable, Iterator
from typing import Final

from order_projector.domain.currency import Currency
from order_projector.domain.facts import Capture, Payment, Redemption, Refund, Void
from order_projector.domain.redeemables import Discount, DiscountTarget, Gift, Points
from order_projector.domain.timeline import FactStep, RedemptionStep, RollbackStep, Step

_MOST_NAMES: Final = 3


def describe_step(step: Step, currency: Currency) -> str:
    """Describe what happened in the step, on one line; amounts are in the order's currency."""
    match step:
        case RedemptionStep():
            return _redeemed(step, currency)
        case RollbackStep(head=str() as head):
            child = f"rollback {step.rollback.id} of {step.redemption}"
            return f"{child}, a child of {head}, which undoes nothing by itself"
        case RollbackStep():
            return f"rollback {step.rollback.id} of {step.redemption}"
        case FactStep():
            return _single_fact(step, currency)


def _redeemed(step: RedemptionStep, currency: Currency) -> str:
    children = ", ".join(f"{child.id}{_of(child, currency)}" for child in step.children)
    if step.stacked:
        return f"stack {step.id} of {len(step.stacked)}: {children or 'none seen yet'}"
    return f"redemption {children}"


def _single_fact(step: FactStep, currency: Currency) -> str:
    match step.fact:
        case Payment(capture=Capture() as capture) as payment:
            money = _own(payment, currency).full(capture.amount)
            return f"payment {payment.id} {payment.type}: {money} by capture {capture.id}"
        case Payment() as payment:
            own = _own(payment, currency)
            taken = "" if payment.amount is None else f": {own.full(payment.amount)}"
            return f"payment {payment.id} {payment.type}{taken}"
        case Refund() as refund:
            money = _own(refund, currency).full(refund.amount)
            return f"refund {refund.id} of {money} from payment {refund.payment_id}"
        case Void(voids=voids):
            return f"takes back what {voids} said"
        case snapshot:
            becomes = f", now {snapshot.becomes}" if snapshot.becomes else ""
            return f"the order's own details{becomes}"


def _own(fact: Payment | Refund, currency: Currency) -> Currency:
    """Return the currency that a fact names, else the order's."""
    return Currency.of(fact.currency) if fact.currency else currency


def _of(redemption: Redemption, currency: Currency) -> str:
    related = redemption.related
    what = f" of {related.type} {related.id}" if related else ""
    code = f", code {related.code}" if related and related.code else ""
    return f"{what}{code} ({_definition(redemption, currency)})"


def _definition(redemption: Redemption, currency: Currency) -> str:
    match redemption.redeemable:
        case Discount() as discount:
            values = (
                discount.percent_off and f"{discount.percent_off} %",
                _named(discount.amount_off, currency),
                _named(discount.fixed_amount, currency),
                *(f"{unit.unit_off} x {unit.unit_type}" for unit in discount.units),
            )
            parts = (discount.type, *values, discount.effect, *_within(discount, currency))
            return " ".join(part for part in parts if part is not None)
        case Gift(worth=credits):
            return f"gift credits {_named(credits, currency)}"
        case Points(points=points, coin=coin):
            rate = f", {coin.exchange_ratio} for {coin.points_ratio}" if coin else ""
            return f"loyalty points {points}{rate}"
        case None:
            return "no discount definition"


def _named(cents: int | None, currency: Currency) -> str | None:
    return None if cents is None else currency.named(cents)


def _within(discount: Discount, currency: Currency) -> Iterator[str]:
    """Describe what restricts a discount: its products and its limits."""
    if discount.applicable_to is not None:
        yield f"on {_names(discount.applicable_to, currency) or 'nothing'}"
    if discount.inapplicable_to:
        yield f"not on {_names(discount.inapplicable_to, currency)}"
    if discount.amount_limit is not None:
        yield f"up to {currency.named(discount.amount_limit)}"
    if discount.aggregated_amount_limit is not None:
        yield f"up to {currency.named(discount.aggregated_amount_limit)} in all"


def _names(targets: Iterable[DiscountTarget], currency: Currency) -> str:
    named = [_name(target, currency) for target in targets]
    more = len(named) - _MOST_NAMES
    return ", ".join(named[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _name(target: DiscountTarget, currency: Currency) -> str:
    name = target.id or target.source_id or "something"
    price = None if target.price is None else f"for {currency.named(target.price)}"
    limits = (
        (target.quantity_limit, str, "units a line"),
        (target.aggregated_quantity_limit, str, "units"),
        (target.amount_limit, currency.named, "a line"),
        (target.aggregated_amount_limit, currency.named, "in all"),
    )
    bounds = (f"up to {write(limit)} {what}" for limit, write, what in limits if limit is not None)
    return " ".join(filter(None, (name, price, *bounds)))
