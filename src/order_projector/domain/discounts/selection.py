"""Which lines an item-level discount covers, and in which order.

Entries of ``applicable_to`` that share effect, target, skip and repeat are evaluated together: the
cheapest line of two listed products is one line. Lines are ranked by unit price, the earlier line
first on a tie. If the target is UNIT, units are counted instead of lines, line by line.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from operator import attrgetter
from typing import NamedTuple

from order_projector.domain.cart import Cart, CartLine
from order_projector.domain.discounts.covered import LIMITS, Selection, Targets
from order_projector.domain.discounts.result import InvalidDiscount, quoted
from order_projector.domain.redeemables import DiscountTarget

_EFFECTS = frozenset(
    {
        "APPLY_TO_EVERY",
        "APPLY_TO_CHEAPEST",
        "APPLY_FROM_CHEAPEST",
        "APPLY_TO_MOST_EXPENSIVE",
        "APPLY_FROM_MOST_EXPENSIVE",
    }
)


_MOST_REMEMBERED = 8
"""Selections of one cart that are remembered."""

_Covered = dict[int, Targets]
"""The entries of ``applicable_to`` that cover a line, by the line's place."""


def select_lines(cart: Cart, included: Targets, excluded: Targets) -> Selection | InvalidDiscount:
    """Return the priced lines that a discount covers, in the order in which it is applied to them.

    Without ``applicable_to`` it covers all lines; what ``inapplicable_to`` names is never covered.
    What is selected does not depend on earlier discounts, and redemptions of one voucher select
    the same.
    """
    # Five hundred targets are slow to hash: they are hashed once, and compared only if found.
    name = hash((included, excluded))
    known: _Remembered | None = cart.memo.get(name)
    if known is None or known.included != included or known.excluded != excluded:
        if len(cart.memo) >= _MOST_REMEMBERED:
            cart.memo.clear()
        known = _Remembered(included, excluded, _select(cart, included, excluded))
        cart.memo[name] = known
    return known.selected


class _Remembered(NamedTuple):
    """What was selected of a cart, and for which targets."""

    included: Targets
    excluded: Targets
    selected: Selection | InvalidDiscount


def _select(cart: Cart, included: Targets, excluded: Targets) -> Selection | InvalidDiscount:
    if not cart.lines:
        return InvalidDiscount("order.items is empty: the order has no items to discount")
    for target in included:
        if target.effect is not None and target.effect not in _EFFECTS:
            return InvalidDiscount(f"applicable_to.effect {quoted(target.effect)} is unknown")
    barred = _matches(cart, excluded)
    covered = _matches(cart, included)
    if not included:
        covered = dict.fromkeys([entry.place for entry in cart.lines], ())
    if not covered:
        return InvalidDiscount(_names_nothing(included))
    if barred:
        covered = {place: targets for place, targets in covered.items() if place not in barred}
    if not covered:
        return InvalidDiscount("inapplicable_to excludes every item that the discount applies to")
    return _in_order(cart, covered, included)


def _in_order(
    cart: Cart, covered: _Covered, included: Sequence[DiscountTarget]
) -> Selection | InvalidDiscount:
    """Return the priced ones of the covered lines, in the order that the targets ask for."""
    chosen = _listed_units(cart, included)
    if included:
        covered = _ordered(cart, covered, chosen)
    if not covered:
        return InvalidDiscount("applicable_to skips every item that it names")
    entries = [entry for entry in cart.index.at(covered) if entry.amount is not None]
    if not entries:
        return InvalidDiscount("no item that the discount applies to has an amount")
    return Selection.of(entries, cart.index.keys(entries), covered, chosen)


def _listed_units(cart: Cart, included: Iterable[DiscountTarget]) -> dict[int, int]:
    """Count the units that the sender listed, by the line's place; the shortest list counts."""
    counts: dict[int, int] = {}
    for target in included:
        for index, count in target.order_item_units or ():
            if 0 <= index < len(cart.lines):
                place = cart.lines[index].place
                counts[place] = min(count, counts.get(place, count))
    return counts


def _names_nothing(included: Iterable[DiscountTarget]) -> str:
    message = "applicable_to names no item of the order"
    if any(target.object == "products_collection" for target in included):
        return f"{message}; of a products_collection order_item_indices name them"
    return message


def _matches(cart: Cart, targets: Sequence[DiscountTarget]) -> _Covered:
    """Return the targets that match each line, by the line's place.

    ``order_item_indices`` select lines directly. Without them, a product matches by its names
    (including lines of its SKUs) and an SKU by its own; a collection's products are unknown here.
    """
    found: dict[int, list[DiscountTarget]] = {}
    targets = _distinct(cart, targets)
    if len(targets) == 1:
        return dict.fromkeys(sorted(_places(cart, targets[0])), targets)
    for target in targets:
        for place in _places(cart, target):
            found.setdefault(place, []).append(target)
    return {place: tuple(found[place]) for place in sorted(found)}


