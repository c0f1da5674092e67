"""The lines of an order, and what a redemption contributes to them.

A `Line` is one order item as its producer states it, before any discount. A `CartLine` is that line
in the working state of one fold, with the raw sums of what redemptions contributed; caps apply only
where the sums are read, so that reverting one contribution leaves the others exactly as they were.

Money is in the smallest currency unit, quantities are units. As read, both are between 0 and
`LARGEST_AMOUNT` or `LARGEST_QUANTITY`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple

from order_projector.domain.index import Key
from order_projector.domain.limits import LARGEST_AMOUNT, LARGEST_QUANTITY

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
        """Return every name of the line's SKU: ids and source ids."""
        named = self.source_id if self.related_object == "sku" else None
        return _names(self.sku_id, named, self.sku)

    def products(self) -> frozenset[str]:
        """Return every name of the line's product: ids and source ids."""
        named = None if self.related_object == "sku" else self.source_id
        return _names(self.product_id, named, self.product)

    def key(self, occurrence: int = 0) -> Key:
        """Return the key of the line at that occurrence (0-based) among those of its names."""
        return Key(self.skus(), self.products(), occurrence)


def have_same_names(one: Line, other: Line) -> bool:
    """Whether two lines name their product and SKU identically."""
    return one is other or (
        one.product_id == other.product_id
        and one.sku_id == other.sku_id
        and one.source_id == other.source_id
        and one.related_object == other.related_object
        and (one.product is other.product or _are_named_alike(one.product, other.product))
        and (one.sku is other.sku or _are_named_alike(one.sku, other.sku))
    )


def _are_named_alike(one: JsonObject | None, other: JsonObject | None) -> bool:
    one, other = one or {}, other or {}
    return one.get("id") == other.get("id") and one.get("source_id") == other.get("source_id")


_NO_NAMES: Final = frozenset[str]()


@lru_cache(4_096)
def _only(name: str) -> frozenset[str]:
    """Return a set of one name, cached: most lines have only one and are asked for it often."""
    return frozenset((name,))


def _names(first: str | None, second: str | None, nested: JsonObject | None) -> frozenset[str]:
    if not (second or nested):
        return _only(first) if first else _NO_NAMES
    names = {first, second}
    if nested:
        names |= {nested.get("id"), nested.get("source_id")}
    return frozenset(filter(None, names))


class LineContribution(NamedTuple):
    """What one redemption contributes to one line, which ``key`` finds.

    ``new_line`` is set if the redemption adds units and the cart may lack the line: it is then
    added to the cart, and removed with the redemption. ``calculated`` is true if the sender
    calculated the contribution, false if it was priced here.
    """

    # An order can have half a million of these; a tuple is created four times as fast.
    key: Key
    discount: int = 0
    quantity: int = 0
    amount: int = 0
    discount_quantity: int = 0
    counts_units: bool = False
    new_line: Line | None = None
    calculated: bool = False

    @property
    def units(self) -> "Added":
        """The units that it adds and covers, and their cost."""
        return Added(self.quantity, self.amount, self.discount_quantity)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one redemption applied: to the order as a whole, and line by line.

    ``cents`` are discounts that change no units, each off the line that the key at its place
    finds. Two tuples, and the keys shared between redemptions, are what a redemption over hundreds
    of lines needs most.
    """

    order_discount: int = 0
    lines: tuple[LineContribution, ...] = ()
    keys: tuple[Key, ...] = ()
    cents: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Whether it contributes anything."""
        return bool(self.order_discount or self.lines or self.keys)

    @property
    def items_discount(self) -> int:
        """All that it takes off single lines."""
        return sum(self.cents) + sum(line.discount for line in self.lines)

    def all_keys(self) -> Iterator[Key]:
        """Yield the key of each line that it contributes to."""
        yield from self.keys
        yield from (line.key for line in self.lines)


class Added(NamedTuple):
    """Units that redemptions have added to a line, their cost, and the units made free."""

    quantity: int = 0
    amount: int = 0
    covered: int = 0

    def plus(self, other: "Added", sign: int) -> "Added":
        """Return the sum of both (or, with sign -1, their difference)."""
        return Added(
            self.quantity + sign * other.quantity,
            self.amount + sign * other.amount,
            self.covered + sign * other.covered,
        )


