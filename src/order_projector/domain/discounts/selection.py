"""Which lines an item-level discount covers, and in which order.

Entries of ``applicable_to`` that share effect, target, skip and repeat are evaluated together: the
cheapest line of two listed products is one line. Lines are ranked by unit price, the earlier line
first on a tie. If the target is UNIT, units are counted instead of lines, line by line.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from operator import attrgetter

from order_projector.domain.cart import Cart, CartLine
from order_projector.domain.discounts.covered import LIMITS, CoveredLine, Selection
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


def select_lines(
    cart: Cart, included: tuple[DiscountTarget, ...], excluded: tuple[DiscountTarget, ...]
) -> Selection | InvalidDiscount:
    """Return the priced lines that a discount covers, in the order in which it is applied to them.

    Without ``applicable_to`` it covers all lines; what ``inapplicable_to`` names is never covered.
    What is selected does not depend on earlier discounts, and redemptions of one voucher select
    the same.
    """
    selected: Selection | InvalidDiscount | None = cart.memo.get((included, excluded))
    if selected is None:
        selected = _select(cart, included, excluded)
        if len(cart.memo) >= _MOST_REMEMBERED:
            cart.memo.clear()
        cart.memo[included, excluded] = selected
    return selected


def _select(
    cart: Cart, included: Sequence[DiscountTarget], excluded: Sequence[DiscountTarget]
) -> Selection | InvalidDiscount:
    if not cart.lines:
        return InvalidDiscount("order.items is empty: the order has no items to discount")
    for target in included:
        if target.effect is not None and target.effect not in _EFFECTS:
            return InvalidDiscount(f"applicable_to.effect {quoted(target.effect)} is unknown")
    barred = _matches(cart, excluded)
    covered: dict[int, list[DiscountTarget]] = _matches(cart, included)
    if not included:
        covered = {index: [] for index in range(len(cart.lines))}
    if not covered:
        return InvalidDiscount(_names_nothing(included))
    covered = {index: targets for index, targets in covered.items() if index not in barred}
    if not covered:
        return InvalidDiscount("inapplicable_to excludes every item that the discount applies to")
    return _in_order(cart, covered, included)


def _in_order(
    cart: Cart, covered: dict[int, list[DiscountTarget]], included: Sequence[DiscountTarget]
) -> Selection | InvalidDiscount:
    """Return the priced ones of the covered lines, in the order that the targets ask for."""
    chosen = _listed_units(included)
    if included:
        covered = _ordered(cart, covered, chosen)
    lines = tuple(
        CoveredLine(entry, amount, max(1, entry.quantity), tuple(targets), chosen.get(index))
        for index, targets in covered.items()
        if (amount := (entry := cart.lines[index]).amount) is not None
    )
    if not covered:
        return InvalidDiscount("applicable_to skips every item that it names")
    if not lines:
        return InvalidDiscount("no item that the discount applies to has an amount")
    return Selection.of(lines, cart)


def _listed_units(included: Iterable[DiscountTarget]) -> dict[int, int]:
    """Count the units that the sender listed, by line index; the shortest list counts."""
    counts: dict[int, int] = {}
    for target in included:
        for index, count in target.order_item_units or ():
            counts[index] = min(count, counts.get(index, count))
    return counts


def _names_nothing(included: Iterable[DiscountTarget]) -> str:
    message = "applicable_to names no item of the order"
    if any(target.object == "products_collection" for target in included):
        return f"{message}; of a products_collection order_item_indices name them"
    return message


def _matches(cart: Cart, targets: Sequence[DiscountTarget]) -> dict[int, list[DiscountTarget]]:
    """Return the targets that match each line, by the line's index.

    ``order_item_indices`` select lines directly. Without them, a product matches by its names
    (including lines of its SKUs) and an SKU by its own; a collection's products are unknown here.
    """
    if not targets:
        return {}
    by_index: dict[int, list[int]] = {}
    by_product: dict[str, list[int]] = {}
    by_sku: dict[str, list[int]] = {}
    targets = _distinct(cart, targets)
    for nth, target in enumerate(targets):
        for index in target.order_item_indices or ():
            by_index.setdefault(index, []).append(nth)
        if target.order_item_indices:
            continue
        for name in filter(None, (target.id, target.source_id)):
            if target.object in ("product", None):
                by_product.setdefault(name, []).append(nth)
            if target.object in ("sku", None):
                by_sku.setdefault(name, []).append(nth)
    found: dict[int, list[DiscountTarget]] = {}
    for index, entry in enumerate(cart.lines):
        hits = [*by_index.get(index, ()), *_hits(by_product, entry.products)]
        hits += _hits(by_sku, entry.skus)
        if hits:
            found[index] = [targets[nth] for nth in sorted(set(hits))]
    return found


def _hits(by_name: dict[str, list[int]], names: frozenset[str]) -> Iterator[int]:
    for name in names:
        yield from by_name.get(name, ())


def _distinct(cart: Cart, targets: Iterable[DiscountTarget]) -> tuple[DiscountTarget, ...]:
    """Merge targets that cover the same lines in the same way.

    A merged target has their lowest limits and their highest price, which would prevail anyway.
    Thus a hundred entries for one product cost a line no more time than one does.
    """
    names = frozenset[str]().union(*(entry.products | entry.skus for entry in cart.lines))
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

    def choose(self, cart: Cart, indices: Iterable[int]) -> dict[int, int | None]:
        """Select the covered lines, each with the number of covered units, None for the whole line.

        The cheapest or the most expensive is one line, or one unit.
        """
        ranked = self._ranked(cart, indices)
        chosen: dict[int, int | None] = (
            dict(self._units(cart, ranked))
            if self.by_unit
            else dict.fromkeys(ranked[self.skip :: self.step])
        )
        if self.effect not in ("APPLY_TO_CHEAPEST", "APPLY_TO_MOST_EXPENSIVE"):
            return chosen
        return dict.fromkeys(list(chosen)[:1], 1 if self.by_unit else None)

    def _ranked(self, cart: Cart, indices: Iterable[int]) -> list[int]:
        priced = [index for index in indices if cart.lines[index].amount is not None]
        match self.effect:
            case "APPLY_TO_CHEAPEST" | "APPLY_FROM_CHEAPEST":
                priced.sort(key=lambda index: _unit_price(cart.lines[index]))
            case "APPLY_TO_MOST_EXPENSIVE" | "APPLY_FROM_MOST_EXPENSIVE":
                priced.sort(key=lambda index: -_unit_price(cart.lines[index]))
        return priced

    def _units(self, cart: Cart, ranked: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Yield lines with their covered units, counting the units of all lines in one row."""
        begin = 0
        for index in ranked:
            end = begin + max(1, cart.lines[index].quantity)
            if count := self._chosen_before(end) - self._chosen_before(begin):
                yield index, count
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


_rule_fields = attrgetter("effect", "skip_initially", "repeat", "target")


def _ordered(
    cart: Cart, covered: dict[int, list[DiscountTarget]], units: dict[int, int]
) -> dict[int, list[DiscountTarget]]:
    """Return the covered lines in order of application; enter unit counts into `units`."""
    groups: dict[_SelectionRule, dict[int, list[DiscountTarget]]] = {}
    alike: dict[tuple[object, ...], dict[int, list[DiscountTarget]]] = {}
    for index, targets in covered.items():
        for target in targets:
            key = (
                *_rule_fields(target),
                bool(target.order_item_indices),
                bool(target.order_item_units),
            )
            if key not in alike:
                alike[key] = groups.setdefault(_SelectionRule.of(target), {})
            alike[key].setdefault(index, []).append(target)
    chosen: dict[int, list[DiscountTarget]] = {}
    for rule, candidates in groups.items():
        for index, count in rule.choose(cart, candidates).items():
            chosen.setdefault(index, []).extend(candidates[index])
            if count is not None:
                units[index] = min(count, units.get(index, count))
    return chosen
