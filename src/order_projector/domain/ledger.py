"""The ledger: every unit and every cent of an order, attributed to the events that changed them.

The ledger is not stored. It is derived from the facts by the same fold as the order itself,
observed after every transition, so that it cannot disagree with how the order was computed. Money
is in the smallest currency unit.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from order_projector.domain.arithmetic import Working
from order_projector.domain.order import OrderState

CARRIED: Final = "carried from before"
"""The rule of the lines that no known redemption brings."""


class Account(StrEnum):
    """The account of a ledger line: amount, discount, or the part of the discounts that is capped.

    Item discounts can exceed an order's stated amount; the excess takes nothing off.
    """

    AMOUNT = "amount"
    DISCOUNT = "discount"
    CAPPED = "capped discount"


@dataclass(frozen=True, slots=True)
class RunningTotals:
    """The order's totals after a ledger line."""

    amount: int
    discount: int
    total: int

    @classmethod
    def of(cls, amount: int, discount: int) -> "RunningTotals":
        """Return the totals of an amount and its discounts."""
        return cls(amount, discount, max(0, amount - discount))

    def after(self, account: Account, cents: int) -> "RunningTotals":
        """Return the totals after a change of one account."""
        amount = self.amount + (cents if account is Account.AMOUNT else 0)
        return RunningTotals.of(amount, self.discount + discounted(account, cents))


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One change of one account. ``item`` names the line, None at the order level.

    ``quantity`` (units, only on lines for an item's amount) and ``cents`` are changes, negative for
    a decrease. ``name`` is that of the item's product; ``workings`` say how the cents came about.
    """

    event_id: str
    redemption_id: str | None
    rule: str
    account: Account
    item: str | None
    quantity: int
    cents: int
    running: RunningTotals
    name: str | None = None
    workings: tuple[Working, ...] = ()
    product_id: str | None = None
    sku_id: str | None = None


def discounted(account: Account, cents: int) -> int:
    """Return the effect of a ledger line of that account on the order's discounts."""
    match account:
        case Account.AMOUNT:
            return 0
        case Account.DISCOUNT:
            return cents
        case Account.CAPPED:
            return -cents


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """The sum of one account's ledger lines, and the order's own figure."""

    account: str
    summed: int
    stated: int

    @property
    def holds(self) -> bool:
        """Whether the two are equal."""
        return self.summed == self.stated


def check_accounts(lines: Iterable[LedgerLine], order: OrderState) -> tuple[AccountCheck, ...]:
    """Sum up the ledger by account and pair each sum with the order's own figure."""
    summed: Counter[tuple[Account, bool]] = Counter()
    units = 0
    for line in lines:
        summed[line.account, line.item is not None] += line.cents
        units += line.quantity
    amount = summed[Account.AMOUNT, True] + summed[Account.AMOUNT, False]
    of_order = summed[Account.DISCOUNT, False]
    of_items = summed[Account.DISCOUNT, True] - summed[Account.CAPPED, False]
    cart = order.cart
    return (
        AccountCheck("units", units, sum(entry.quantity for entry in cart.lines)),
        AccountCheck("amount", amount, cart.amount or 0),
        AccountCheck("items_discount_amount", of_items, cart.items_discount_amount),
        AccountCheck("discount_amount", of_order, cart.discount_amount),
        AccountCheck("total_amount", max(0, amount - of_order - of_items), cart.total_amount or 0),
    )
