"""Whether what redemptions add to an order stays within the bounds of one order.

An event that breaks a bound by itself is rejected when it is decoded. What breaks one only together
with other events adds nothing: to reject an event for it would let arrival decide which.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from order_projector.domain.cart import Cart
from order_projector.domain.lines import (
    LARGEST_AMOUNT,
    LARGEST_QUANTITY,
    MOST_LINES,
    LineContribution,
)


@dataclass(slots=True)
class Capacity:
    """What the bounds leave a cart, updated while one redemption adds units to it."""

    lines: int
    amount: int

    @classmethod
    def of(cls, cart: Cart) -> "Capacity":
        """Return what the bounds leave that cart."""
        return cls(MOST_LINES - len(cart.lines), LARGEST_AMOUNT - (cart.amount or 0))

    def admit(self, contributions: Iterable[LineContribution], cart: Cart) -> bool:
        """Whether the cart stays within the bounds with these contributions; if so, count them.

        They belong to one entry of ``units`` and go to different lines: all are admitted, or none.
        """
        lines, amount = self.lines, self.amount
        for contribution in contributions:
            entry = cart.find(contribution.key)
            quantity, cost = (entry.quantity, entry.amount or 0) if entry else (0, 0)
            if (
                quantity + contribution.quantity > LARGEST_QUANTITY
                or cost + contribution.amount > LARGEST_AMOUNT
            ):
                return False
            lines -= entry is None
            amount -= contribution.amount
        if lines < min(0, self.lines) or amount < 0:
            return False
        self.lines, self.amount = lines, amount
        return True
