"""Free units: added, made free where they are, or replacing others."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.fuzz.history.arithmetic import half_up
from tests.fuzz.history.books import (
    MOST_CENTS,
    AppliedRedemption,
    Books,
    Key,
    LineContribution,
    OrderLine,
    Product,
)
from tests.fuzz.history.limits import RemainingLimits
from tests.fuzz.history.offers import Gift, Offer, Target
from tests.fuzz.history.selection import covered_lines

MOST_UNITS = 2**31 - 1
MOST_LINES = 1_000


def given(offer: Offer, books: Books) -> AppliedRedemption:
    """Return what an offer of free units applies, gift by gift, each seeing the one before."""
    if offer.effect == "ADD_SAME_ITEMS":
        return _more_of_the_same(offer, books)
    so_far = AppliedRedemption()
    for gift in offer.gifts:
        seen = books.with_one_more(so_far)
        effect = gift.effect or offer.effect or "ADD_MISSING_ITEMS"
        step = _new(gift, seen) if effect == "ADD_NEW_ITEMS" else _missing(gift, seen)
        so_far += _within_bounds(AppliedRedemption(contributions=dict(step)), seen)
    return so_far


def _within_bounds(step: AppliedRedemption, books: Books) -> AppliedRedemption:
    """Return the step, or nothing if an order cannot hold all its units."""
    after = books.with_one_more(step)
    lines = after.lines()
    given = (line for line in lines if line.key in step.contributions)
    is_too_many = any(line.quantity > MOST_UNITS for line in given)
    is_too_much = (after.uncapped_amount or 0) > MOST_CENTS
    return AppliedRedemption() if is_too_many or is_too_much or len(lines) > MOST_LINES else step


def homes(product: Product, books: Books) -> list[OrderLine]:
    """Return the lines to which units of a product belong, best match first."""
    lines = [line for line in books.lines() if line.product.id == product.id]
    if product.sku is not None:
        lines = [line for line in lines if line.product.sku in (product.sku, None)]
        return sorted(lines, key=lambda line: line.product.sku is None)
    return sorted(lines, key=lambda line: line.product.sku is not None)


@dataclass(frozen=True, slots=True)
class Place:
    """The line that receives units, and what each of them costs there."""

    key: Key
    product: Product
    line: OrderLine | None
    price: int | None

    @classmethod
    def of(cls, gift: Gift, books: Books) -> "Place":
        """Choose the first line of the product, else a new one."""
        there = homes(gift.product, books)
        if there:
            return cls.at(there[0], gift)
        price = gift.product.price if gift.shows_price else None
        if price is None:
            kin = [line for line in books.lines() if line.product.id == gift.product.id]
            price = next((it.unit_price for it in kin if it.unit_price is not None), None)
        product = replace(gift.product, price=price)
        return cls((product.name, 0), product, None, price)

    @classmethod
    def at(cls, line: OrderLine, gift: Gift | None) -> "Place":
        """Choose an existing line."""
        own = gift.product.price if gift and gift.shows_price else None
        price = line.unit_price if line.unit_price is not None else own
        if line.amount is None:
            price = None
        elif price is None:
            ordered = line.ordered.amount if line.ordered else 0
            price = half_up(ordered or 0, max(1, line.customers))
        return cls(line.key, line.product, line, price)

    def contribution(
        self, added: int, covered: int, order_left: int
    ) -> tuple[Key, LineContribution]:
        """Return the contribution of added and covered units; the added ones are covered first."""
        cost = added * (self.price or 0)
        left = self.line.left if self.line else 0
        worth = min(added, covered) * (self.price or 0) + self._worth(max(0, covered - added))
        return self.key, LineContribution(
            product=self.product,
            cents=min(worth, left + cost, order_left + cost),
            units=added,
            cost=cost,
            covered=covered,
            brings=added > 0 and (self.line is None or self.line.ordered is None),
        )

    def _worth(self, units: int) -> int:
        if self.line is None or not units:
            return 0
        if self.line.unit_price is not None:
            return self.line.unit_price * units
        ordered = self.line.ordered.amount if self.line.ordered else 0
        return half_up((ordered or 0) * units, max(1, self.line.customers))


def _new(gift: Gift, books: Books) -> Iterator[tuple[Key, LineContribution]]:
    if gift.quantity:
        yield Place.of(gift, books).contribution(gift.quantity, gift.quantity, books.left)


def _missing(gift: Gift, books: Books) -> Iterator[tuple[Key, LineContribution]]:
    """Add the missing units; units that another discount made free stay with that discount."""
    there = homes(gift.product, books)
    order_left = books.left
    added = max(0, gift.quantity - sum(line.quantity for line in there))
    if not there:
        if added:
            yield Place.of(gift, books).contribution(added, added, order_left)
        return
    to_cover = gift.quantity
    for place, line in enumerate(there):
        here = added if place == 0 else 0
        covered = min(to_cover, line.quantity + here - line.covered)
        if here or covered:
            key, contribution = Place.at(line, gift).contribution(here, covered, order_left)
            order_left += contribution.cost - contribution.cents
            to_cover -= covered
            yield key, contribution


def _more_of_the_same(offer: Offer, books: Books) -> AppliedRedemption:
    """Add units to each targeted line of the customer's."""
    gift = offer.gifts[0]
    contributions: dict[Key, LineContribution] = {}
    targets = offer.included or (Target(gift.product),)
    remaining = RemainingLimits(books.left)
    for line in covered_lines(books, targets, offer.excluded):
        if line.line.ordered is not None:
            added = remaining.units(line, gift.quantity)
            if added:
                remaining.use(line, added, 0)
                key, contribution = Place.at(line.line, None).contribution(added, added, books.left)
                contributions[key] = contribution
    return _within_bounds(AppliedRedemption(contributions=contributions), books)


def upgraded(offer: Offer, books: Books) -> AppliedRedemption:
    """Replace units by others; the customer pays the same as before."""
    gift = offer.gifts[0]
    home = Place.of(gift, books)
    if home.price is None:
        return AppliedRedemption()
    contributions: dict[Key, LineContribution] = {}
    saved = 0
    remaining = RemainingLimits(books.left)
    for line in covered_lines(books, offer.included, offer.excluded):
        if line.line.ordered is None or line.line.key == home.key:
            continue
        units = remaining.units(line, line.line.quantity)
        if units:
            remaining.use(line, units, 0)
            cost = line.cost(units)
            contributions[line.line.key] = LineContribution(
                line.line.product, units=-units, cost=-cost
            )
            saved += line.line.left - max(0, line.line.left - cost)
    added = gift.quantity * -sum(contribution.units for contribution in contributions.values())
    if not added:
        return AppliedRedemption()
    key, contribution = home.contribution(added, 0, 0)
    contributions[key] = replace(contribution, cents=max(0, contribution.cost - saved))
    return _within_bounds(AppliedRedemption(contributions=contributions), books)
