"""The cart: the lines of an order and what redemptions did to them.

A `Line` is what a producer says of one order item. A `Cart` is the working state of one fold: it
holds the lines in their form before any discount and sums on them what each redemption
contributed. Sums are kept raw and capped only where they are read, so that taking one contribution
back leaves the others exactly as they were.

Money is in the smallest currency unit, quantities are units; both are `int` and never negative.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

JsonObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One order item before any redemption: ``amount`` is ``price * quantity`` unless given."""

    quantity: int
    amount: int | None = None
    price: int | None = None
    id: str | None = None
    source_id: str | None = None
    related_object: str | None = None
    product_id: str | None = None
    sku_id: str | None = None
    product: JsonObject | None = None
    sku: JsonObject | None = None
    metadata: JsonObject | None = None

    def skus(self) -> frozenset[str]:
        """Every name of the line's SKU: ids and source ids."""
        named = self.source_id if self.related_object == "sku" else None
        return _names(self.sku_id, named, self.sku)

    def products(self) -> frozenset[str]:
        """Every name of the line's product: ids and source ids."""
        named = None if self.related_object == "sku" else self.source_id
        return _names(self.product_id, named, self.product)


def _names(first: str | None, second: str | None, nested: JsonObject | None) -> frozenset[str]:
    inner = (nested.get("id"), nested.get("source_id")) if nested else ()
    return frozenset(name for name in (first, second, *inner) if name)


