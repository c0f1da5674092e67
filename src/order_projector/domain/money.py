"""Arithmetic on money, in whole units of the smallest currency unit.

All rounding of amounts happens here, and it is always half up: 3 % of 50350 is 1510.5 and becomes
1511. Percentages and ratios are exact fractions; no binary floating point touches an amount.
"""

from collections.abc import Sequence
from decimal import Context, InvalidOperation
from fractions import Fraction
from typing import Final

CENTS = 100

_DIGITS: Final = Context(prec=80)
"""More digits than any percentage needs; a longer number would only be slow to compute with."""

_MAGNITUDE: Final = 20


def decimal(text: str | None) -> Fraction | None:
    """Parse a decimal number; None if the text is not one or its exponent is beyond ±20."""
    try:
        number = _DIGITS.create_decimal(text or "")
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > _MAGNITUDE:
        return None
    return Fraction(number)


def percent_of(amount: int, percent: Fraction, part: int = 1, whole: int = 1) -> int:
    """Return a percentage of `part` of `whole` equal parts of an amount, rounded once, half up."""
    return part_of(amount * part, percent.numerator, 100 * whole * percent.denominator)


def part_of(amount: int, part: int, whole: int) -> int:
    """Return `part` of `whole` equal parts of an amount, rounded half up."""
    return (2 * amount * part + whole) // (2 * whole)


def exchanged(points: int, exchange_ratio: Fraction, points_ratio: Fraction) -> int:
    """Convert points to cents: `points_ratio` points make `exchange_ratio` units of 100 cents."""
    rate = exchange_ratio / points_ratio
    return part_of(points * CENTS, rate.numerator, rate.denominator)


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount in proportion to the weights; the parts add up to it exactly.

    Every part is rounded down; the remaining cents go one each to the parts with the largest
    remainders, the earlier part first on a tie. If all weights are 0, every part is 0.
    """
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    parts = [amount * weight // total for weight in weights]
    by_fraction = sorted(range(len(weights)), key=lambda i: -(amount * weights[i] % total))
    for i in by_fraction[: amount - sum(parts)]:
        parts[i] += 1
    return parts
