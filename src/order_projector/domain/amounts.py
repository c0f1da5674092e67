"""The amounts of an order: before discounts, what discounts take off, and what is left to pay.

Money is in the smallest currency unit.
"""

from dataclasses import dataclass, field

from order_projector.domain.limits import LARGEST_AMOUNT
from order_projector.domain.lines import CartLine
from order_projector.domain.sums import Sums


@dataclass(slots=True)
class Amounts:
    """The lines, their order-level discounts, and the amount of an order without lines.

    ``discrepancy`` is a calculated order's amount less the sum of its items. ``lists_amounts`` is
    true if the items had amounts, so that the stated amount stands for none of them.
    """

    lines: list[CartLine] = field(default_factory=list)
    stated_amount: int | None = None
    discrepancy: int = 0
    order_discounts: int = 0
    lists_amounts: bool = False
    _summed_up: Sums | None = None
    _taken_off: int | None = None

    def _forget_sums(self) -> None:
        self._summed_up = self._taken_off = None

    @property
    def amount(self) -> int | None:
        """The order's amount before discounts; None if unknown.

        The sum of the customer's lines, else the stated amount, plus the lines redemptions added.
        """
        sums = self._sums
        own, added = sums.own, sums.added
        if self._are_itemized(sums):
            amount = (own or 0) + (added or 0) + self.discrepancy
        elif self.stated_amount is not None:
            amount = self.stated_amount + (added or 0)
        elif added is not None:
            amount = added + self.discrepancy
        else:
            return None
        return min(max(0, amount), LARGEST_AMOUNT)

    def take_whole(self, amount: int) -> None:
        """Let the order have the amount of a calculated order that names no items.

        It includes the units that redemptions added; those that its sender leaves out stay on top.
        """
        before = self.amount
        self.stated_amount = amount
        if before is not None:
            self._become(self._with_uncounted_units(amount, before))

    def _with_uncounted_units(self, amount: int, before: int) -> int:
        """Return a sender's amount and the cost of the units that it leaves out.

        It leaves out all of them if that makes the amount known so far, else those priced here.
        """
        if amount == before:
            return amount
        units = sum(entry.totals.amount for entry in self.lines)
        if amount == before - units:
            return before
        return amount + units - sum(entry.totals.calculated.amount for entry in self.lines)

    def _become(self, amount: int) -> None:
        """Set the amount of the order, whatever its lines sum up to."""
        more = amount - (self.amount or 0)
        if self._are_itemized(self._sums):
            self.discrepancy += more
        else:
            self.stated_amount = max(0, (self.stated_amount or 0) + more)

    def correct(self, amount: int) -> None:
        """Set the amount of the order to a later one if a line without an amount leaves it open."""
        known = self.amount
        if known is not None and self._are_itemized(self._sums) and self._sums.lacks_amounts:
            self.discrepancy += amount - known

    def _are_itemized(self, sums: Sums) -> bool:
        """Whether the order's amount is the sum of its lines, even if no line is left."""
        return sums.own is not None or (self.lists_amounts and not sums.lacks_amounts)

    @property
    def _sums(self) -> Sums:
        if self._summed_up is None:
            self._summed_up = Sums.of(self.lines)
        return self._summed_up

    @property
    def initial_amount(self) -> int | None:
        """The amount without added units; None unless unit effects apply to a priced line."""
        for entry in self.lines:
            if entry.totals.unit_effects and entry.amount is not None:
                break
        else:
            return None
        if not self._are_itemized(self._sums) and self.stated_amount is not None:
            return self.stated_amount
        amount = sum(entry.line.amount or 0 for entry in self.lines) + self.discrepancy
        return min(max(0, amount), LARGEST_AMOUNT)

    @property
    def lines_discount(self) -> int:
        """The item-level discounts of all lines, each capped at its line only."""
        if self._taken_off is None:
            self._taken_off = self._sums.discount()
        return self._taken_off

    @property
    def items_discount_amount(self) -> int:
        """The item-level discounts of all lines, capped at the order's amount."""
        return min(self.lines_discount, self.amount or 0)

    @property
    def discount_amount(self) -> int:
        """The order-level discounts, capped at what the item-level ones leave."""
        return self._order_level(self.amount or 0, self.items_discount_amount)

    @property
    def total_amount(self) -> int | None:
        """The amount to pay; None while the amount is unknown."""
        amount = self.amount
        if amount is None:
            return None
        items = self.items_discount_amount
        return max(0, amount - items - self._order_level(amount, items))

    def discounts_of(self, amount: int) -> tuple[int, int]:
        """Return the order-level and the item-level discounts of an order of this amount."""
        items = min(self.lines_discount, amount)
        return self._order_level(amount, items), items

    def _order_level(self, amount: int, items_discount: int) -> int:
        return max(0, min(self.order_discounts, amount - items_discount))
