"""The balance of a cart at one moment, line by line, with a label for each line."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from order_projector.domain.arithmetic import Working
from order_projector.domain.cart import Cart
from order_projector.domain.ledger import RunningTotals
from order_projector.domain.lines import CartLine

Labelled = Mapping[str | None, tuple[Working, ...]]
"""Workings by the label of the line that they are of, None for the order."""


@dataclass(frozen=True, slots=True)
class LineBalance:
    """The quantity, amount and discount of one line of the cart, and what its product is."""

    quantity: int
    amount: int
    discount: int
    name: str | None = None
    price: int | None = None
    product_id: str | None = None
    sku_id: str | None = None


EMPTY = LineBalance(0, 0, 0)


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
    lines = {
        label: _entry(entry) for label, entry in zip(line_labels(cart), cart.lines, strict=True)
    }
    rest = (cart.amount or 0) - sum(entry.amount for entry in lines.values())
    discounts = sum(entry.discount for entry in lines.values())
    return Balance(lines, rest, cart.discount_amount, discounts - cart.items_discount_amount)


def _entry(entry: CartLine) -> LineBalance:
    line = entry.line
    names = (each.get("name") for each in (line.sku, line.product) if each)
    name = next((name for name in names if isinstance(name, str) and name), None)
    amount, discount = entry.amount or 0, entry.discount_amount
    ids = (line.product_id, line.sku_id)
    return LineBalance(entry.quantity, amount, discount, name, line.price, *ids)


def labelled(workings: Iterable[Working], cart: Cart) -> Labelled:
    """Return the workings by label."""
    by_place: dict[int | None, list[Working]] = {}
    for working in workings:
        entry = None if working.key is None else cart.find(working.key)
        by_place.setdefault(entry.place if entry else None, []).append(working)
    if not by_place:
        return {}
    places = (entry.place for entry in cart.lines)
    labels = dict(zip(places, line_labels(cart), strict=True))
    return {
        None if place is None else labels[place]: tuple(each) for place, each in by_place.items()
    }


def line_labels(cart: Cart) -> tuple[str, ...]:
    """Return the label of each line, by which the ledger names it."""
    return tuple(_labels(map(_name, cart.lines)))


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
