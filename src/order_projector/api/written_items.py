"""What counts of the items of a written order: what the customer ordered.

In items as they are read, ``initial_quantity`` and ``initial_amount`` distinguish the customer's
units from those that redemptions added. Redemptions bring their units again in every fold.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from order_projector.domain.free_lines import NAMES, Names

_ITEM: Final = (
    *(*NAMES, "quantity", "initial_quantity", "amount", "price"),
    *("product", "sku", "metadata"),
)


def written_items(
    items: Sequence[Any], stored: Mapping[str, Any] | None, emptied: Collection[Names] = ()
) -> list[Any]:
    """Return the details of the items, none if these carry nothing; ``stored`` is the order so far.

    ``emptied`` names its lines that are the customer's and have none of the customer's units.

    Items without any of the customer's units would empty the cart. An order that has no others is
    left as it is: its amount may be that of no item.
    """
    if all(item is None for item in items):
        return []
    stored_items: Sequence[Any] = (stored or {}).get("items", ())
    if stored is not None and _are_added(stored_items) and _are_added(items):
        return []
    known = [_ordered(item) for item in stored_items]
    return [_emptied(item) if _is_emptied(item, emptied) else _item(item, known) for item in items]


def has_added_line(items: Any) -> bool:
    """Whether one of the items has no units but those that redemptions added."""
    return isinstance(items, list) and any(
        isinstance(item, dict) and _are_added([item]) for item in items
    )


def cost_of_units(items: Iterable[Any]) -> int:
    """Return what the units cost that redemptions added to the items (negative: removed)."""
    cost = 0
    for item in items:
        match item:
            case {
                "initial_quantity": int(ordered),
                "initial_amount": int(before),
                "amount": int(amount),
            } if ordered != item.get("quantity"):
                cost += amount - before
    return cost


def orders_amounts(items: Iterable[Any]) -> bool:
    """Whether an item with units of the customer's has an amount."""
    return any(isinstance(it, dict) and "amount" in it and not _are_added([it]) for it in items)


def only(names: tuple[str, ...], value: Any) -> Any:
    """Return an object with these members alone, without nulls; another value as it is."""
    if not isinstance(value, dict):
        return value
    return {name: value[name] for name in names if value.get(name) is not None}


def _are_added(items: Iterable[Any]) -> bool:
    """Whether all units of the items are those that redemptions added."""
    return all(
        item is None or (isinstance(item, dict) and item.get("initial_quantity") == 0)
        for item in items
    )


def _ordered(item: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what an item as it is read says about the customer's units."""
    quantity = item.get("initial_quantity", item.get("quantity"))
    amount = item.get("initial_amount", item.get("amount"))
    return (*map(item.get, NAMES), item.get("price"), quantity, amount)


def _is_emptied(item: Any, emptied: Collection[Names]) -> bool:
    """Whether an item is a line of the customer's with none of the customer's units."""
    if not emptied or not isinstance(item, dict) or not _are_added([item]):
        return False
    names = [item.get(name) for name in NAMES]
    return all(name is None or isinstance(name, str) for name in names) and tuple(names) in emptied


def _emptied(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of such an item: an event with ``initial_quantity`` 0 would have none."""
    details = {name: item[name] for name in _ITEM if item.get(name) is not None}
    for name in ("initial_quantity", "amount"):
        details.pop(name, None)
    if (amount := item.get("initial_amount")) is not None:
        details["amount"] = amount
    return details | {"quantity": 0}


def _item(item: Any, known: Sequence[tuple[Any, ...]]) -> Any:
    """Return the details of an item; ``known`` describes the customer's units of the stored ones.

    An event makes the amount of ``initial_quantity`` units of the price or, without one, of the
    amount of all units. If the customer's units cost something else, only they are given.
    """
    kept = only(_ITEM, item)
    match item:
        case {"initial_quantity": int(ordered), "initial_amount": int(amount)}:
            pass
        case _:
            return kept
    if not _has_price(item):
        told_alone = ordered != item.get("quantity")
        return kept | {"quantity": ordered, "amount": amount} if told_alone else kept
    price = item.get("price")
    if ordered and isinstance(price, int) and price * ordered != amount and _ordered(item) in known:
        del kept["initial_quantity"]
        return kept | {"quantity": ordered, "amount": amount}
    return kept


def _has_price(item: Mapping[str, Any]) -> bool:
    """Whether an item, or its product or SKU, gives the price of a unit."""
    holders = (item, item.get("product"), item.get("sku"))
    return any(isinstance(each, dict) and each.get("price") is not None for each in holders)
