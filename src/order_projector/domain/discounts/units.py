"""Discounts in units: products or SKUs that the order gets for free.

Free units count at their full price in the order's amount, and the discount takes the same price
off again. For a product without a price, only units are counted.
"""

from collections.abc import Sequence

from order_projector.domain.bounds import Capacity
from order_projector.domain.cart import Cart
from order_projector.domain.discounts.adding import Adding
from order_projector.domain.discounts.giving import DestinationLine, requested_units
from order_projector.domain.discounts.replacing import replace_items
from order_projector.domain.discounts.result import (
    InvalidDiscount,
    PricingResult,
    ValidDiscount,
    quoted,
    stated,
)
from order_projector.domain.discounts.selection import select_lines
from order_projector.domain.discounts.spreading import DiscountBudget
from order_projector.domain.lines import Contribution, LineContribution
from order_projector.domain.redeemables import Discount, DiscountTarget, UnitOff

_Contributions = tuple[LineContribution, ...]


def units_off(discount: Discount, cart: Cart) -> PricingResult:
    """Add units to the order, make existing ones free, or replace others."""
    if not discount.units:
        return InvalidDiscount("discount.unit_off is missing")
    effect = discount.effect or "ADD_MISSING_ITEMS"
    match effect:
        case "ADD_MISSING_ITEMS" | "ADD_NEW_ITEMS" | "ADD_MANY_ITEMS":
            contributions = _add_items(discount.units, effect, cart)
        case "ADD_SAME_ITEMS":
            contributions = _add_same_items(discount, cart)
        case "REPLACE_ITEMS":
            contributions = replace_items(discount, cart)
        case _:
            return InvalidDiscount(
                f"discount.effect {quoted(effect)} is unknown for a UNIT discount"
            )
    if isinstance(contributions, InvalidDiscount):
        return contributions
    return ValidDiscount(Contribution(lines=contributions), f"UNIT {effect}")


def _add_items(
    units: Sequence[UnitOff], effect: str, cart: Cart
) -> _Contributions | InvalidDiscount:
    """Add the units of each entry in turn, against the order as the previous entry left it."""
    order_left, capacity = cart.total_amount or 0, Capacity.of(cart)
    adding = Adding(cart.copy() if len(units) > 1 else cart)
    added: list[LineContribution] = []
    for unit in units:
        requested = requested_units(unit)
        if isinstance(requested, InvalidDiscount):
            return requested
        match unit.effect or effect:
            case "ADD_NEW_ITEMS":
                contributions = tuple(adding.new(requested, order_left))
            case "ADD_MISSING_ITEMS" | "ADD_MANY_ITEMS":
                contributions = tuple(adding.missing(requested, order_left))
            case unknown:
                return InvalidDiscount(f"discount.units.effect {quoted(unknown)} is unknown")
        if not capacity.admit(contributions, adding.cart):
            continue
        added.extend(contributions)
        order_left += sum(
            contribution.amount - contribution.discount for contribution in contributions
        )
        if len(units) > 1:
            adding.apply(contributions)
    return tuple(added)


def _add_same_items(discount: Discount, cart: Cart) -> _Contributions | InvalidDiscount:
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
    lines = select_lines(cart, named, discount.inapplicable_to)
    if isinstance(lines, InvalidDiscount):
        return lines
    order_left = cart.total_amount or 0
    budget = DiscountBudget(order_left)
    contributions: list[LineContribution] = []
    for line in lines.lines:
        added = budget.units(line, quantity)
        if added == 0 or line.entry.added_by_discount:
            continue
        budget.use(line, added, 0)
        destination = DestinationLine.at(line.entry, line.entry.line)
        contributions.append(destination.contribution(cart, added, added, order_left))
    return tuple(contributions) if Capacity.of(cart).admit(contributions, cart) else ()
