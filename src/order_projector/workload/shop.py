"""The shop's system: an independent calculation of orders.

Calculated orders in events come from this arithmetic, never from the worker's, so that a mistake in
either of them shows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from order_projector.workload.catalogue import Product
from order_projector.workload.offers import (
    Amount,
    Effect,
    GiftCredits,
    LoyaltyPoints,
    Offer,
    Percent,
    Units,
)


@dataclass(slots=True, eq=False)
class BasketLine:
    """One line of a basket; ``bought`` are the customer's units, ``free`` those of redemptions."""

    product: Product
    bought: int
    free: int = 0
    covered: int = 0
    discount: int = 0
    effects: int = 0

    @property
    def quantity(self) -> int:
        """Units in the basket, free ones included."""
        return self.bought + self.free

    @property
    def amount(self) -> int:
        """The price of all units before discounts."""
        return (self.product.price or 0) * self.quantity

    @property
    def left(self) -> int:
        """What remains of the amount after discounts."""
        return self.amount - self.discount


@dataclass(frozen=True, slots=True)
class Effected:
    """The effect of one redemption on one line."""

    line: BasketLine
    discount: int = 0
    free: int = 0
    covered: int = 0
    units: bool = False


@dataclass(frozen=True, slots=True)
class AppliedOffer:
    """The effect of one redemption on a basket."""

    discount: int = 0
    lines: tuple[Effected, ...] = ()

    @property
    def total(self) -> int:
        """The order-level and item-level discounts together."""
        return self.discount + sum(effected.discount for effected in self.lines)


def together(applied: Iterable[AppliedOffer]) -> AppliedOffer:
    """Combine the effects of several redemptions."""
    parts = tuple(applied)
    lines = tuple(effected for part in parts for effected in part.lines)
    return AppliedOffer(sum(part.discount for part in parts), lines)


@dataclass(slots=True)
class Basket:
    """Lines and order-level discount; ``stated`` is the amount of an order without lines."""

    lines: list[BasketLine] = field(default_factory=list)
    stated: int = 0
    discount: int = 0

    @property
    def amount(self) -> int:
        """The order's amount before discounts."""
        return sum(line.amount for line in self.lines) if self.lines else self.stated

    @property
    def items_discount(self) -> int:
        """The item-level discounts of all lines."""
        return sum(line.discount for line in self.lines)

    @property
    def total(self) -> int:
        """What is left to pay."""
        return self.amount - self.discount - self.items_discount

    def redeem(self, offer: Offer) -> AppliedOffer:
        """Calculate what an offer takes off, apply it and return it."""
        applied = self._effect_of(offer)
        self.discount += applied.discount
        for effected in applied.lines:
            _add(effected, 1)
        return applied

    def take_back(self, applied: AppliedOffer) -> None:
        """Undo a redemption: subtract its discounts and remove the units it added."""
        self.discount -= applied.discount
        for effected in applied.lines:
            _add(effected, -1)
        self.lines = [line for line in self.lines if line.quantity or line.bought]

    def _effect_of(self, offer: Offer) -> AppliedOffer:
        match offer:
            case Percent(hundredths, Effect.ORDER, limit):
                return AppliedOffer(_at_most(limit, _share(self.total, hundredths)))
            case Amount(off, Effect.ORDER) | GiftCredits(off):
                return AppliedOffer(min(off, self.total))
            case LoyaltyPoints():
                return AppliedOffer(min(offer.worth, self.total))
            case Units():
                return self._give(offer)
            case Percent() | Amount():
                return self._off_lines(self._by_line(offer))

    def _by_line(self, offer: Percent | Amount) -> Callable[[BasketLine], int]:
        match offer:
            case Percent(hundredths, _, limit):
                return lambda line: _at_most(limit, _share(line.left, hundredths))
            case Amount(off, Effect.PROPORTIONALLY):
                shares = self._split(min(off, self.total))
                return lambda line: min(shares[id(line)], line.left)
            case Amount(off):
                return lambda line: min(off, line.left)

    def _off_lines(self, wanted: Callable[[BasketLine], int]) -> AppliedOffer:
        def capped() -> Iterator[Effected]:
            room = self.total
            for line in self.lines:
                discount = min(wanted(line), room)
                room -= discount
                if discount:
                    yield Effected(line, discount)

        return AppliedOffer(lines=tuple(capped()))

    def _split(self, off: int) -> dict[int, int]:
        """Split by the lines' amounts; the remaining cents go to the largest fractions."""
        whole = self.amount
        shares = {id(line): off * line.amount // whole if whole else 0 for line in self.lines}
        if whole:
            by_fraction = sorted(self.lines, key=lambda line: -(off * line.amount % whole))
            for line in by_fraction[: off - sum(shares.values())]:
                shares[id(line)] += 1
        return shares

    def _give(self, offer: Units) -> AppliedOffer:
        lines = [line for line in self.lines if line.product == offer.product]
        if not lines:
            lines = [BasketLine(offer.product, bought=0)]
            self.lines += lines
        if offer.effect is Effect.ADD_MISSING:
            return self._make_free(lines, offer.count)
        covered = min(offer.count, lines[0].quantity + offer.count - lines[0].covered)
        return AppliedOffer(
            lines=(self._effect_on_line(lines[0], offer.count, covered, self.total),)
        )

    def _make_free(self, lines: Sequence[BasketLine], count: int) -> AppliedOffer:
        """Make units of a product free, and add those that its lines lack to the first one."""
        present = sum(line.quantity for line in lines)
        lacking = max(0, count - present)
        to_cover = min(count, present + lacking - sum(line.covered for line in lines))
        effected, room = list[Effected](), self.total
        for line in lines:
            covered = min(to_cover, line.quantity + lacking - line.covered)
            if not effected or covered:
                effected.append(self._effect_on_line(line, lacking, covered, room))
                room += (line.product.price or 0) * lacking - effected[-1].discount
            to_cover, lacking = to_cover - covered, 0
        return AppliedOffer(lines=tuple(effected))

    def _effect_on_line(self, line: BasketLine, added: int, covered: int, room: int) -> Effected:
        """Return the effect on a line of units that are added and of those that become free."""
        price = line.product.price or 0
        discount = min(price * covered, line.left + price * added, room + price * added)
        return Effected(line, discount, added, covered, units=True)


def _add(effected: Effected, sign: int) -> None:
    line = effected.line
    line.free += sign * effected.free
    line.covered += sign * effected.covered
    line.discount += sign * effected.discount
    line.effects += sign * effected.units


def _share(amount: int, hundredths: int) -> int:
    """Return a percentage of an amount; half a cent is rounded up."""
    return (amount * hundredths + 5_000) // 10_000


def _at_most(limit: int | None, amount: int) -> int:
    return amount if limit is None else min(limit, amount)