def _places(cart: Cart, target: DiscountTarget) -> Iterable[int]:
    """Return the places of the lines that a target matches."""
    if target.order_item_indices:
        there = range(len(cart.lines))
        return {cart.lines[index].place for index in target.order_item_indices if index in there}
    places: set[int] = set()
    for name in filter(None, (target.id, target.source_id)):
        if target.object in ("product", None):
            places.update(cart.index.of_product(name))
        if target.object in ("sku", None):
            places.update(cart.index.of_sku(name))
    return places


def _distinct(cart: Cart, targets: Sequence[DiscountTarget]) -> Targets:
    """Merge targets that cover the same lines in the same way.

    A merged target has their lowest limits and their highest price, which would prevail anyway.
    Thus a hundred entries for one product cost a line no more time than one does.
    """
    if len(targets) == 1:
        return tuple(targets)
    names = cart.index.names()
    merged: dict[tuple[object, ...], DiscountTarget] = {}
    for target in targets:
        known = target.id in names and target.id, target.source_id in names and target.source_id
        key = (*known, *_coverage_fields(target))
        same = merged.get(key)
        merged[key] = target if same is None or same == target else _both(same, target)
    return tuple(merged.values())


_coverage_fields = attrgetter(
    "object",
    "effect",
    "order_item_indices",
    "order_item_units",
    "skip_initially",
    "repeat",
    "target",
)
"""All fields of a target except its names, its price and its limits."""


def _both(one: DiscountTarget, other: DiscountTarget) -> DiscountTarget:
    prices = [price for price in (one.price, other.price) if price is not None]
    limits = {
        name: min(
            (it for it in (getattr(one, name), getattr(other, name)) if it is not None),
            default=None,
        )
        for name in LIMITS
    }
    return replace(one, price=max(prices, default=None), **limits)


@dataclass(frozen=True, slots=True)
class _SelectionRule:
    """How a group of targets selects and orders covered lines among those that it matches."""

    effect: str
    skip: int
    step: int
    by_unit: bool = False

    @classmethod
    def of(cls, target: DiscountTarget) -> "_SelectionRule":
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
        priced = [entry for entry in cart.index.at(places) if entry.amount is not None]
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


def _unit_price(entry: CartLine) -> int | Fraction:
    """Return the exact price of a unit, an integer if it is one: these compare much faster."""
    if entry.line.price is not None:
        return entry.line.price
    amount, quantity = entry.amount or 0, max(1, entry.quantity)
    price, rest = divmod(amount, quantity)
    return Fraction(amount, quantity) if rest else price


def _rule_fields(target: DiscountTarget) -> tuple[object, ...]:
    """Return all that the rule of a target depends on."""
    listed = bool(target.order_item_indices), bool(target.order_item_units)
    return target.effect, target.skip_initially, target.repeat, target.target, *listed


def _ordered(cart: Cart, covered: _Covered, units: dict[int, int]) -> _Covered:
    """Return the covered lines in order of application; enter unit counts into `units`."""
    chosen: _Covered = {}
    for rule, candidates in _groups(covered).items():
        for place, count in rule.choose(cart, candidates).items():
            others = chosen.get(place)
            chosen[place] = (*others, *candidates[place]) if others else candidates[place]
            if count is not None:
                units[place] = min(count, units.get(place, count))
    return chosen


def _groups(covered: _Covered) -> dict[_SelectionRule, _Covered]:
    """Group the lines, and the targets that cover them, by the rule of the targets.

    Mostly all targets have one rule, and nothing has to be taken apart.
    """
    rules: dict[int, _SelectionRule] = {}
    alike: dict[tuple[object, ...], _SelectionRule] = {}
    for targets in {id(targets): targets for targets in covered.values()}.values():
        for target in targets:
            fields = _rule_fields(target)
            if fields not in alike:
                alike[fields] = _SelectionRule.of(target)
            rules[id(target)] = alike[fields]
    if len(set(alike.values())) == 1:
        return dict.fromkeys(alike.values(), covered)
    groups: dict[_SelectionRule, dict[int, list[DiscountTarget]]] = {}
    for place, targets in covered.items():
        for target in targets:
            groups.setdefault(rules[id(target)], {}).setdefault(place, []).append(target)
    return {
        rule: {place: tuple(targets) for place, targets in lines.items()}
        for rule, lines in groups.items()
    }
