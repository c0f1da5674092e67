"""The shop's books: what the customer ordered, and what each redemption in force applied.

Everything else is a sum of these. Money is in cents. What each redemption applied is kept unchanged
and only the sums shown are capped, so that rolling one back leaves the others untouched.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

MOST_CENTS = 2**53 - 1
"""The largest amount that is served."""


@dataclass(frozen=True, slots=True)
class Product:
    """What a line names: a product, or one of its SKUs; `price` is per unit, None if unknown."""

    id: str
    sku: str | None = None
    price: int | None = None

    @property
    def name(self) -> str:
        """The product's id, with the SKU's if there is one."""
        return self.id if self.sku is None else f"{self.id}/{self.sku}"


@dataclass(frozen=True, slots=True)
class Ordered:
    """A line of the customer's cart. ``stated`` is its amount if no unit price determines it."""

    product: Product
    quantity: int
    stated: int | None = None

    @property
    def amount(self) -> int | None:
        """The line's cost before discounts."""
        if self.product.price is None:
            return self.stated
        return self.product.price * self.quantity


Key = tuple[str, int]
"""A line: the name of its product or SKU, and its occurrence number among lines of that name."""


@dataclass(frozen=True, slots=True)
class LineContribution:
    """What one redemption contributed to one line.

    ``units`` are added (removed, if negative) at ``cost``; ``covered`` units are free. ``brings``
    means that the customer had no such line.
    """

    product: Product
    cents: int = 0
    units: int = 0
    cost: int = 0
    covered: int = 0
    brings: bool = False


@dataclass(frozen=True, slots=True)
class AppliedRedemption:
    """What one redemption applied to the order as a whole and to each line."""

    cents: int = 0
    contributions: dict[Key, LineContribution] = field(default_factory=dict)

    def __add__(self, other: "AppliedRedemption") -> "AppliedRedemption":
        contributions = dict(self.contributions)
        for key, contribution in other.contributions.items():
            contributions[key] = (
                _both(contributions[key], contribution) if key in contributions else contribution
            )
        return AppliedRedemption(self.cents + other.cents, contributions)


