"""Take a discount off the order, or spread it over its lines, within every limit.

The limit that leaves the lowest discount prevails. A limit shared by several lines is used up in
the order in which the discount is applied to them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import compress

from order_projector.domain.cart import Cart
from order_projector.domain.discounts.covered import CoveredLine, Selection
from order_projector.domain.discounts.result import InvalidDiscount, PricingResult, ValidDiscount
from order_projector.domain.lines import Contribution

# Maps a line, its number of covered units, and what earlier discounts left of it to the discount
# on it, before any limit.
LineValue = Callable[[CoveredLine, int, int], int]


def off_order(
    cart: Cart, rule: str, requested: int, limits: Iterable[int | None] = ()
) -> PricingResult:
    """Take an amount off the order as a whole, capped at what is left of it."""
    left = cart.total_amount
    if left is None:
        return InvalidDiscount("order.amount is unknown: there is nothing to take a discount off")
    bounds = (limit for limit in limits if limit is not None)
    return ValidDiscount(Contribution(max(0, min(requested, left, *bounds))), rule)


@dataclass(slots=True)
class DiscountBudget:
    """What the limits of a discount still allow while it is spread over the lines.

    ``left`` is what the order and the discount's own limits leave; the others are what the
    aggregated limits of a target leave, in cents and in units. They are keyed by the identity of
    the target, which all its lines share: a target with five hundred indices is slow to hash.
    """

    left: int
    _cents: dict[int, int] = field(default_factory=dict)
    _units: dict[int, int] = field(default_factory=dict)

    def units(self, line: CoveredLine, requested: int) -> int:
        """Return how many of the requested units of a line the limits allow."""
        if not line.targets and line.chosen is None:
            return requested
        most = requested if line.chosen is None else min(requested, line.chosen)
        for target in line.targets:
            limit = target.quantity_limit
            if limit is not None and limit < most:
                most = limit
            limit = target.aggregated_quantity_limit
            if limit is not None:
                most = min(most, self._units.get(id(target), limit))
        return max(0, most)

    def cents(self, line: CoveredLine, left: int) -> int:
        """Return the largest discount that the limits allow on a line of which so much is left."""
        most = min(self.left, left)
        for target in line.targets:
            limit = target.amount_limit
            if limit is not None and limit < most:
                most = limit
            limit = target.aggregated_amount_limit
            if limit is not None:
                most = min(most, self._cents.get(id(target), limit))
        return max(0, most)

    def use(self, line: CoveredLine, units: int, cents: int) -> None:
        """Deduct what a line got from the limits that it shares with others."""
        self.left -= cents
        for target in line.targets:
            if (limit := target.aggregated_quantity_limit) is not None:
                self._units[id(target)] = self._units.get(id(target), limit) - units
            if (limit := target.aggregated_amount_limit) is not None:
                self._cents[id(target)] = self._cents.get(id(target), limit) - cents


def spread(
    selection: Selection, line_value: LineValue, most: int, line_limit: int | None = None
) -> Contribution:
    """Take `line_value` off each line, at most `line_limit` off each and `most` in total."""
    lefts = [
        left if (left := amount - totals.discount) > 0 else 0
        for amount, totals in zip(selection.amounts, selection.totals, strict=True)
    ]
    if selection.is_limited:
        cents = list(_within_limits(selection.lines, lefts, line_value, most, line_limit))
    else:
        cents = list(map(min, map(line_value, selection.lines, selection.quantities, lefts), lefts))
        if line_limit is not None:
            cents = [min(each, line_limit) for each in cents]
        if sum(cents) > most or min(cents, default=0) < 0:
            cents = list(_capped(cents, most))
    if all(cents):
        return Contribution(keys=selection.keys, cents=tuple(cents))
    return Contribution(
        keys=tuple(compress(selection.keys, cents)), cents=tuple(filter(None, cents))
    )


def _capped(cents: Iterable[int], most: int) -> Iterator[int]:
    """Yield what each line gets until `most` is used up."""
    for each in cents:
        granted = max(0, min(each, most))
        most -= granted
        yield granted


def _within_limits(
    lines: Iterable[CoveredLine],
    lefts: Iterable[int],
    line_value: LineValue,
    most: int,
    line_limit: int | None,
) -> Iterator[int]:
    """Yield what each line gets, within the limits of the entries that cover it."""
    budget = DiscountBudget(most)
    for line, left in zip(lines, lefts, strict=True):
        units = budget.units(line, line.quantity)
        cents = min(line_value(line, units, left), budget.cents(line, left)) if units else 0
        if line_limit is not None:
            cents = min(cents, line_limit)
        if cents > 0:
            budget.use(line, units, cents)
        yield max(0, cents)
