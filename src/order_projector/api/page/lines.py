"""The lines of an order, as the page shows them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from order_projector.api.page.steps import Parts, StepRef
from order_projector.api.page.text import Pair, name_of, pairs_of
from order_projector.domain.currency import Currency
from order_projector.domain.explanation import Explanation

_IDS: Final = (("product_id", "product"), ("sku_id", "SKU"), ("source_id", "shop's id"))
_MOST_REFS: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One line; figures that are not known are empty.

    ``steps`` are those that moved its amount or its discount.
    """

    name: str
    ids: tuple[Pair, ...]
    units: int
    units_note: str
    price: str
    amount: str
    discount: str
    subtotal: str
    steps: tuple[StepRef, ...]
    metadata: tuple[Pair, ...]


def lines_of(explanation: Explanation, parts: Parts) -> tuple[Line, ...]:
    """Return the lines of an order."""
    steps = _steps_by_label(explanation, parts)
    items = explanation.order.get("items", [])
    return tuple(
        _line(item, explanation.money.currency, steps.get(label, ()))
        for item, label in zip(items, explanation.labels, strict=True)
    )


def _steps_by_label(explanation: Explanation, parts: Parts) -> Mapping[str, tuple[StepRef, ...]]:
    found: dict[str, dict[int, None]] = defaultdict(dict)
    for number, entry in enumerate(explanation.entries, start=1):
        for line in entry.ledger:
            if line.item is not None:
                found[line.item][number] = None
    return {
        label: tuple(parts.ref(number) for number in [*numbers][-_MOST_REFS:])
        for label, numbers in found.items()
    }


def _line(item: Mapping[str, Any], currency: Currency, steps: tuple[StepRef, ...]) -> Line:
    ids = tuple(Pair(label, name_of(item[name])) for name, label in _IDS if name in item)

    def money(name: str) -> str:
        return currency.plain(item[name]) if name in item else ""

    discount = item.get("discount_amount", 0)
    return Line(
        name=_name(item) or (ids[0].value if ids else "item"),
        ids=ids,
        units=item["quantity"],
        units_note=", ".join(_units_notes(item)),
        price=money("price"),
        amount=money("amount"),
        discount=currency.plain(-discount) if discount else "",
        subtotal=money("subtotal_amount"),
        steps=steps,
        metadata=pairs_of(item.get("metadata")),
    )


def _name(item: Mapping[str, Any]) -> str:
    names = (item.get(each, {}).get("name") for each in ("sku", "product"))
    return next((name_of(name) for name in names if isinstance(name, str) and name), "")


def _units_notes(item: Mapping[str, Any]) -> Iterator[str]:
    if free := item.get("discount_quantity"):
        yield f"{free} discounted"
    if "initial_quantity" in item and item["initial_quantity"] != item["quantity"]:
        yield f"{item['initial_quantity']} in the cart"
