"""Which lines an item-level discount covers, and in which order.

Entries of ``applicable_to`` that share effect, target, skip and repeat are evaluated together: the
cheapest line of two listed products is one line.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from operator import attrgetter

from order_projector.domain.cart import Cart
from order_projector.domain.discounts.covered import LIMITS, Selection, Targets
from order_projector.domain.discounts.ranking import EFFECTS, EVERY_LINE, SelectionRule, rule_fields
from order_projector.domain.discounts.result import InvalidDiscount, quoted
from order_projector.domain.memo import recall, remember
from order_projector.domain.redeemables import DiscountTarget

_Covered = dict[int, Targets]
"""The entries of ``applicable_to`` that cover a line, by the line's place."""


def select_lines(cart: Cart, included: Targets, excluded: Targets) -> Selection | InvalidDiscount:
    """Return the priced lines that a discount covers, in the order in which it is applied to them.

    Without ``applicable_to`` it covers all lines; what ``inapplicable_to`` names is never covered.
    What is selected does not depend on earlier discounts, and redemptions of one voucher select
    the same.
    """
    targets = included, excluded
    name = hash(targets)
    selected: Selection | InvalidDiscount | None = recall(cart.memo.of_units, name, targets)
    if selected is None:
        selected = _select(cart, included, excluded)
        remember(cart.memo.of_units, name, targets, selected)
    return selected


def _select(cart: Cart, included: Targets, excluded: Targets) -> Selection | InvalidDiscount:
    if not cart.lines:
        return InvalidDiscount("order.items is empty: the order has no items to discount")
    for target in included:
        if target.effect is not None and target.effect not in EFFECTS:
            return InvalidDiscount(f"applicable_to.effect {quoted(target.effect)} is unknown")
    barred = {place for target in excluded for place in _places(cart, target)}
    if not included:
        everything = (entry.place for entry in cart.lines)
        covered: _Covered = {place: () for place in everything if place not in barred}
        invalid = InvalidDiscount(_EXCLUDED)
        return _arranged(cart, covered, {}, is_ranked=False) if covered else invalid
    groups = _groups(cart, _distinct(cart, included), barred)
    if not groups:
        named = any(_places(cart, target) for target in included)
        return InvalidDiscount(_EXCLUDED if named else _names_nothing(included))
    units = _listed_units(cart, included)
    covered = _ordered(cart, groups, units)
    if not covered and _has_priced(cart, groups.values()):
        return InvalidDiscount("applicable_to skips every item that it names")
    return _arranged(cart, covered, units, is_ranked=groups.keys() != {EVERY_LINE})


def _has_priced(cart: Cart, groups: Iterable[_Covered]) -> bool:
    """Whether any line that the targets match has an amount."""
    return any(entry.amount is not None for each in groups for entry in cart.index.at(each))


_EXCLUDED = "inapplicable_to excludes every item that the discount applies to"


def _arranged(
    cart: Cart, covered: _Covered, chosen: dict[int, int], *, is_ranked: bool
) -> Selection | InvalidDiscount:
    """Return the priced ones of the covered lines, with the units chosen of each by place."""
    entries = [entry for entry in cart.index.at(covered) if entry.amount is not None]
    if not entries:
        return InvalidDiscount("no item that the discount applies to has an amount")
    keys = cart.index.keys(entries)
    return Selection.of(entries, keys, covered, chosen, is_ranked=is_ranked)


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


def _matches(cart: Cart, targets: Targets, barred: set[int]) -> _Covered:
    """Return the targets that match each line that is not barred, by the line's place."""
    if len(targets) == 1:
        return dict.fromkeys(sorted(_places(cart, targets[0]) - barred), targets)
    found: dict[int, list[DiscountTarget]] = {}
    for target in targets:
        for place in _places(cart, target) - barred:
            found.setdefault(place, []).append(target)
    return {place: tuple(found[place]) for place in sorted(found)}


def _places(cart: Cart, target: DiscountTarget) -> set[int]:
    """Return the places of the lines that a target matches.

    ``order_item_indices`` select lines directly. Without them, a product matches by its names
    (including lines of its SKUs) and an SKU by its own; a collection's products are unknown here.
    """
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


def _ordered(
    cart: Cart, groups: Mapping[SelectionRule, _Covered], units: dict[int, int]
) -> _Covered:
    """Return the covered lines in order of application; enter unit counts into `units`."""
    if len(groups) == 1 and EVERY_LINE in groups:
        return groups[EVERY_LINE]
    chosen: dict[int, list[Targets]] = {}
    for rule, candidates in groups.items():
        for place, count in rule.choose(cart, candidates).items():
            chosen.setdefault(place, []).append(candidates[place])
            if count is not None:
                units[place] = min(count, units.get(place, count))
    return {
        place: parts[0] if len(parts) == 1 else tuple(chain.from_iterable(parts))
        for place, parts in chosen.items()
    }


def _groups(cart: Cart, targets: Targets, barred: set[int]) -> dict[SelectionRule, _Covered]:
    """Group the targets by their rules, each with the lines that its targets match.

    The rule of the first line's first target comes first.
    """
    by_rule: dict[SelectionRule, list[DiscountTarget]] = {}
    alike: dict[tuple[object, ...], list[DiscountTarget]] = {}
    for target in targets:
        fields = rule_fields(target)
        if fields not in alike:
            alike[fields] = by_rule.setdefault(SelectionRule.of(target), [])
        alike[fields].append(target)
    matches = ((rule, _matches(cart, tuple(each), barred)) for rule, each in by_rule.items())
    groups = {rule: covered for rule, covered in matches if covered}
    if len(groups) <= 1:
        return groups
    nth = {id(target): n for n, target in enumerate(targets)}

    def first(rule: SelectionRule) -> tuple[int, int]:
        place, covering = next(iter(groups[rule].items()))
        return place, nth[id(covering[0])]

    return {rule: groups[rule] for rule in sorted(groups, key=first)}
