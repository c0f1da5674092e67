"""Which lines an item-level discount covers, and in which order.

Entries of ``applicable_to`` that share an effect, a target, a skip and a repeat are looked at
together: the cheapest line of two listed products is one line. Lines are ranked by their unit
price; of two equal ones the earlier comes first. Where the target is the UNIT, units are counted,
line after line.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from operator import attrgetter
from typing import NamedTuple

from order_projector.domain.cart import Cart, CartLine
from order_projector.domain.discounts.result import InvalidDiscount, quoted
from order_projector.domain.money import part_of
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


class CoveredLine(NamedTuple):
    """A line that a discount covers, and the entries of ``applicable_to`` that cover it.

    ``quantity`` are the units of the line; one that has an amount only is one unit. ``chosen`` is
    how many of them were chosen one by one; None where the line was as a whole.
    """

    entry: CartLine
    amount: int
    quantity: int
    targets: tuple[DiscountTarget, ...] = ()
    chosen: int | None = None

    @property
    def units(self) -> int:
        """Units of the line that are covered, before any limit."""
        return self.quantity if self.chosen is None else min(self.chosen, self.quantity)

    def cost(self, units: int) -> int:
        """What that many units of the line cost before discounts."""
        return part_of(self.amount, units, self.quantity)


def select_lines(
    cart: Cart, included: Sequence[DiscountTarget], excluded: Sequence[DiscountTarget]
) -> tuple[CoveredLine, ...] | InvalidDiscount:
    """Return the priced lines that a discount covers, in the order in which it is applied to them.

    Without ``applicable_to`` those are all lines; what ``inapplicable_to`` names is never covered.
    """
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
    chosen = _listed_units(included)
    if included:
        covered = _ordered(cart, covered, chosen)
    return tuple(
        CoveredLine(entry, amount, max(1, entry.quantity), tuple(targets), chosen.get(index))
        for index, targets in covered.items()
        if (amount := (entry := cart.lines[index]).amount) is not None
    )


def _listed_units(included: Iterable[DiscountTarget]) -> dict[int, int]:
    """How many units of a line the sender listed; of several lists the shortest counts."""
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
    """The targets of each line, by the line's index.

    ``order_item_indices`` say which lines are meant. Without them a product is matched by its
    names, its SKUs' lines included, and an SKU by its own; a collection's products are not known.
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
    """The targets, those that cover the same lines in the same way as one.

    Its limits are the lowest and its price the highest of theirs, which is what would decide of
    them anyway: a hundred entries for one product cost a line no more than one does.
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
"""Everything about a target but its names, its price and its limits."""

_LIMITS = (
    "quantity_limit",
    "aggregated_quantity_limit",
    "amount_limit",
    "aggregated_amount_limit",
)


def _both(one: DiscountTarget, other: DiscountTarget) -> DiscountTarget:
    prices = [price for price in (one.price, other.price) if price is not None]
    limits = {
        name: min(
            (it for it in (getattr(one, name), getattr(other, name)) if it is not None),
            default=None,
        )
        for name in _LIMITS
    }
    return replace(one, price=max(prices, default=None), **limits)


@dataclass(frozen=True, slots=True)
class _SelectionRule:
    """Which of its matching lines a group of targets covers, and in which order."""

    effect: str
    skip: int
    step: int
    by_unit: bool = False

    @classmethod
    def of(cls, target: DiscountTarget) -> "_SelectionRule":
        """The rule of one target. Lines that the sender selected by index are not skipped again.

        Indices name selected lines, not selected units.
        """
        effect = target.effect or "APPLY_TO_EVERY"
        by_unit = target.target == "UNIT" and not target.order_item_units
        if target.order_item_indices and not by_unit:
            return cls(effect, 0, 1)
        skip, step = max(0, target.skip_initially or 0), max(1, target.repeat or 1)
        return cls(effect, skip, step, by_unit)

    def choose(self, cart: Cart, indices: Iterable[int]) -> dict[int, int | None]:
        """The lines covered, of those that the targets match, and how many units where it counts.

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
        """Lines with units that are covered, when all their units stand in one row."""
        begin = 0
        for index in ranked:
            end = begin + max(1, cart.lines[index].quantity)
            if count := self._chosen_before(end) - self._chosen_before(begin):
                yield index, count
            begin = end

    def _chosen_before(self, place: int) -> int:
        return max(0, (place - self.skip + self.step - 1) // self.step)


def _unit_price(entry: CartLine) -> Fraction:
    if entry.line.price is not None:
        return Fraction(entry.line.price)
    return Fraction(entry.amount or 0, max(1, entry.quantity))


_rule_fields = attrgetter("effect", "skip_initially", "repeat", "target")


def _ordered(
    cart: Cart, covered: dict[int, list[DiscountTarget]], units: dict[int, int]
) -> dict[int, list[DiscountTarget]]:
    """Return the covered lines in order of application; add the counts of units to `units`."""
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
