"""Discounts in units: products or SKUs that the order gets for free.

Free units count at their full price in the order's amount, and the discount takes the same price
off again. For a product without a price, only units are counted.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple

from order_projector.domain.arithmetic import Above, Term, Units, Working
from order_projector.domain.bounds import Capacity
from order_projector.domain.cart import Cart, CartLine
from order_projector.domain.discounts.adding import Adding
from order_projector.domain.discounts.covered import Selection, Targets
from order_projector.domain.discounts.giving import (
    DestinationLine,
    requested_units,
    same_units,
)
from order_projector.domain.discounts.replacing import replace_items
from order_projector.domain.discounts.result import (
    InvalidDiscount,
    PricingResult,
    ValidDiscount,
    quoted,
    stated,
)
from order_projector.domain.discounts.scratch import ScratchCart
from order_projector.domain.discounts.selection import select_lines
from order_projector.domain.discounts.spreading import DiscountBudget
from order_projector.domain.lines import Contribution, LineContribution
from order_projector.domain.memo import recall, remember
from order_projector.domain.redeemables import Discount, DiscountTarget, UnitOff


@dataclass(frozen=True, slots=True)
class _Given:
    """The units that a discount gives, and whether a bound of the order left any out.

    ``wanted`` is the cost of the units that should be free, None for an upgrade: what that saves is
    not limited by what is left.
    """

    contributions: tuple[LineContribution, ...]
    wanted: int | None = None
    is_bounded: bool = False


def units_off(discount: Discount, cart: Cart) -> PricingResult:
    """Add units to the order, make existing ones free, or replace others."""
    if not discount.units:
        return InvalidDiscount("discount.unit_off is missing")
    effect = discount.effect or "ADD_MISSING_ITEMS"
    match effect:
        case "ADD_MISSING_ITEMS" | "ADD_NEW_ITEMS" | "ADD_MANY_ITEMS":
            given = _add_items(discount.units, effect, cart)
        case "ADD_SAME_ITEMS":
            given = _add_same_items(discount, cart)
        case "REPLACE_ITEMS":
            given = _replace(discount, cart)
        case _:
            return InvalidDiscount(
                f"discount.effect {quoted(effect)} is unknown for a UNIT discount"
            )
    if isinstance(given, InvalidDiscount):
        return given
    contribution = Contribution(lines=given.contributions)
    return ValidDiscount(
        contribution,
        f"UNIT {effect}",
        given.wanted,
        given.is_bounded,
        lambda: _workings(given.contributions, cart),
    )


def _workings(contributions: Sequence[LineContribution], cart: Cart) -> Iterator[Working]:
    """Yield how each discount on units came about."""
    for given in contributions:
        if given.discount:
            yield Working(given.key, _term(given, cart), given.discount)


def _term(given: LineContribution, cart: Cart) -> Term:
    """Return what the free units cost, or an upgrade's cost above that of what it replaces."""
    units, entry = given.discount_quantity, cart.find(given.key)
    line = entry.line if entry else given.new_line
    if not units or line is None:
        return Above(given.amount, given.amount - given.discount)
    return Units.of(units, DestinationLine(line, entry, _price(given)).cost(given.quantity, units))


def _price(given: LineContribution) -> int:
    """Return what each added unit costs."""
    return given.amount // given.quantity if given.quantity else 0


def _replace(discount: Discount, cart: Cart) -> _Given | InvalidDiscount:
    contributions = replace_items(discount, cart)
    if isinstance(contributions, InvalidDiscount):
        return contributions
    if Capacity.of(cart).admit([(given, cart.find(given.key)) for given in contributions]):
        return _Given(contributions)
    return _Given((), is_bounded=True)


def _add_items(units: Sequence[UnitOff], effect: str, cart: Cart) -> _Given | InvalidDiscount:
    """Add the units of each entry in turn, against the order as the previous entry left it."""
    order_left, capacity = cart.total_amount or 0, Capacity.of(cart)
    adding = Adding(ScratchCart.of(cart))
    added: list[LineContribution] = []
    is_bounded = False
    for unit in units:
        requested, wanted = requested_units(unit), adding.wanted
        if isinstance(requested, InvalidDiscount):
            return requested
        match unit.effect or effect:
            case "ADD_NEW_ITEMS":
                placed = adding.new(requested, order_left)
            case "ADD_MISSING_ITEMS" | "ADD_MANY_ITEMS":
                placed = tuple(adding.missing(requested, order_left))
            case unknown:
                return InvalidDiscount(f"discount.units.effect {quoted(unknown)} is unknown")
        if not capacity.admit(placed):
            is_bounded, adding.wanted = True, wanted
            continue
        for contribution, _ in placed:
            added.append(contribution)
            order_left += contribution.amount - contribution.discount
        adding.apply(placed)
    return _Given(tuple(added), adding.wanted, is_bounded)


def _add_same_items(discount: Discount, cart: Cart) -> _Given | InvalidDiscount:
    """Add free units of each product that the discount names and the customer ordered."""
    unit = discount.units[0]
    quantity = stated("discount.unit_off", unit.unit_off)
    if isinstance(quantity, InvalidDiscount):
        return quantity
    named = discount.applicable_to
    if not named:
        if isinstance(units := requested_units(unit), InvalidDiscount):
            return units
        named = (DiscountTarget(id=unit.unit_type),)
    same = _same_items(cart, named, discount.inapplicable_to, quantity)
    if isinstance(same, InvalidDiscount):
        return same
    if Capacity.of(cart).admit(zip(same.contributions, same.entries, strict=True)):
        return _Given(same.contributions, same.cost)
    return _Given((), is_bounded=True)


class _SameItems(NamedTuple):
    """Free units of lines of the customer's, these lines, and what the units cost."""

    contributions: tuple[LineContribution, ...]
    entries: tuple[CartLine, ...]
    cost: int


def _same_items(
    cart: Cart, named: Targets, excluded: Targets, quantity: int
) -> _SameItems | InvalidDiscount:
    """Return ``quantity`` free units of each line that a discount covers.

    Mostly they are the same until the lines change, however many units redemptions have added.
    """
    what = named, excluded, quantity
    name = hash(what)
    known: _SameItems | None = recall(cart.memo.of_lines, name, what)
    if known is not None:
        return known
    lines = select_lines(cart, named, excluded)
    if isinstance(lines, InvalidDiscount):
        return lines
    counts = _units_of_each(lines, quantity, cart)
    placed = [
        (same_units(key, line.entry.line, added), line.entry)
        for key, line, added in zip(lines.keys, lines.lines, counts, strict=True)
        if added and not line.entry.added_by_discount
    ]
    contributions = tuple([given for given, _ in placed])
    cost = sum([given.amount for given in contributions])
    same = _SameItems(contributions, tuple([entry for _, entry in placed]), cost)
    if not lines.is_ranked:
        remember(cart.memo.of_lines, name, what, same)
    return same


def _units_of_each(lines: Selection, quantity: int, cart: Cart) -> Iterable[int]:
    """Return how many units of each line the limits of what covers it allow."""
    if not lines.is_limited:
        return repeat(quantity, len(lines.lines))
    return _units_within_limits(lines, quantity, DiscountBudget(cart.total_amount or 0))


def _units_within_limits(lines: Selection, quantity: int, budget: DiscountBudget) -> Iterator[int]:
    for line in lines.lines:
        added = budget.units(line, quantity)
        if added and not line.entry.added_by_discount:
            budget.use(line, added, 0)
        yield added
