"""One line of a calculated order, and what its units cost: the customer's, the event's own, others.

A sender states the amount of the whole line, and sometimes that of the customer's units or of those
that its redemption adds. What is not stated follows from the rest, from the price, or is a share.
"""

from collections.abc import Callable
from dataclasses import dataclass

from order_projector.domain.cart import CartLine, Line
from order_projector.domain.details import Counted
from order_projector.domain.limits import LARGEST_AMOUNT
from order_projector.domain.lines import Added
from order_projector.domain.money import part_of


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a calculated order.

    ``there`` is the cart's line of the same name, and ``theirs`` are the units that redemptions in
    force have added to it. ``stored`` returns the customer's line as it was before the event.
    """

    line: Line
    stated: Counted
    there: CartLine
    theirs: Added
    stored: Callable[[], Line | None]

    @property
    def is_untouched(self) -> bool:
        """Whether the line has an amount and the event's own discount does not touch it."""
        stated = self.stated
        applied = stated.applied_discount_amount or stated.applied_discount_quantity
        return not applied and self.line.amount is not None


def customers_amount(listed: Listed, quantity: int, cost: int, between: int) -> int | None:
    """Return the cost of the customer's units: as stated for that many, else what is left.

    More than what is left would exceed the line's amount, since no less than nothing is carried.
    """
    line, stated = listed.line, listed.stated
    if line.amount is None:
        return None
    others = listed.theirs.amount + cost
    if stated.initial_amount is not None and stated.initial_quantity == quantity:
        return min(stated.initial_amount, max(0, line.amount - others))
    if between:
        others += _by_price(listed, between)
    return min(max(0, line.amount - others), LARGEST_AMOUNT)


def own_cost(listed: Listed, own: int, quantity: int, between: int) -> int:
    """Return the cost of the event's own units: stated, else by price, else a share of the line.

    What the customer's units and those of known redemptions leave of the line's amount is theirs
    and that of the units in `between`; not if the line lacks units that are known, since a rollback
    was missed. It is negative if units were removed.
    """
    line, stated = listed.line, listed.stated
    if own == 0 or line.amount is None:
        return 0
    if stated.applied_quantity_amount is not None:
        return stated.applied_quantity_amount
    is_complete = listed.theirs.quantity + own + quantity <= line.quantity
    if stated.initial_amount is not None and stated.initial_quantity == quantity and is_complete:
        cost = line.amount - listed.theirs.amount - stated.initial_amount
        if between and own > 0:
            cost = _own_part(listed, cost, own, between)
        if (cost < 0) == (own < 0):
            return cost
    return _by_price(listed, own)


def _own_part(listed: Listed, cost: int, own: int, between: int) -> int:
    """Return the part of an event's own units in what they and carried units cost together."""
    price = _price(listed)
    if price is None:
        return part_of(max(0, cost), own, own + between)
    return cost - price * between


def _by_price(listed: Listed, units: int) -> int:
    """Return the cost of some units of a line that has an amount: by price, else their share."""
    line, price = listed.line, _price(listed)
    if price is None:
        return part_of(line.amount or 0, units, max(1, line.quantity))
    return price * units


def _price(listed: Listed) -> int | None:
    """Return the price of the line's units, as the event gives it, else as it was stored."""
    line, stored = listed.line, listed.stored()
    return stored.price if line.price is None and stored else line.price