_NO_UNITS: Final = Added()


@dataclass(slots=True)
class Totals:
    """Raw sums of line contributions, with the units that senders calculated also kept apart.

    ``touch_units`` is true once any contribution has added, removed or covered units, reverted or
    not: it is not part of the sums, which a revert restores.
    """

    discount: int = 0
    quantity: int = 0
    amount: int = 0
    covered: int = 0
    calculated: Added = _NO_UNITS
    unit_effects: int = 0
    holder_count: int = 0
    touch_units: bool = field(default=False, compare=False)

    @property
    def units(self) -> Added:
        """The units of all contributions together."""
        return Added(self.quantity, self.amount, self.covered)

    def merge(self, other: "Totals", sign: int = 1) -> None:
        """Add other sums (or, with sign -1, subtract them)."""
        self.discount += sign * other.discount
        if other.touch_units:
            self.quantity += sign * other.quantity
            self.amount += sign * other.amount
            self.covered += sign * other.covered
            self.calculated = self.calculated.plus(other.calculated, sign)
            self.holder_count += sign * other.holder_count
            self.touch_units = True
        self.unit_effects += sign * other.unit_effects

    def copy(self) -> "Totals":
        """Return an independent copy."""
        return Totals(
            self.discount,
            self.quantity,
            self.amount,
            self.covered,
            self.calculated,
            self.unit_effects,
            self.holder_count,
            self.touch_units,
        )


@dataclass(slots=True)
class CartLine:
    """A line and the raw sums of what redemptions contributed to it.

    ``added_by_discount`` is true if the customer has no unit of the line: it is removed with the
    last redemption that added units. ``place`` orders the lines of one cart; it is not an index.
    ``quantity`` are its units, added ones included, and ``amount`` their cost before discounts,
    None for an unpriced product; both are read far more often than they change.
    """

    line: Line
    added_by_discount: bool = False
    totals: Totals = field(default_factory=Totals)
    place: int = 0
    skus: frozenset[str] = field(init=False)
    products: frozenset[str] = field(init=False)
    quantity: int = field(init=False)
    amount: int | None = field(init=False)

    def __post_init__(self) -> None:
        self.skus = self.line.skus()
        self.products = self.line.products()
        self._count_units()

    def become(self, line: Line, *, added_by_discount: bool) -> None:
        """Replace the customer's line by another one of the same names; count its units again."""
        self.line, self.added_by_discount = line, added_by_discount
        totals, quantity, amount = self.totals, line.quantity, line.amount
        quantity += totals.quantity
        if not 0 <= quantity <= LARGEST_QUANTITY:
            quantity = 0 if quantity < 0 else LARGEST_QUANTITY
        if amount is not None:
            amount += totals.amount
            if not 0 <= amount <= LARGEST_AMOUNT:
                amount = 0 if amount < 0 else LARGEST_AMOUNT
        self.quantity, self.amount = quantity, amount

    def merge(self, totals: Totals, sign: int = 1) -> None:
        """Add other sums (or, with sign -1, subtract them)."""
        self.totals.merge(totals, sign)
        if totals.touch_units:
            self._count_units()

    def _count_units(self) -> None:
        self.become(self.line, added_by_discount=self.added_by_discount)

    @property
    def discount_amount(self) -> int:
        """The item-level discounts, capped at the line's amount."""
        return min(self.totals.discount, self.amount or 0)

    @property
    def discount_quantity(self) -> int:
        """Units covered by unit discounts, capped at the line's quantity."""
        covered = self.totals.covered
        return min(covered, self.quantity) if covered else 0

    @property
    def left(self) -> int:
        """What item-level discounts leave of the line's amount."""
        amount, discount = self.amount or 0, self.totals.discount
        return amount - discount if discount < amount else 0

    def copy(self) -> "CartLine":
        """Return an independent copy."""
        copy = CartLine.__new__(CartLine)  # __init__ would derive names and counts again.
        copy.line, copy.totals, copy.place = self.line, self.totals.copy(), self.place
        copy.added_by_discount = self.added_by_discount
        copy.skus, copy.products = self.skus, self.products
        copy.quantity, copy.amount = self.quantity, self.amount
        return copy
