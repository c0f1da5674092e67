"""Take a discount off the order, or spread it over its lines, within every limit.

The limit that leaves the lowest discount prevails. A limit shared by several lines is used up in
the order in which the discount is applied to them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Final

from order_projector.domain.arithmetic import Term, Working, Workings
from order_projector.domain.cart import Cart
from order_projector.domain.discounts.covered import CoveredLine, Selection, Targets
from order_projector.domain.discounts.result import InvalidDiscount, PricingResult, ValidDiscount
from order_projector.domain.lines import Contribution

# Says how a line's discount is computed, from the same.
LineTerm = Callable[[CoveredLine, int, int], Term]

# Maps a line, its number of covered units, and what earlier discounts left of it to the discount
# on it, before any limit.
LineValue = Callable[[CoveredLine, int, int], int]


def off_order(
    cart: Cart, rule: str, term: Term, limits: Iterable[int | None] = ()
) -> PricingResult:
    """Take the value of a term off the order as a whole, capped at what is left of it."""
    left = cart.total_amount
    if left is None:
        return InvalidDiscount("order.amount is unknown: there is nothing to take a discount off")
    bounds = (limit for limit in limits if limit is not None)
    wanted = max(0, min((term.rounded, *bounds)))
    taken = min(wanted, left)
    return ValidDiscount(
        Contribution(taken), rule, wanted, workings=lambda: iter((Working(None, term, taken),))
    )


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
        most = line.within(requested)
        for target in line.limits.shared_units:
            limit = target.aggregated_quantity_limit or 0
            most = min(most, self._units.get(id(target), limit))
        return max(0, most)

    def cents(self, line: CoveredLine, most: int) -> int:
        """Return the largest discount up to `most` that the targets of a line allow."""
        most = line.capped(most)
        for target in line.limits.shared_cents:
            limit = target.aggregated_amount_limit or 0
            most = min(most, self._cents.get(id(target), limit))
        return max(0, most)

    def use(self, line: CoveredLine, units: int, cents: int) -> None:
        """Deduct what a line got from the limits that it shares with others."""
        self.left -= cents
        for target in line.limits.shared_units:
            limit = target.aggregated_quantity_limit or 0
            self._units[id(target)] = self._units.get(id(target), limit) - units
        for target in line.limits.shared_cents:
            limit = target.aggregated_amount_limit or 0
            self._cents[id(target)] = self._cents.get(id(target), limit) - cents


@dataclass(frozen=True, slots=True)
class Limits:
    """A discount's own limits in money: on each line, and on all of them together."""

    line: int | None = None
    total: int | None = None

    def of_line(self, cents: int) -> int:
        """Return the part of a line's discount that the limit allows."""
        return cents if self.line is None else min(cents, self.line)

    def of_total(self, cents: int) -> int:
        """Return the part of all discounts that the limit allows."""
        return cents if self.total is None else max(0, min(cents, self.total))


_UNLIMITED: Final = Limits()


def spread(
    selection: Selection, line_value: LineValue, order_left: int, limits: Limits = _UNLIMITED
) -> tuple[Contribution, int]:
    """Take `line_value` off each line, within the limits and what is left of line and order.

    Returns also what the definition and the limits say, whatever is left.
    """
    most = limits.of_total(order_left)
    amounts_left = _amounts_left(selection)
    common = selection.common
    if common is not None and common.shared_cents and not common.shared_units:
        asked = _asked(selection, line_value, amounts_left, limits)
        asked, cents = _within_shared_limit(common.shared_cents, asked, amounts_left, most)
    elif selection.is_shared:
        granted = list(_within_limits(selection.lines, amounts_left, line_value, most, limits))
        cents = [each for each, _, _ in granted]
        asked = [each for _, each, _ in granted]
    else:
        asked = _asked(selection, line_value, amounts_left, limits)
        cents = list(map(min, asked, amounts_left))
        if sum(cents) > most:
            cents = list(_capped(cents, most))
    return _columns(selection, cents), limits.of_total(sum(asked))


def _asked(
    selection: Selection, line_value: LineValue, amounts_left: Sequence[int], limits: Limits
) -> list[int]:
    """Return what each line should get within its own limits, if none are shared."""
    asked = list(map(line_value, selection.lines, selection.units, amounts_left))
    if limits.line is not None:
        asked = list(map(limits.of_line, asked))
    if selection.is_limited:
        rows = zip(selection.lines, selection.units, asked, strict=True)
        asked = [line.capped(cents) if units else 0 for line, units, cents in rows]
    if min(asked, default=0) < 0:
        asked = [max(0, cents) for cents in asked]
    return asked


def workings(
    selection: Selection,
    line_value: LineValue,
    line_term: LineTerm,
    order_left: int,
    limits: Limits = _UNLIMITED,
) -> Workings:
    """Return how `spread` computes what it takes off each line that gets something."""

    def each() -> Iterator[Working]:
        most, amounts_left = limits.of_total(order_left), _amounts_left(selection)
        granted = _within_limits(selection.lines, amounts_left, line_value, most, limits)
        rows = zip(selection.keys, selection.lines, amounts_left, granted, strict=True)
        for key, line, left, (cents, _, units) in rows:
            if cents:
                yield Working(key, line_term(line, units, left), cents)

    return each


def _amounts_left(selection: Selection) -> list[int]:
    """Return what earlier discounts left of each line."""
    return [
        left if (left := amount - totals.discount) > 0 else 0
        for amount, totals in zip(selection.amounts, selection.totals, strict=True)
    ]


def _columns(selection: Selection, cents: list[int]) -> Contribution:
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


def _within_shared_limit(
    shared: Targets, asked: Sequence[int], amounts_left: Sequence[int], most: int
) -> tuple[list[int], list[int]]:
    """Return what each line should get, and what it gets, of limits in money that all share."""
    shared_left = min(target.aggregated_amount_limit or 0 for target in shared)
    wanted, granted = [], []
    for each, left in zip(asked, amounts_left, strict=True):
        within = each if each < shared_left else max(0, shared_left)
        cents = max(0, min(within, left, most))
        shared_left -= cents
        most -= cents
        wanted.append(within)
        granted.append(cents)
    return wanted, granted


def _within_limits(
    lines: Iterable[CoveredLine],
    amounts_left: Iterable[int],
    line_value: LineValue,
    most: int,
    limits: Limits,
) -> Iterator[tuple[int, int, int]]:
    """Yield what each line gets, what it should get within the limits that cover it, and its units.

    The units are those of the line that the limits allow.
    """
    budget = DiscountBudget(most)
    for line, left in zip(lines, amounts_left, strict=True):
        units = budget.units(line, line.quantity)
        wanted = 0
        if units:
            value = limits.of_line(line_value(line, units, left))
            wanted = budget.cents(line, max(0, value))
        cents = max(0, min(wanted, left, budget.left))
        if cents > 0:
            budget.use(line, units, cents)
        yield cents, wanted, units
