"""Posting: the ledger lines of one transition, from the balances before and after it."""

from collections.abc import Iterator

from order_projector.domain.arithmetic import Units, Working
from order_projector.domain.balances import EMPTY, Balance, Labelled, LineBalance
from order_projector.domain.ledger import CARRIED, Account, LedgerLine
from order_projector.domain.transitions import (
    DetailsUpdated,
    DiscountApplied,
    DiscountCarried,
    DiscountPriced,
    DiscountReverted,
    PaymentRecorded,
    Transition,
)

_Change = tuple[Account, str | None, int, int]


def posted(
    transition: Transition, before: Balance, after: Balance, workings: Labelled
) -> Iterator[LedgerLine]:
    """Yield the ledger lines of one transition: the differences between the two balances.

    `workings` say how its discounts came about.
    """
    event_id, redemption_id, rule = _cause(transition)
    running = before.running()
    for account, item, quantity, cents in _changes(before, after):
        running = running.after(account, cents)
        entry = EMPTY if item is None else after.lines.get(item) or before.lines[item]
        how = workings.get(item, ()) if account is Account.DISCOUNT else ()
        yield LedgerLine(
            event_id,
            redemption_id,
            rule,
            account,
            item,
            quantity,
            cents,
            running,
            entry.name,
            how or _cost(entry, account, quantity, cents),
            entry.product_id,
            entry.sku_id,
        )


def _changes(before: Balance, after: Balance) -> Iterator[_Change]:
    """Yield each account that changed, its line, and the change in units and in cents."""
    for name in {**before.lines, **after.lines}:
        old, new = before.lines.get(name, EMPTY), after.lines.get(name, EMPTY)
        if (new.quantity, new.amount) != (old.quantity, old.amount):
            yield Account.AMOUNT, name, new.quantity - old.quantity, new.amount - old.amount
        if new.discount != old.discount:
            yield Account.DISCOUNT, name, 0, new.discount - old.discount
    if after.amount != before.amount:
        yield Account.AMOUNT, None, 0, after.amount - before.amount
    if after.discount != before.discount:
        yield Account.DISCOUNT, None, 0, after.discount - before.discount
    if after.capped != before.capped:
        yield Account.CAPPED, None, 0, after.capped - before.capped


def _cost(entry: LineBalance, account: Account, quantity: int, cents: int) -> tuple[Working, ...]:
    """Return how the cost of units that came came about, if each of them has the line's price."""
    price = entry.price
    if account is Account.AMOUNT and quantity > 0 and price and cents == quantity * price:
        return (Working(None, Units(quantity, cents, price), cents),)
    return ()


def _cause(transition: Transition) -> tuple[str, str | None, str]:
    match transition:
        case DetailsUpdated(fact=fact):
            return fact.event.id, None, "the cart"
        case DiscountPriced(fact=fact, contributed=contributed):
            return fact.event.id, fact.id, contributed.rule
        case DiscountApplied(fact=fact, contributed=contributed):
            return fact.event.id, fact.id, contributed.rule
        case DiscountReverted(rollback=rollback, redemption=redemption):
            return rollback.event.id, redemption, "rolled back"
        case DiscountCarried(fact=fact):
            return fact.event.id, None, CARRIED
        case PaymentRecorded(fact=fact):
            return fact.event.id, None, "payment"
