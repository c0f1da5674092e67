"""How targets of one kind choose and order the lines that they match.

Lines are ranked by unit price, the earlier line first on a tie; a line without units has none. If
the target is UNIT, units are counted instead of lines, line by line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from order_projector.domain.cart import Cart, CartLine
from order_projector.domain.redeemables import DiscountTarget

EFFECTS: Final = frozenset(
    {
        "APPLY_TO_EVERY",
        "APPLY_TO_CHEAPEST",
        "APPLY_FROM_CHEAPEST",
        "APPLY_TO_MOST_EXPENSIVE",
        "APPLY_FROM_MOST_EXPENSIVE",
    }
)


@dataclass(frozen=True, slots=True)
class SelectionRule:
    """How a group of targets selects and orders covered lines among those that it matches."""

    effect: str
    skip: int
    step: int
    by_unit: bool = False

    @classmethod
    def of(cls, target: DiscountTarget) -> "SelectionRule":
        """Return the rule of one target.

        If the sender selected lines by index, ``skip_initially`` and ``repeat`` are already applied
        to them; for units they are not, because indices select lines, not units.
        """
        effect = target.effect or "APPLY_TO_EVERY"
        by_unit = target.target == "UNIT" and not target.order_item_units
        if target.order_item_indices and not by_unit:
            return cls(effect, 0, 1)
        skip, step = max(0, target.skip_initially or 0), max(1, target.repeat or 1)
        return cls(effect, skip, step, by_unit)

    def choose(self, cart: Cart, places: Iterable[int]) -> dict[int, int | None]:
        """Select the covered lines, each with the number of covered units, None for the whole line.

        The cheapest or the most expensive is one line, or one unit.
        """
        ranked = self._ranked(cart, places)
        chosen: dict[int, int | None] = (
            dict(self._units(ranked))
            if self.by_unit
            else dict.fromkeys([entry.place for entry in ranked[self.skip :: self.step]])
        )
        if self.effect not in ("APPLY_TO_CHEAPEST", "APPLY_TO_MOST_EXPENSIVE"):
            return chosen
        return dict.fromkeys(list(chosen)[:1], 1 if self.by_unit else None)

    def _ranked(self, cart: Cart, places: Iterable[int]) -> list[CartLine]:
        entries = cart.index.at(places)
        priced = [it for it in entries if it.amount or (it.quantity and it.amount is not None)]
        match self.effect:
            case "APPLY_TO_CHEAPEST" | "APPLY_FROM_CHEAPEST":
                priced.sort(key=_unit_price)
            case "APPLY_TO_MOST_EXPENSIVE" | "APPLY_FROM_MOST_EXPENSIVE":
                priced.sort(key=_unit_price, reverse=True)
        return priced

    def _units(self, ranked: Iterable[CartLine]) -> Iterator[tuple[int, int]]:
        """Yield lines with their covered units, counting the units of all lines in one row."""
        begin = 0
        for entry in ranked:
            end = begin + max(1, entry.quantity)
            if count := self._chosen_before(end) - self._chosen_before(begin):
                yield entry.place, count
            begin = end

    def _chosen_before(self, place: int) -> int:
        return max(0, (place - self.skip + self.step - 1) // self.step)


EVERY_LINE: Final = SelectionRule("APPLY_TO_EVERY", 0, 1)


def _unit_price(entry: CartLine) -> int | Fraction:
    """Return the exact price of a unit, an integer if it is one: these compare much faster."""
    if entry.line.price is not None:
        return entry.line.price
    amount, quantity = entry.amount or 0, max(1, entry.quantity)
    price, rest = divmod(amount, quantity)
    return Fraction(amount, quantity) if rest else price


def rule_fields(target: DiscountTarget) -> tuple[object, ...]:
    """Return all that the rule of a target depends on."""
    listed = bool(target.order_item_indices), bool(target.order_item_units)
    return target.effect, target.skip_initially, target.repeat, target.target, *listed
