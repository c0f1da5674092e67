"""Redeemables as their sender defines them: discounts, gift cards and loyalty points.

Money is in the smallest currency unit; rates are decimal numbers as text.
"""

from dataclasses import dataclass
from typing import Literal

from order_projector.domain.lines import JsonObject


@dataclass(frozen=True, slots=True)
class DiscountTarget:
    """One entry of ``applicable_to`` or ``inapplicable_to``.

    ``order_item_units`` are pairs: the index of a line and the number of its units covered.
    """

    object: str | None = None
    id: str | None = None
    source_id: str | None = None
    price: int | None = None
    effect: str | None = None
    quantity_limit: int | None = None
    aggregated_quantity_limit: int | None = None
    amount_limit: int | None = None
    aggregated_amount_limit: int | None = None
    order_item_indices: tuple[int, ...] | None = None
    order_item_units: tuple[tuple[int, int], ...] | None = None
    skip_initially: int | None = None
    repeat: int | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class UnitOff:
    """Units that a UNIT discount gives: one entry of ``units``, or the discount's own unit."""

    unit_off: int | None = None
    unit_type: str | None = None
    effect: str | None = None
    product: JsonObject | None = None
    sku: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Discount:
    """A coupon's or promotion tier's discount. ``percent_off`` is a decimal number as text."""

    type: str | None = None
    effect: str | None = None
    amount_off: int | None = None
    percent_off: str | None = None
    fixed_amount: int | None = None
    units: tuple[UnitOff, ...] = ()
    amount_limit: int | None = None
    aggregated_amount_limit: int | None = None
    applicable_to: tuple[DiscountTarget, ...] = ()
    inapplicable_to: tuple[DiscountTarget, ...] = ()
    kind: Literal["discount"] = "discount"


@dataclass(frozen=True, slots=True)
class Gift:
    """Gift card credits, in the smallest currency unit."""

    credits: int | None = None
    effect: str | None = None
    applicable_to: tuple[DiscountTarget, ...] = ()
    inapplicable_to: tuple[DiscountTarget, ...] = ()
    kind: Literal["gift"] = "gift"


@dataclass(frozen=True, slots=True)
class Points:
    """Loyalty points spent: coins if both ratios (decimal text) are given, else cents.

    ``reward`` is the reward's type; a reward that is not a COIN changes no amount.
    """

    points: int | None = None
    exchange_ratio: str | None = None
    points_ratio: str | None = None
    reward: str | None = None
    kind: Literal["points"] = "points"


Redeemable = Discount | Gift | Points
