"""Upgrades: units of the order replaced by units of another product.

The discount is the added cost of the new units over the replaced ones, so that the customer pays
the same. If the new units cost less, there is no discount and the order gets cheaper.
"""

from order_projector.domain.cart import Cart
from order_projector.domain.discounts.covered import CoveredLine
from order_projector.domain.discounts.giving import DestinationLine, requested_units
from order_projector.domain.discounts.result import InvalidDiscount
from order_projector.domain.discounts.selection import select_lines
from order_projector.domain.discounts.spreading import DiscountBudget
from order_projector.domain.lines import LineContribution
from order_projector.domain.redeemables import Discount


def replace_items(discount: Discount, cart: Cart) -> tuple[LineContribution, ...] | InvalidDiscount:
    """Replace the units that ``applicable_to`` names by units of the discount's product.

    Each removed unit is replaced by ``unit_off`` units; the limits bound how many are removed.
    """
    if not discount.applicable_to:
        return InvalidDiscount("applicable_to is missing: it names the items to replace")
    units = requested_units(discount.units[0])
    if isinstance(units, InvalidDiscount):
        return units
    lines = select_lines(cart, discount.applicable_to, discount.inapplicable_to)
    if isinstance(lines, InvalidDiscount):
        return lines
    entry = cart.find(units.key)
    destination = DestinationLine.of(units, entry, cart)
    if destination.price is None:
        return InvalidDiscount(
            "discount.product.price is missing: the replacement's price is unknown"
        )
    budget = DiscountBudget(cart.total_amount or 0)
    gone: list[LineContribution] = []
    saved = 0
    for line in lines.lines:
        removed = 0 if _stays(line, destination) else budget.units(line, line.entry.quantity)
        if removed:
            budget.use(line, removed, 0)
            gone.append(_without(line, removed, cart))
            saved += _saved(line, removed)
    added = units.quantity * -sum(contribution.quantity for contribution in gone)
    if added == 0:
        return ()
    key = units.key if entry is None else cart.key(entry)
    come = destination.contribution(key, added, 0, 0, 0)
    return (*gone, come._replace(discount=max(0, come.amount - saved)))


def _stays(line: CoveredLine, destination: DestinationLine) -> bool:
    """Whether a line is kept: it is the destination itself, or a redemption added it."""
    return line.entry.added_by_discount or line.entry is destination.entry


def _without(line: CoveredLine, units: int, cart: Cart) -> LineContribution:
    return LineContribution(
        cart.key(line.entry),
        quantity=-units,
        amount=-line.cost(units),
        counts_units=True,
    )


def _saved(line: CoveredLine, units: int) -> int:
    """Return how much less the customer pays for the line; discounts already paid for the rest."""
    after = line.amount - line.cost(units) - line.entry.discount_amount
    return line.entry.left - max(0, after)
