"""Take a discount off the order, or spread it over its lines, within every limit.

The limit that leaves the lowest discount prevails. A limit shared by several lines is used up in
the order in which the discount is applied to them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from order_projector.domain.cart import Cart
from order_projector.domain.discounts.result import InvalidDiscount, PricingResult, ValidDiscount
from order_projector.domain.discounts.selection import CoveredLine
from order_projector.domain.lines import Contribution, LineContribution

# Maps a line and its number of covered units to the discount on it, before any limit.
LineValue = Callable[[CoveredLine, int], int]


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
        bounds = [requested] if line.chosen is None else [requested, line.chosen]
        for target in line.targets:
            if target.quantity_limit is not None:
                bounds.append(target.quantity_limit)
            if target.aggregated_quantity_limit is not None:
                bounds.append(self._units.get(id(target), target.aggregated_quantity_limit))
        return max(0, min(bounds))

    def cents(self, line: CoveredLine) -> int:
        """Return the largest discount on a line that the limits allow."""
        left = line.entry.left
        if not line.targets:
            return max(0, min(left, self.left))
        bounds = [self.left, left]
        for target in line.targets:
            if target.amount_limit is not None:
                bounds.append(target.amount_limit)
            if target.aggregated_amount_limit is not None:
                bounds.append(self._cents.get(id(target), target.aggregated_amount_limit))
        return max(0, min(bounds))

    def use(self, line: CoveredLine, units: int, cents: int) -> None:
        """Deduct what a line got from the limits that it shares with others."""
        self.left -= cents
        for target in line.targets:
            if (limit := target.aggregated_quantity_limit) is not None:
                self._units[id(target)] = self._units.get(id(target), limit) - units
            if (limit := target.aggregated_amount_limit) is not None:
                self._cents[id(target)] = self._cents.get(id(target), limit) - cents


def spread(
    cart: Cart,
    lines: Iterable[CoveredLine],
    line_value: LineValue,
    most: int,
    line_limit: int | None = None,
) -> Contribution:
    """Take `line_value` off each line, at most `line_limit` off each and `most` in total."""
    budget = DiscountBudget(most)
    contributions: list[LineContribution] = []
    for line in lines:
        units = budget.units(line, line.quantity)
        if units == 0:
            continue
        cents = min(line_value(line, units), budget.cents(line))
        if line_limit is not None:
            cents = min(cents, line_limit)
        if cents > 0:
            budget.use(line, units, cents)
            contributions.append(LineContribution(cart.key(line.entry), cents))
    return Contribution(lines=tuple(contributions))
