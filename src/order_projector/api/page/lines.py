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


@dataclass(frozen=True, slots=True)
class LineSums:
    """The sums of the lines, from their amount to the total of the order."""

    amount: str
    discount: str
    subtotal: str
    of_order: str
    total: str


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of an order; the sums are None while they are not known."""

    rows: tuple[Line, ...]
    sums: LineSums | None


def lines_of(explanation: Explanation, parts: Parts) -> Lines:
    """Return the lines of an order, and how they add up to its total."""
    steps = _steps_by_label(explanation, parts)
    order, currency = explanation.order, explanation.money.currency
    items = order.get("items", [])
    rows = (
        _line(item, currency, steps.get(label, ()))
        for item, label in zip(items, explanation.labels, strict=True)
    )
    return Lines(tuple(rows), _sums(order, currency))


def _sums(order: Mapping[str, Any], currency: Currency) -> LineSums | None:
    if "amount" not in order:
        return None
    amount, of_lines = order["amount"], order.get("items_discount_amount", 0)
    of_order = order.get("discount_amount", 0)
    return LineSums(
        amount=currency.plain(amount),
        discount=currency.plain(-of_lines) if of_lines else "",
        subtotal=currency.plain(amount - of_lines),
        of_order=currency.plain(-of_order) if of_order else "",
        total=currency.plain(order["total_amount"]),
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
