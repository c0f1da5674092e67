"""The payments of an order, as the page shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from order_projector.api.page.text import MOST_ROWS, Time, name_of, served_time
from order_projector.domain.currency import Currency
from order_projector.domain.explanation import Explanation
from order_projector.domain.money_paid import MoneyPaid, PaymentPaid


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment: what it is for, and what it took, gave back and keeps, in the order's currency.

    ``note`` says why nothing of it counts.
    """

    id: str
    time: Time
    method: str
    status: str
    amount: str
    taken: str
    refunded: str
    kept: str
    note: str


@dataclass(frozen=True, slots=True)
class Payments:
    """The payments of an order; ``more`` are not shown."""

    rows: tuple[PaymentRow, ...]
    more: int
    kept: str


def payments_of(explanation: Explanation) -> Payments:
    """Return the payments of an order, as the order lists them."""
    money, served = explanation.money, explanation.order.get("payments", {})
    return Payments(
        tuple(_row(paid, served[paid.id], money) for paid in money.payments[:MOST_ROWS]),
        max(0, len(money.payments) - MOST_ROWS),
        money.currency.plain(money.kept),
    )


def _row(paid: PaymentPaid, served: Mapping[str, Any], money: MoneyPaid) -> PaymentRow:
    own = Currency.of(paid.currency) if paid.currency else money.currency
    plain = money.currency.plain
    return PaymentRow(
        id=name_of(paid.id),
        time=served_time(served["date"]),
        method=name_of(served.get("method", "")),
        status=paid.status,
        amount=own.named(served["amount"]) if "amount" in served else "",
        taken=plain(paid.taken),
        refunded=plain(paid.refunded) if paid.refunded else "",
        kept=plain(paid.kept),
        note="" if own == money.currency else "not counted: in another currency",
    )
