"""Orders calculated by their sender, whose amounts the worker takes over unchanged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from order_projector.testing.checks import Json, cents, identifier, made
from order_projector.testing.items import Item


@dataclass(frozen=True, slots=True)
class Calculated:
    """The discounts of one redemption as its sender calculated them, in cents."""

    order: int
    items: tuple[tuple[str, int], ...]
    before: int

    @property
    def total(self) -> int:
        """The order-level and item-level discounts together."""
        return self.order + sum(discount for _, discount in self.items)


def by_sender(
    order: int = 0, items: Mapping[str, int] | None = None, *, before: int = 0
) -> Calculated:
    """Return what the sender took off the order and off each of these items, in cents.

    Items are named by their product, SKU or source id; ``before`` is what earlier redemptions took
    off the order. Raises TypeError or ValueError naming what is wrong.
    """
    if items is not None and not isinstance(items, Mapping):
        raise TypeError(f"items: {items!r} should be a mapping of names to cents")
    taken = tuple(
        (identifier("items", name), cents(f"items[{name!r}]", discount))
        for name, discount in (items or {}).items()
    )
    return Calculated(cents("order", order), taken, cents("before", before))


def calculated_order(order: Json, items: Sequence[Item], taken: Calculated) -> Json:
    """Return the order with the amounts that its sender calculated.

    Raises ValueError if the order has neither items nor an amount, an item has no price, a
    discounted item is missing or named twice, or the discounts exceed the amount.
    """
    made("calculated", taken, Calculated, "by_sender()")
    amount = _amount(order, items)
    left = amount - taken.before - taken.total
    if left < 0:
        raise ValueError(f"calculated: {taken.before + taken.total} off an order of {amount}")
    sums = {
        "amount": amount,
        "discount_amount": taken.before + taken.order,
        "total_discount_amount": taken.before + taken.total,
        "total_amount": left,
        "applied_discount_amount": taken.order,
        "total_applied_discount_amount": taken.total,
    }
    calculated = order | {
        name: value for name, value in sums.items() if value or name == "total_amount"
    }
    return calculated | {"amount": amount} | _lines(items, dict(taken.items))


def _amount(order: Json, items: Sequence[Item]) -> int:
    if not items:
        if "amount" not in order:
            raise ValueError("calculated: the order needs items with prices, or an amount")
        return int(order["amount"])
    amounts = [line.amount for line in items]
    if None in amounts:
        raise ValueError("calculated: every item needs a price")
    return sum(amount for amount in amounts if amount is not None)


def _lines(items: Sequence[Item], taken: Mapping[str, int]) -> Json:
    lines, found = [], set[str]()
    for line in items:
        calculated = line.line | {"amount": line.amount}
        names = sorted(line.names & taken.keys() - found)
        if len(names) > 1:
            raise ValueError(f"calculated: {' and '.join(names)} name the same item")
        for name in names:
            found.add(name)
            calculated |= {"discount_amount": taken[name], "applied_discount_amount": taken[name]}
        lines.append(calculated)
    if missing := sorted(taken.keys() - found):
        raise ValueError(f"calculated: no item is called {', '.join(missing)}")
    return {"items": lines} if lines else {}
