"""The order as the shop lists it in an event, in each style that senders use."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.fuzz.history.books import (
    AppliedRedemption,
    Books,
    LineContribution,
    Ordered,
    OrderLine,
    Product,
)

Json = dict[str, Any]

NOTHING = AppliedRedemption()


class Style(StrEnum):
    """What a sender means by ``initial_quantity``.

    CART: the customer's units. BEFORE: the line's quantity before this redemption. CHANGED: the
    customer's units, omitted if this redemption changed no units; of the lines' discounts, only
    the sum is stated while an odd number of redemptions is in force. EXACT: the customer's units,
    with ``applied_*`` quantities, as new senders send them; their cost is omitted while an odd
    number of redemptions is in force, if the line's price tells it.
    """

    CART = "of the cart"
    BEFORE = "before the redemption"
    CHANGED = "left out where unchanged"
    EXACT = "with applied quantities"


@dataclass(frozen=True, slots=True)
class Listing:
    """One order as an event states it."""

    books: Books
    applied: AppliedRedemption = NOTHING
    style: Style = Style.CART

    def as_json(self) -> Json:
        """Return the calculated order: its totals, and what this event applied."""
        books = self.books
        lines = books.lines()
        items_applied = sum(self._cents(line) for line in lines)
        amounts = {
            "discount_amount": books.order_discount,
            "items_discount_amount": books.items_discount,
            "total_discount_amount": books.order_discount + books.items_discount,
            "applied_discount_amount": self.applied.cents,
            "items_applied_discount_amount": items_applied,
            "total_applied_discount_amount": self.applied.cents + items_applied,
        }
        return {
            "id": "ord_1",
            "amount": books.amount,
            **{name: amount for name, amount in amounts.items() if amount},
            "total_amount": books.total,
            "items": [self._item(line) for line in lines],
        }

    def _contribution(self, line: OrderLine) -> LineContribution | None:
        return self.applied.contributions.get(line.key)

    def _cents(self, line: OrderLine) -> int:
        contribution = self._contribution(line)
        return contribution.cents if contribution else 0

    def _item(self, line: OrderLine) -> Json:
        counted = dict(self._counted(line))
        amounts: Json = {}
        if line.amount is not None:
            amounts = {"amount": line.amount, "subtotal_amount": line.left}
        if line.cents and not (self.style is Style.CHANGED and self._is_terse):
            amounts["discount_amount"] = line.cents
        if self._cents(line):
            amounts["applied_discount_amount"] = self._cents(line)
        return {**named(line.product), "quantity": line.quantity, **counted, **amounts}

    def _counted(self, line: OrderLine) -> Iterator[tuple[str, int]]:
        contribution = self._contribution(line)
        own = contribution.units if contribution else 0
        is_changed = bool(contribution and (contribution.units or contribution.covered))
        if line.covered:
            yield "discount_quantity", line.covered
        if self.style is Style.EXACT:
            yield "applied_quantity", own
            cost = contribution.cost if contribution else 0
            if not self._is_terse or cost != own * (line.product.price or 0):
                yield "applied_quantity_amount", cost
            yield "applied_discount_quantity", contribution.covered if contribution else 0
        if self.style is Style.CHANGED and not is_changed:
            return
        if not self.books.changes_units(line.key):
            return
        if self.style is Style.BEFORE and not self._is_beside_an_emptied_line(line):
            yield "initial_quantity", line.quantity - own
            return
        yield "initial_quantity", line.customers
        if line.ordered and line.ordered.amount is not None:
            yield "initial_amount", line.ordered.amount
        elif line.amount is not None:
            yield "initial_amount", 0

    @property
    def _is_terse(self) -> bool:
        return len(self.books.in_force) % 2 == 1

    def _is_beside_an_emptied_line(self, line: OrderLine) -> bool:
        """Return whether one of several lines of this name is empty, or was before this event.

        In the style `BEFORE`, such a line reads like one that a redemption has added, and then it
        is ambiguous which of the lines of its name is which.
        """
        same = [it for it in self.books.lines() if it.key[0] == line.key[0]]
        return len(same) > 1 and any(0 in {it.quantity, self._before(it)} for it in same)

    def _before(self, line: OrderLine) -> int:
        contribution = self._contribution(line)
        return line.quantity - (contribution.units if contribution else 0)


def plain(books: Books) -> Json:
    """Return the cart without totals, or the amount of an order without items."""
    if books.stated is not None:
        return {"id": "ord_1", "amount": books.stated}
    return {"id": "ord_1", "items": [_ordered(line) for line in books.cart]}


def standing(books: Books) -> Json:
    """Return the current lines, each with the cart's units, without totals."""
    return {"id": "ord_1", "items": [_standing(line) for line in books.lines()]}


def _ordered(line: Ordered) -> Json:
    stated = {} if line.stated is None else {"amount": line.stated}
    return {**named(line.product), "quantity": line.quantity, **stated}


def _standing(line: OrderLine) -> Json:
    return {**named(line.product), "quantity": line.quantity, "initial_quantity": line.customers}


def named(product: Product) -> Json:
    """Return the fields by which a line names the product."""
    reference: Json = {"product_id": product.id}
    if product.sku is not None:
        reference["sku_id"] = product.sku
    if product.price is not None:
        reference["price"] = product.price
    return reference
