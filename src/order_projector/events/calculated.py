"""An order that its sender calculated: what this redemption applied, taken at its word."""

from collections.abc import Iterator
from typing import Any

from order_projector.domain.cart import Cart, Line
from order_projector.domain.facts import Given, GivenLine
from order_projector.events.items import OrderItem, amount_of, line_of, price_of
from order_projector.events.order import Order


def given(order: Order | None) -> Given | None:
    """What a calculated order says that this redemption applied; None where it is priced here."""
    if order is None or not order.is_calculated:
        return None
    lines = tuple(_given_lines(order.items or []))
    return Given(order.applied_discount_amount or 0, lines)


def _given_lines(items: list[OrderItem]) -> Iterator[GivenLine]:
    touched = [item for item in items if _is_touched(item)]
    if not touched:
        return
    occurrences = _occurrences(items)
    for item in touched:
        yield GivenLine(
            line=_brought(item) if item.units_before == 0 else _reference(item),
            occurrence=occurrences[id(item)],
            applied_discount_amount=item.applied_discount_amount or 0,
            quantity=item.quantity,
            discount_quantity=item.discount_quantity or 0,
            applied_quantity=item.applied_quantity,
            applied_quantity_amount=_applied_quantity_amount(item),
            applied_discount_quantity=item.applied_discount_quantity,
            initial_quantity=item.units_before,
        )


def _is_touched(item: OrderItem) -> bool:
    return bool(
        item.applied_discount_amount
        or item.discount_quantity
        or item.applied_quantity
        or item.applied_discount_quantity
        or item.initial_quantity is not None
    )


def _applied_quantity_amount(item: OrderItem) -> int | None:
    """Where no price tells what the added units cost, the amounts before and after do."""
    if item.applied_quantity_amount is None and price_of(item) is None and item.amount is not None:
        return None if item.initial_amount is None else item.amount - item.initial_amount
    return item.applied_quantity_amount


def _brought(item: OrderItem) -> Line:
    return line_of(item, 0, None if amount_of(item) is None else 0)


def _reference(item: OrderItem) -> Line:
    """Only what names the line."""
    return Line(
        quantity=0,
        source_id=item.source_id,
        related_object=item.related_object,
        product_id=item.product_id,
        sku_id=item.sku_id,
        product=_naming(item.product),
        sku=_naming(item.sku),
    )


def _naming(catalogue: dict[str, Any] | None) -> dict[str, Any] | None:
    if catalogue is None:
        return None
    return {key: catalogue[key] for key in ("id", "source_id") if key in catalogue} or None


def _occurrences(items: list[OrderItem]) -> dict[int, int]:
    """For each item, by identity, which line of its name it is; lines brought by discounts last."""
    if len(items) == 1 or _have_names_of_their_own(items):
        return dict.fromkeys(map(id, items), 0)
    ordered = sorted(items, key=lambda item: item.units_before == 0)
    cart = Cart.of(_reference(item) for item in ordered)
    return {
        id(item): cart.occurrence(entry) for item, entry in zip(ordered, cart.lines, strict=True)
    }


def _have_names_of_their_own(items: list[OrderItem]) -> bool:
    """Whether each has a name and none shares one: nobody needs to be told apart by place."""
    taken: set[str] = set()
    for item in items:
        own = {item.product_id, item.sku_id, item.source_id}
        for catalogue in (item.product, item.sku):
            if catalogue:
                own |= {catalogue.get("id"), catalogue.get("source_id")}
        names = {name for name in own if name}
        if not names or not taken.isdisjoint(names):
            return False
        taken |= names
    return True
