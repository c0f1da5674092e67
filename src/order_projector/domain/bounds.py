"""Check that what redemptions add to an order stays within the bounds of an order.

An event that exceeds a bound by itself is rejected when it is decoded. A contribution that exceeds
one only together with other events adds nothing instead: if an event were rejected for it, arrival
order would decide which one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from order_projector.domain.cart import Cart, CartLine
from order_projector.domain.limits import LARGEST_AMOUNT, LARGEST_QUANTITY, MOST_LINES
from order_projector.domain.lines import LineContribution

Placed = tuple[LineContribution, CartLine | None]
"""A contribution, and the line of the cart that its key finds."""


@dataclass(slots=True)
class Capacity:
    """The lines and cents a cart may still gain, updated while a redemption adds units to it."""

    lines: int
    amount: int

    @classmethod
    def of(cls, cart: Cart) -> "Capacity":
        """Return the capacity that the bounds leave this cart."""
        return cls(MOST_LINES - len(cart.lines), LARGEST_AMOUNT - (cart.amount or 0))

    def admit(self, placed: Iterable[Placed]) -> bool:
        """Admit the contributions if the cart stays within the bounds; return whether it does.

        They belong to one entry of ``units`` and go to different lines: all are admitted, or none.
        """
        lines, amount = self.lines, self.amount
        for contribution, entry in placed:
            quantity, cost = (entry.quantity, entry.amount or 0) if entry else (0, 0)
            if (
                quantity + contribution.quantity > LARGEST_QUANTITY
                or cost + contribution.amount > LARGEST_AMOUNT
            ):
                return False
            lines -= entry is None
            amount -= contribution.amount
        # A cart that is over the limit already may still gain units, but no further line.
        if lines < min(0, self.lines) or amount < 0:
            return False
        self.lines, self.amount = lines, amount
        return True
