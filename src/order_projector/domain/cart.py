"""The cart: the lines of an order and what redemptions did to them.

A `Cart` is the working state of one fold: it holds the lines in their form before any discount and
sums on them what each redemption contributed. Sums are kept raw and capped only where they are
read, so that taking one contribution back leaves the others exactly as they were.

Money is in the smallest currency unit, quantities are units; as read, both are never negative.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import NamedTuple

from order_projector.domain.lines import (
    LARGEST_AMOUNT,
    MOST_LINES,
    CartLine,
    Contribution,
    JsonObject,
    Line,
    Share,
)

__all__ = ["Cart", "CartLine", "Contribution", "JsonObject", "Line", "Share", "Taken"]

_Names = tuple[frozenset[str], frozenset[str]]
_Index = dict[str, list[CartLine]]
_NAMELESS = frozenset([""])


@dataclass(frozen=True, slots=True)
class _Group:
    """The lines of one name, and which of them the one at a place is."""

    lines: tuple[CartLine, ...]
    occurrences: Mapping[int, int]


class _Sums(NamedTuple):
    """The lines summed up: the customer's and the brought ones' amounts, None where unpriced."""

    own: int | None
    brought: int | None
    discount: int


@dataclass(slots=True)
class Cart:
    """The lines, their order-level discounts, and the amount of an order without lines.

    ``excess`` is what a calculated order's amount differs from the sum of its items. Finding a
    line by its names costs the same in a cart of five hundred lines as in one of five.
    """

    lines: list[CartLine] = field(default_factory=list)
    stated_amount: int | None = None
    excess: int = 0
    order_discounts: int = 0
    _by_sku: _Index = field(default_factory=dict)
    _by_product: _Index = field(default_factory=dict)
    _without_sku: _Index = field(default_factory=dict)
    _groups: dict[_Names, _Group] = field(default_factory=dict)
    _summed_up: _Sums | None = None

    @classmethod
    def of(cls, lines: Iterable[Line], stated_amount: int | None = None, excess: int = 0) -> "Cart":
        """A cart without any discount."""
        cart = cls(stated_amount=stated_amount, excess=excess)
        for line in lines:
            cart.append(line)
        return cart

    def copy(self) -> "Cart":
        """A cart of its own in the same state."""
        twin = Cart([], self.stated_amount, self.excess, self.order_discounts)
        for entry in self.lines:
            twin._enter(copy(entry))
        return twin

    def append(self, line: Line, *, brought: bool = False) -> CartLine:
        """Put a line at the end; `brought` where a redemption brought it, not the customer."""
        return self._enter(CartLine(line, brought))

    def _enter(self, entry: CartLine) -> CartLine:
        entry.place = self.lines[-1].place + 1 if self.lines else 0
        self.lines.append(entry)
        for index, names in self._indices(entry):
            for name in names:
                index.setdefault(name, []).append(entry)
        self._groups.clear()
        self._summed_up = None
        return entry

    def _indices(self, entry: CartLine) -> Iterable[tuple[_Index, frozenset[str]]]:
        products = entry.products if entry.products or entry.skus else _NAMELESS
        yield self._by_sku, entry.skus
        yield self._by_product, products
        if not entry.skus:
            yield self._without_sku, products

    def named(self, line: Line) -> list[CartLine]:
        """The cart's lines of that SKU, in the cart's order.

        Where either names no SKU, those of the same product; lines that name neither, together.
        """
        return list(self._group(line.skus(), line.products()).lines)

    def find(self, line: Line, occurrence: int) -> CartLine | None:
        """The line of that name and occurrence, or None where the cart has no such line."""
        candidates = self._group(line.skus(), line.products()).lines
        return candidates[occurrence] if occurrence < len(candidates) else None

    def occurrence(self, entry: CartLine) -> int:
        """Which of the lines of its name a line of this cart is: what `find` needs to find it."""
        return self._group(entry.skus, entry.products).occurrences.get(entry.place, 0)

    def _group(self, skus: frozenset[str], products: frozenset[str]) -> _Group:
        group = self._groups.get((skus, products))
        if group is None:
            found = {entry.place: entry for entry in self._candidates(skus, products)}
            places = sorted(found)
            lines = tuple(found[place] for place in places)
            group = _Group(lines, {place: nth for nth, place in enumerate(places)})
            self._groups[skus, products] = group
        return group

    def _candidates(self, skus: frozenset[str], products: frozenset[str]) -> Iterable[CartLine]:
        for name in skus:
            yield from self._by_sku.get(name, ())
        by_product = self._without_sku if skus else self._by_product
        for name in products if skus or products else _NAMELESS:
            yield from by_product.get(name, ())

    def take(self, contribution: Contribution) -> "Taken":
        """Apply a contribution; shares whose line is gone, or would be one too many, fall away.

        Returns what `give_back` needs to undo exactly this.
        """
        self.order_discounts += contribution.order_discount
        self._summed_up = None
        placed: list[tuple[CartLine, Share]] = []
        for share in contribution.shares:
            entry = self.find(share.line, share.occurrence)
            if entry is None and share.brings and len(self.lines) < MOST_LINES:
                entry = self.append(share.line, brought=True)
            if entry is not None:
                entry.add(share)
                placed.append((entry, share))
        return Taken(contribution.order_discount, tuple(placed))

    def give_back(self, taken: "Taken") -> None:
        """Undo a contribution; a line that redemptions brought leaves with the last."""
        self.order_discounts -= taken.order_discount
        self._summed_up = None
        for entry, share in taken.placed:
            entry.add(share, sign=-1)
            if entry.brought and entry.held_by == 0:
                self._remove(entry)

    def _remove(self, gone: CartLine) -> None:
        self.lines = [entry for entry in self.lines if entry is not gone]
        for index, names in self._indices(gone):
            for name in names:
                index[name] = [entry for entry in index[name] if entry is not gone]
        self._groups.clear()

    @property
    def amount(self) -> int | None:
        """The order's amount before discounts; None if unknown.

        That of the customer's lines, else as stated; and that of the lines redemptions brought.
        """
        own, brought, _ = self._sums
        if own is not None:
            amount = own + (brought or 0) + self.excess
        elif self.stated_amount is not None:
            amount = self.stated_amount + (brought or 0)
        elif brought is not None:
            amount = brought + self.excess
        else:
            return None
        return min(max(0, amount), LARGEST_AMOUNT)

    @property
    def _sums(self) -> _Sums:
        if self._summed_up is None:
            self._summed_up = _summed_up(self.lines)
        return self._summed_up

    @property
    def initial_amount(self) -> int | None:
        """The amount without added units, where a priced line counts its units; else None."""
        if not any(entry.unit_effects and entry.amount is not None for entry in self.lines):
            return None
        own = [entry for entry in self.lines if not entry.brought and entry.amount is not None]
        if not own and self.stated_amount is not None:
            return self.stated_amount
        amount = sum(entry.line.amount or 0 for entry in self.lines) + self.excess
        return min(max(0, amount), LARGEST_AMOUNT)

    @property
    def items_discount_amount(self) -> int:
        """The item-level discounts of all lines, never more than the order's amount."""
        return min(self._sums.discount, self.amount or 0)

    @property
    def discount_amount(self) -> int:
        """The order-level discounts, never more than the item-level ones have left."""
        return self._order_level(self.amount or 0, self.items_discount_amount)

    @property
    def total_discount_amount(self) -> int:
        """Order-level and item-level discounts together."""
        items = self.items_discount_amount
        return items + self._order_level(self.amount or 0, items)

    @property
    def total_amount(self) -> int | None:
        """What is to be paid; None while the amount is unknown."""
        amount = self.amount
        if amount is None:
            return None
        items = self.items_discount_amount
        return max(0, amount - items - self._order_level(amount, items))

    def _order_level(self, amount: int, items_discount: int) -> int:
        return max(0, min(self.order_discounts, amount - items_discount))


def _summed_up(lines: Iterable[CartLine]) -> _Sums:
    own: int | None = None
    brought: int | None = None
    discount = 0
    for entry in lines:
        amount = entry.amount
        if amount is None:
            continue
        discount += min(entry.discount, amount)
        if entry.brought:
            brought = amount + (brought or 0)
        else:
            own = amount + (own or 0)
    return _Sums(own, brought, discount)


@dataclass(frozen=True, slots=True)
class Taken:
    """A contribution as a cart took it: each share with the very line it went to."""

    order_discount: int
    placed: tuple[tuple[CartLine, Share], ...]
