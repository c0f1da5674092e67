"""Sums over the lines of a cart.

Money is in the smallest currency unit.
"""

from collections.abc import Iterable
from typing import NamedTuple

from order_projector.domain.lines import CartLine


class Sums(NamedTuple):
    """Amounts of the customer's lines and of the added ones (None if unpriced), and all discounts.

    ``lacks_amounts`` is true if some line of the customer's has no amount.
    """

    own: int | None
    added: int | None
    discount: int
    lacks_amounts: bool

    @classmethod
    def of(cls, lines: Iterable[CartLine]) -> "Sums":
        """Sum up the lines, capping the discount of each at its amount."""
        own: int | None = None
        added: int | None = None
        discount = 0
        lacks_amounts = False
        for entry in lines:
            amount = entry.amount
            if amount is None:
                lacks_amounts |= not entry.added_by_discount
                continue
            discount += min(amount, entry.totals.discount)
            if entry.added_by_discount:
                added = amount + (added or 0)
            else:
                own = amount + (own or 0)
        return cls(own, added, discount, lacks_amounts)
