"""The lines that a discount covers, one by one and by column."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Final, NamedTuple

from order_projector.domain.cart import Cart, CartLine
from order_projector.domain.index import Key
from order_projector.domain.lines import Totals
from order_projector.domain.money import part_of
from order_projector.domain.redeemables import DiscountTarget

LIMITS: Final = (
    "quantity_limit",
    "aggregated_quantity_limit",
    "amount_limit",
    "aggregated_amount_limit",
)

_limits = attrgetter(*LIMITS)


def _has_limit(target: DiscountTarget) -> bool:
    return any(limit is not None for limit in _limits(target))


class CoveredLine(NamedTuple):
    """A line that a discount covers, and the entries of ``applicable_to`` that cover it.

    ``quantity`` is the number of units, 1 for a line that has only an amount. ``chosen`` is the
    number of units selected individually, None if the line was selected as a whole.
    """

    entry: CartLine
    amount: int
    quantity: int
    targets: tuple[DiscountTarget, ...] = ()
    chosen: int | None = None

    @property
    def is_limited(self) -> bool:
        """Whether what covers the line may limit its discount."""
        return self.chosen is not None or any(map(_has_limit, self.targets))

    @property
    def units(self) -> int:
        """Covered units of the line, before any limit."""
        return self.quantity if self.chosen is None else min(self.chosen, self.quantity)

    def cost(self, units: int) -> int:
        """Return the cost of that many units of the line before discounts."""
        if units == self.quantity:
            return self.amount
        return part_of(self.amount, units, self.quantity)


@dataclass(frozen=True, slots=True)
class Selection:
    """The lines that a discount covers, in the order in which it is applied to them.

    The other tuples are columns of the lines. ``is_limited`` is true if a line may get less because
    of what covers it: selected units, or an entry with a limit.
    """

    lines: tuple[CoveredLine, ...]
    keys: tuple[Key, ...]
    amounts: tuple[int, ...]
    quantities: tuple[int, ...]
    totals: tuple[Totals, ...]
    is_limited: bool

    @classmethod
    def of(cls, lines: tuple[CoveredLine, ...], cart: Cart) -> "Selection":
        """Arrange the lines of a cart by column."""
        return cls(
            lines,
            tuple(cart.key(line.entry) for line in lines),
            tuple(line.amount for line in lines),
            tuple(line.quantity for line in lines),
            tuple(line.entry.totals for line in lines),
            any(line.is_limited for line in lines),
        )