@dataclass(frozen=True, slots=True)
class Share:
    """What one redemption contributes to one line.

    ``line`` names the line it belongs to and ``occurrence`` which of several with that name
    (0-based). Where ``brings`` is set the redemption brings units of its own: a cart without such
    a line gets one, and it leaves with its redemption.
    """

    line: Line
    occurrence: int = 0
    discount: int = 0
    quantity: int = 0
    amount: int = 0
    discount_quantity: int = 0
    counts_units: bool = False
    brings: bool = False


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one redemption applied: to the order as a whole, and line by line."""

    order_discount: int = 0
    shares: tuple[Share, ...] = ()


@dataclass(slots=True)
class CartLine:
    """A line and the raw sums of what redemptions contributed to it."""

    line: Line
    brought: bool = False
    discount: int = 0
    added_quantity: int = 0
    added_amount: int = 0
    covered_quantity: int = 0
    unit_effects: int = 0
    held_by: int = 0
    skus: frozenset[str] = field(init=False)
    products: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.skus = self.line.skus()
        self.products = self.line.products()

    @property
    def quantity(self) -> int:
        """Units in the cart, added ones included."""
        return max(0, self.line.quantity + self.added_quantity)

    @property
    def amount(self) -> int | None:
        """What the units cost before discounts; None for an unpriced product."""
        if self.line.amount is None:
            return None
        return max(0, self.line.amount + self.added_amount)

    @property
    def discount_amount(self) -> int:
        """The item-level discounts, never more than the line."""
        return min(self.discount, self.amount or 0)

    @property
    def discount_quantity(self) -> int:
        """Units covered by unit discounts, never more than the line has."""
        return min(self.covered_quantity, self.quantity)

    @property
    def left(self) -> int:
        """What item-level discounts have left of the line."""
        return (self.amount or 0) - self.discount_amount

    def is_named_by(self, skus: frozenset[str], products: frozenset[str]) -> bool:
        """Whether both speak of the same SKU or, where either names none, the same product."""
        if skus and self.skus:
            return not skus.isdisjoint(self.skus)
        return not products.isdisjoint(self.products)

    def add(self, share: Share, sign: int = 1) -> None:
        """Sum a share up (or, with sign -1, take it back)."""
        self.discount += sign * share.discount
        self.added_quantity += sign * share.quantity
        self.added_amount += sign * share.amount
        self.covered_quantity += sign * share.discount_quantity
        self.unit_effects += sign * share.counts_units
        self.held_by += sign * share.brings


@dataclass(slots=True)
class Cart:
    """The lines, their order-level discounts, and the amount of an order without lines.

    ``excess`` is what a calculated order's amount differs from the sum of its items.
    """

    lines: list[CartLine] = field(default_factory=list)
    stated_amount: int | None = None
    excess: int = 0
    order_discounts: int = 0
    _by_name: dict[str, list[CartLine]] = field(default_factory=dict)

    @classmethod
    def of(cls, lines: Iterable[Line], stated_amount: int | None = None, excess: int = 0) -> "Cart":
        """A cart without any discount."""
        cart = cls(stated_amount=stated_amount, excess=excess)
        for line in lines:
            cart.append(line)
        return cart

    def append(self, line: Line, *, brought: bool = False) -> CartLine:
        """Put a line at the end; `brought` where a redemption brought it, not the customer."""
        entry = CartLine(line, brought)
        self.lines.append(entry)
        for name in entry.skus | entry.products:
            self._by_name.setdefault(name, []).append(entry)
        return entry

    def named(self, line: Line) -> list[CartLine]:
        """The cart's lines of that SKU or product, in the cart's order."""
        skus, products = line.skus(), line.products()
        found: dict[int, CartLine] = {}
        for name in skus | products:
            for entry in self._by_name.get(name, ()):
                if entry.is_named_by(skus, products):
                    found[id(entry)] = entry
        if len(found) < 2:
            return list(found.values())
        return [entry for entry in self.lines if id(entry) in found]

    def find(self, line: Line, occurrence: int) -> CartLine | None:
        """The line of that name and occurrence, or None where the cart has no such line."""
        candidates = self.named(line)
        return candidates[occurrence] if occurrence < len(candidates) else None

    def take(self, contribution: Contribution) -> "Taken":
        """Apply a contribution; shares whose line is gone fall away.

        Returns what `give_back` needs to undo exactly this.
        """
        self.order_discounts += contribution.order_discount
        placed: list[tuple[CartLine, Share]] = []
        for share in contribution.shares:
            entry = self.find(share.line, share.occurrence)
            if entry is None and share.brings:
                entry = self.append(share.line, brought=True)
            if entry is not None:
                entry.add(share)
                placed.append((entry, share))
        return Taken(contribution.order_discount, tuple(placed))

    def give_back(self, taken: "Taken") -> None:
        """Undo a contribution; a line that redemptions brought leaves with the last."""
        self.order_discounts -= taken.order_discount
        for entry, share in taken.placed:
            entry.add(share, sign=-1)
            if entry.brought and entry.held_by == 0:
                self._remove(entry)

    def _remove(self, gone: CartLine) -> None:
        self.lines = [entry for entry in self.lines if entry is not gone]
        for name in gone.skus | gone.products:
            self._by_name[name] = [entry for entry in self._by_name[name] if entry is not gone]

    @property
    def amount(self) -> int | None:
        """The order's amount before discounts: of its lines, else as stated; None if unknown."""
        amounts = [amount for entry in self.lines if (amount := entry.amount) is not None]
        if not amounts:
            return self.stated_amount
        return max(0, sum(amounts) + self.excess)

    @property
    def initial_amount(self) -> int | None:
        """The amount without added units, where a priced line counts its units; else None."""
        if not any(entry.unit_effects and entry.amount is not None for entry in self.lines):
            return None
        return max(0, sum(entry.line.amount or 0 for entry in self.lines) + self.excess)

    @property
    def items_discount_amount(self) -> int:
        """The item-level discounts of all lines."""
        return sum(entry.discount_amount for entry in self.lines)

    @property
    def discount_amount(self) -> int:
        """The order-level discounts, never more than the item-level ones have left."""
        room = (self.amount or 0) - self.items_discount_amount
        return max(0, min(self.order_discounts, room))

    @property
    def total_discount_amount(self) -> int:
        """Order-level and item-level discounts together."""
        return self.discount_amount + self.items_discount_amount

    @property
    def total_amount(self) -> int | None:
        """What is to be paid; None while the amount is unknown."""
        amount = self.amount
        return None if amount is None else max(0, amount - self.total_discount_amount)


@dataclass(frozen=True, slots=True)
class Taken:
    """A contribution as a cart took it: each share with the very line it went to."""

    order_discount: int
    placed: tuple[tuple[CartLine, Share], ...]
