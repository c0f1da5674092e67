"""What is said about an order, its status and its money, in one sentence each."""

from collections.abc import Sequence
from typing import Final

from order_projector.domain.currency import Currency
from order_projector.domain.differences import Difference
from order_projector.domain.explanation import Explanation
from order_projector.domain.flags import Flag
from order_projector.domain.money_paid import MoneyPaid
from order_projector.domain.status_reasons import StatusReason, Why

_ALWAYS: Final = {
    Why.BEGINS: "an order begins so",
    Why.STATED: "the event states it",
    Why.EVENT_TYPE: "the type of the event says so",
    Why.AUTHORIZED: "a payment was authorized",
    Why.FAILED: "the payment had taken nothing when it failed",
    Why.NOTHING_KEPT_BEFORE: "no money was kept that the refund could return",
    Why.REFUNDED_WHOLLY: "the refund leaves nothing of the money kept",
    Why.NOTHING_REMAINS: "after the rollback, no redemption remains in force",
    Why.DISCOUNTS_KEPT: "the rollback keeps the discounts",
    Why.UNDOES_NOTHING: "the rollback undoes nothing",
}


def status_sentence(reason: StatusReason, currency: Currency) -> str:
    """Say what the status became, or stays, and why."""
    before, after = reason.before, reason.after
    if before is None:
        change: str = after
    else:
        change = f"stays {after}" if before is after else f"{before} -> {after}"
    return f"status {change}: {_ALWAYS.get(reason.why) or _why(reason, currency)}"


def _why(reason: StatusReason, currency: Currency) -> str:
    kept = f"{currency.full(reason.kept)} is kept"
    match reason.why:
        case Why.REFUNDED:
            return f"after the refund, {kept}"
        case Why.PAYMENT_CANCELED:
            return f"a payment was canceled, and {kept}"
        case Why.REDEMPTIONS_REMAIN:
            return f"after the rollback, redemptions remain in force ({reason.remaining})"
        case Why.BOUNCED:
            kept = f"a payment that had succeeded failed, and {kept}"
    if reason.total is None:
        return f"{kept}, and the total is not known"
    verb = "covers" if reason.kept >= reason.total else "does not cover"
    return f"{kept} and {verb} the total of {currency.full(reason.total)}"


def flag_sentence(flag: Flag) -> str:
    """Say what a flag is about, and its message."""
    about = f" of {flag.about}" if flag.about else ""
    return f"{flag.code}{about}: {flag.message}"


def kept_sentence(money: MoneyPaid) -> str:
    """Say how much money is kept of how much that is to be paid."""
    kept = money.currency.full(money.kept)
    if money.total is None:
        return f"{kept} is kept; the total is not known."
    total = money.currency.full(money.total)
    rest = money.total - money.kept
    if rest == 0:
        return f"{kept} is kept: the total, neither more nor less."
    side = f"{money.currency.full(abs(rest))} {'less' if rest > 0 else 'more'}"
    return f"{kept} is kept of a total of {total}: {side}."


def verdict_sentence(explanation: Explanation, drift: Sequence[Difference]) -> str:
    """Say whether the ledger sums up to the order, and whether the stored one is what it makes."""
    if not explanation.holds:
        return "NOT proven: the ledger does not sum up to the order."
    if drift:
        return f"NOT proven: the stored order differs from its facts in {len(drift)} places."
    return "Proven: every unit and every cent of the order is accounted for."
