"""The ledger: every unit and every cent of an order, attributed to the events that changed them.

The ledger is not stored. It is derived from the facts by the same fold as the order itself,
observed after every transition, so that it cannot disagree with how the order was computed. Money
is in the smallest currency unit.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from order_projector.domain.cart import Cart
from order_projector.domain.lines import CartLine
from order_projector.domain.order import OrderState
from order_projector.domain.transitions import (
    DetailsUpdated,
    DiscountApplied,
    DiscountCarried,
    DiscountReverted,
    PaymentRecorded,
    Transition,
)

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
        return RunningTotals.of(amount, self.discount + _discounted(account, cents))


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One change of one account. ``item`` names the line, None at the order level.

    ``quantity`` (units, only on lines for an item's amount) and ``cents`` are changes, negative for
    a decrease.
    """

    event_id: str
    redemption_id: str | None
    rule: str
    account: Account
    item: str | None
    quantity: int
    cents: int
    running: RunningTotals


@dataclass(frozen=True, slots=True)
class LineBalance:
    """The quantity, amount and discount of one line of the cart."""

    quantity: int
    amount: int
    discount: int


_EMPTY = LineBalance(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Balance:
    """A cart at one moment: its lines by label, and the order-level amount and discount.

    ``capped`` is the excess of the lines' discounts over the order's amount.
    """

    lines: Mapping[str, LineBalance]
    amount: int
    discount: int
    capped: int = 0

    def running(self) -> RunningTotals:
        """Return the totals at this moment."""
        amount = self.amount + sum(entry.amount for entry in self.lines.values())
        discount = self.discount + sum(entry.discount for entry in self.lines.values())
        return RunningTotals.of(amount, discount - self.capped)


NOTHING = Balance({}, 0, 0)


def balance(cart: Cart) -> Balance:
    """Return the balance of a cart, line by line."""
    labels = _labels(map(_name, cart.lines))
    lines = {label: _entry(entry) for label, entry in zip(labels, cart.lines, strict=True)}
    rest = (cart.amount or 0) - sum(entry.amount for entry in lines.values())
    discounts = sum(entry.discount for entry in lines.values())
    return Balance(lines, rest, cart.discount_amount, discounts - cart.items_discount_amount)


def _entry(entry: CartLine) -> LineBalance:
    return LineBalance(entry.quantity, entry.amount or 0, entry.discount_amount)


def _name(entry: CartLine) -> str:
    line = entry.line
    catalogue = line.sku or line.product or {}
    names = (line.sku_id, line.product_id, line.source_id, catalogue.get("id"))
    return next((name for name in names if name), "item")


def _labels(names: Iterable[str]) -> Iterator[str]:
    """Make the names unique by numbering repeats; a product may itself be named ``mug #2``."""
    labels: set[str] = set()
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        label = name if seen[name] == 1 else f"{name} #{seen[name]}"
        while label in labels:
            seen[name] += 1
            label = f"{name} #{seen[name]}"
        labels.add(label)
        yield label


def posted(transition: Transition, before: Balance, after: Balance) -> Iterator[LedgerLine]:
    """Yield the ledger lines of one transition: the differences between the two balances."""
    event_id, redemption_id, rule = _cause(transition)
    running = before.running()

    def line(account: Account, item: str | None, quantity: int, cents: int) -> LedgerLine:
        nonlocal running
        running = running.after(account, cents)
        return LedgerLine(event_id, redemption_id, rule, account, item, quantity, cents, running)

    for name in {**before.lines, **after.lines}:
        old, new = before.lines.get(name, _EMPTY), after.lines.get(name, _EMPTY)
        if (new.quantity, new.amount) != (old.quantity, old.amount):
            units, cents = new.quantity - old.quantity, new.amount - old.amount
            yield line(Account.AMOUNT, name, units, cents)
        if new.discount != old.discount:
            yield line(Account.DISCOUNT, name, 0, new.discount - old.discount)
    if after.amount != before.amount:
        yield line(Account.AMOUNT, None, 0, after.amount - before.amount)
    if after.discount != before.discount:
        yield line(Account.DISCOUNT, None, 0, after.discount - before.discount)
    if after.capped != before.capped:
        yield line(Account.CAPPED, None, 0, after.capped - before.capped)


def _discounted(account: Account, cents: int) -> int:
    """Return the effect of a ledger line of that account on the order's discounts."""
    match account:
        case Account.AMOUNT:
            return 0
        case Account.DISCOUNT:
            return cents
        case Account.CAPPED:
            return -cents


def _cause(transition: Transition) -> tuple[str, str | None, str]:
    match transition:
        case DetailsUpdated(fact=fact):
            return fact.event.id, None, "the cart"
        case DiscountApplied(fact=fact, contributed=contributed):
            return fact.event.id, fact.id, contributed.rule
        case DiscountReverted(rollback=rollback, redemption=redemption):
            return rollback.event.id, redemption, "rolled back"
        case DiscountCarried(fact=fact):
            return fact.event.id, None, CARRIED
        case PaymentRecorded(fact=fact):
            return fact.event.id, None, "payment"


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
