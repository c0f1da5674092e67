"""Discounts of a bundle of products, which apply as often as the order holds the bundle."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Final

from order_projector.domain.redeemables import Discount, DiscountTarget

_MOST_PERCENT: Final = Decimal(100)


def bundled(discount: Discount, quantity: int) -> Discount:
    """Return the discount of several bundles: amounts, units and quantity limits multiplied.

    An amount per unit, a new price and a limit in money stay; a percentage becomes at most 100, and
    its quantity limits stay.
    """
    if quantity == 1:
        return discount
    amount, targets = discount.amount_off, discount.applicable_to
    if amount is not None and discount.effect != "APPLY_TO_ITEMS_BY_QUANTITY":
        amount *= quantity
    if targets and discount.type != "PERCENT":
        targets = tuple(_bundled_limits(targets, quantity))
    return replace(
        discount,
        amount_off=amount,
        percent_off=_percent(discount.percent_off, quantity),
        units=tuple(replace(it, unit_off=_times(it.unit_off, quantity)) for it in discount.units),
        applicable_to=targets,
    )


def _bundled_limits(targets: Iterable[DiscountTarget], quantity: int) -> Iterable[DiscountTarget]:
    for target in targets:
        yield replace(
            target,
            quantity_limit=_times(target.quantity_limit, quantity),
            aggregated_quantity_limit=_times(target.aggregated_quantity_limit, quantity),
        )


def _times(number: int | None, quantity: int) -> int | None:
    return None if number is None else number * quantity


def _percent(text: str | None, quantity: int) -> str | None:
    """Multiply a percentage; one that is not a number stays as it is."""
    try:
        return str(min(Decimal(text or "") * quantity, _MOST_PERCENT))
    except InvalidOperation:
        return text
