"""The lines of an order, and what a redemption contributes to them.

A `Line` is what a producer says of one order item, before any discount. A `CartLine` is that line
in the working state of one fold, with the raw sums of what redemptions contributed; caps apply only
where the sums are read, so that taking one contribution back leaves the others exactly as they
were.

Money is in the smallest currency unit, quantities are units; as read, both are never negative and
never beyond `LARGEST_AMOUNT` and `LARGEST_QUANTITY`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

JsonObject = Mapping[str, Any]

LARGEST_AMOUNT: Final = 2**53 - 1
"""The largest amount: the largest integer that every reader of JSON keeps exact."""

LARGEST_QUANTITY: Final = 2**31 - 1
"""The most units of one line."""

MOST_LINES: Final = 1_000
"""The most lines of one order, those that redemptions bring included."""


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
    names = {first, second}
    if nested:
        names |= {nested.get("id"), nested.get("source_id")}
    return frozenset(filter(None, names))


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
    """A line and the raw sums of what redemptions contributed to it.

    ``place`` orders the lines of one cart; it is not an index.
    """

    line: Line
    brought: bool = False
    discount: int = 0
    added_quantity: int = 0
    added_amount: int = 0
    covered_quantity: int = 0
    unit_effects: int = 0
    held_by: int = 0
    place: int = 0
    skus: frozenset[str] = field(init=False)
    products: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.skus = self.line.skus()
        self.products = self.line.products()

    @property
    def quantity(self) -> int:
        """Units in the cart, added ones included."""
        return min(max(0, self.line.quantity + self.added_quantity), LARGEST_QUANTITY)

    @property
    def amount(self) -> int | None:
        """What the units cost before discounts; None for an unpriced product."""
        if self.line.amount is None:
            return None
        return min(max(0, self.line.amount + self.added_amount), LARGEST_AMOUNT)

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

    def add(self, share: Share, sign: int = 1) -> None:
        """Sum a share up (or, with sign -1, take it back)."""
        self.discount += sign * share.discount
        self.added_quantity += sign * share.quantity
        self.added_amount += sign * share.amount
        self.covered_quantity += sign * share.discount_quantity
        self.unit_effects += sign * share.counts_units
        self.held_by += sign * share.brings