def _both(one: LineContribution, other: LineContribution) -> LineContribution:
    return replace(
        one,
        cents=one.cents + other.cents,
        units=one.units + other.units,
        cost=one.cost + other.cost,
        covered=one.covered + other.covered,
        brings=one.brings or other.brings,
    )


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of the order: the customer's units, and the effects of redemptions on it."""

    key: Key
    product: Product
    ordered: Ordered | None
    quantity: int
    amount: int | None
    cents: int
    covered: int

    @property
    def left(self) -> int:
        """What discounts leave of the line's amount."""
        return (self.amount or 0) - self.cents

    @property
    def customers(self) -> int:
        """The customer's own units."""
        return self.ordered.quantity if self.ordered else 0

    @property
    def unit_price(self) -> int | None:
        """The price of each of the customer's units, if it is known or divides evenly."""
        if self.product.price is not None or self.ordered is None or not self.ordered.amount:
            return self.product.price
        price, rest = divmod(self.ordered.amount, max(1, self.customers))
        return None if rest else price


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A redemption in force: what it applied, and whether its sender stated the amounts."""

    applied: AppliedRedemption
    is_calculated: bool = True


@dataclass(slots=True)
class Books:
    """The cart, or the amount of an order without items, and the redemptions in force by name.

    ``listed`` are the lines of the latest calculated order, in its order; ``is_told`` means that
    the customer's lines are known, even if there are none.
    """

    cart: tuple[Ordered, ...] = ()
    in_force: dict[str, Redeemed] = field(default_factory=dict)
    stated: int | None = None
    listed: tuple[Key, ...] = ()
    is_told: bool = False

    def with_one_more(self, applied: AppliedRedemption) -> "Books":
        """Return the books as one more redemption would leave them."""
        return replace(
            self, in_force={**self.in_force, f"{len(self.in_force) + 1}th": Redeemed(applied)}
        )

    def as_known(self, knows: Callable[[Redeemed], bool]) -> "Books":
        """Return the books as seen by a party that knows only some of the redemptions."""
        known = {name: it for name, it in self.in_force.items() if knows(it)}
        return replace(self, in_force=known)

    def lines(self) -> list[OrderLine]:
        """Return the lines as listed, then the customer's, then those that redemptions added."""
        keyed = list(keys_of(self.cart))
        lines = [self._order_line(key, line.product, line) for key, line in keyed]
        there = {key for key, _ in keyed}
        for redeemed in self.in_force.values():
            for key, contribution in redeemed.applied.contributions.items():
                if contribution.brings and key not in there:
                    there.add(key)
                    lines.append(self._order_line(key, contribution.product, None))
        places = {key: place for place, key in enumerate(self.listed)}
        return sorted(lines, key=lambda line: places.get(line.key, len(places)))

    def roll_back(self, name: str) -> None:
        """Roll a redemption back; a line that only it added loses its place in the list."""
        del self.in_force[name]
        left = {line.key for line in self.lines()}
        self.listed = tuple(key for key in self.listed if key in left)

    def _order_line(self, key: Key, product: Product, line: Ordered | None) -> OrderLine:
        contributions = [it.applied.contributions[key] for it in self._with(key)]
        quantity = max(
            0,
            (line.quantity if line else 0)
            + sum(contribution.units for contribution in contributions),
        )
        own = line.amount if line else (None if product.price is None else 0)
        amount = (
            None
            if own is None
            else max(0, own + sum(contribution.cost for contribution in contributions))
        )
        return OrderLine(
            key=key,
            product=product,
            ordered=line,
            quantity=quantity,
            amount=amount,
            cents=min(sum(contribution.cents for contribution in contributions), amount or 0),
            covered=min(sum(contribution.covered for contribution in contributions), quantity),
        )

    def _with(self, key: Key) -> Iterable[Redeemed]:
        return (it for it in self.in_force.values() if key in it.applied.contributions)

    @property
    def uncapped_amount(self) -> int | None:
        """The order's amount before discounts; None if neither it nor any line has an amount."""
        amounts = [line.amount for line in self.lines() if line.amount is not None]
        if self.stated is not None:
            amounts.append(self.stated)
        return sum(amounts) if amounts or (self.is_told and not self.cart) else None

    @property
    def amount(self) -> int | None:
        """The order's amount before discounts, as it is served."""
        amount = self.uncapped_amount
        return None if amount is None else min(amount, MOST_CENTS)

    @property
    def items_discount(self) -> int:
        """The sum of the lines' discounts."""
        return min(sum(line.cents for line in self.lines()), self.amount or 0)

    @property
    def order_discount(self) -> int:
        """The sum of the order-level discounts."""
        left = (self.amount or 0) - self.items_discount
        return min(sum(it.applied.cents for it in self.in_force.values()), left)

    @property
    def total(self) -> int | None:
        """The amount due."""
        amount = self.amount
        return None if amount is None else amount - self.items_discount - self.order_discount

    @property
    def left(self) -> int:
        """The amount from which a further discount can still be taken."""
        return self.total or 0

    def added(self, key: Key) -> int:
        """Return the number of units that redemptions in force have added to a line."""
        return sum(it.applied.contributions[key].units for it in self._with(key))

    def changes_units(self, key: Key) -> bool:
        """Return whether a redemption in force has added, replaced or covered units of a line."""
        contributions = [it.applied.contributions[key] for it in self._with(key)]
        return any(contribution.units or contribution.covered for contribution in contributions)

    def is_built_upon(self, name: str) -> bool:
        """Return whether a later redemption in force removes units that this one added."""
        names = list(self.in_force)
        added = {
            key for key, it in self.in_force[name].applied.contributions.items() if it.units > 0
        }
        later = (self.in_force[it].applied.contributions for it in names[names.index(name) + 1 :])
        return any(
            contributions[key].units < 0
            for contributions in later
            for key in added & contributions.keys()
        )


def keys_of(cart: Iterable[Ordered]) -> Iterable[tuple[Key, Ordered]]:
    """Yield each line of a cart with its key."""
    seen: dict[str, int] = {}
    for line in cart:
        name = line.product.name
        yield (name, seen.get(name, 0)), line
        seen[name] = seen.get(name, 0) + 1
