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
    """A coupon's or promotion tier's discount. ``percent_off`` is a decimal number as text.

    ``applicable_to`` is None where it is not given; an empty list names no product at all.
    """

    type: str | None = None
    effect: str | None = None
    amount_off: int | None = None
    percent_off: str | None = None
    fixed_amount: int | None = None
    units: tuple[UnitOff, ...] = ()
    amount_limit: int | None = None
    aggregated_amount_limit: int | None = None
    applicable_to: tuple[DiscountTarget, ...] | None = None
    inapplicable_to: tuple[DiscountTarget, ...] = ()
    kind: Literal["discount"] = "discount"


@dataclass(frozen=True, slots=True)
class Gift:
    """A gift card: the ``credits`` on it, and those that the redemption says it ``used``.

    Both are in the smallest currency unit, and None where they are not given.
    """

    credits: int | None = None
    effect: str | None = None
    applicable_to: tuple[DiscountTarget, ...] = ()
    inapplicable_to: tuple[DiscountTarget, ...] = ()
    used: int | None = None
    kind: Literal["gift"] = "gift"

    @property
    def worth(self) -> int | None:
        """What the card pays at most: the credits used, else all on it."""
        return self.credits if self.used is None else self.used


@dataclass(frozen=True, slots=True)
class Coin:
    """A reward in money: each ``points_ratio`` points make ``exchange_ratio`` units of 100 cents.

    The ratios are decimal numbers as text, None where they are missing.
    """

    exchange_ratio: str | None = None
    points_ratio: str | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """The loyalty points that a redemption used: coins if ``coin`` is given, else cents.

    ``points`` is None where the redemption does not say how many. ``reward`` is the reward's type;
    a reward that is not a COIN changes no amount.
    """

    points: int | None = None
    coin: Coin | None = None
    reward: str | None = None
    kind: Literal["points"] = "points"


Redeemable = Discount | Gift | Points
