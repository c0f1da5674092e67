"""Sums over the lines of a cart.

Money is in the smallest currency unit.
"""

from collections.abc import Iterable
from typing import NamedTuple

from order_projector.domain.lines import CartLine, Totals


class Sums(NamedTuple):
    """Amounts of the customer's lines and of the added ones, None if unpriced.

    ``lacks_amounts`` is true if some line of the customer's has no amount. ``amounts`` are those of
    the priced lines, and ``totals`` what was taken off each. All hold until units change.
    """

    own: int | None
    added: int | None
    lacks_amounts: bool
    amounts: tuple[int, ...]
    totals: tuple[Totals, ...]

    @classmethod
    def of(cls, lines: Iterable[CartLine]) -> "Sums":
        """Sum up the lines."""
        own: int | None = None
        added: int | None = None
        lacks_amounts = False
        priced: list[tuple[int, Totals]] = []
        for entry in lines:
            amount = entry.amount
            if amount is None:
                lacks_amounts |= not entry.added_by_discount
                continue
            priced.append((amount, entry.totals))
            if entry.added_by_discount:
                added = amount + (added or 0)
            else:
                own = amount + (own or 0)
        amounts, totals = zip(*priced, strict=True) if priced else ((), ())
        return cls(own, added, lacks_amounts, amounts, totals)

    def discount(self) -> int:
        """Return the discounts of all lines, each capped at the line's amount."""
        return sum(map(min, self.amounts, [totals.discount for totals in self.totals]))
