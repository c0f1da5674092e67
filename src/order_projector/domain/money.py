"""Money: whole units of the smallest currency unit in, whole units out.

All rounding of the product happens here, and it is always half up: 3 % of 50350 is 1510.5 and
becomes 1511. Percents and ratios are decimal numbers; no binary fraction touches an amount.
"""

from collections.abc import Sequence
from decimal import Context, InvalidOperation
from fractions import Fraction
from typing import Final

CENTS = 100

_DIGITS: Final = Context(prec=80)
"""More digits than any percent has; what exceeds them could only make a number slow."""

_MAGNITUDE: Final = 20


def decimal(text: str | None) -> Fraction | None:
    """The number that a text writes; None where it writes none, or one beyond any use (1e20)."""
    try:
        number = _DIGITS.create_decimal(text or "")
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > _MAGNITUDE:
        return None
    return Fraction(number)


def percent_of(amount: int, percent: Fraction, part: int = 1, whole: int = 1) -> int:
    """`percent` per cent of `part` of `whole` equal parts of an amount, rounded once, half up."""
    return part_of(amount * part, percent.numerator, 100 * whole * percent.denominator)


def part_of(amount: int, part: int, whole: int) -> int:
    """`part` of `whole` equal parts of an amount, half up."""
    return (2 * amount * part + whole) // (2 * whole)


def exchanged(points: int, exchange_ratio: Fraction, points_ratio: Fraction) -> int:
    """What points are worth: `points_ratio` of them make `exchange_ratio` units of 100 cents."""
    rate = exchange_ratio / points_ratio
    return part_of(points * CENTS, rate.numerator, rate.denominator)


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount in parts proportional to the weights; the parts add up to it exactly.

    Every part is rounded down; the cents that remain go one each to the largest fractions that
    were cut off, to the earlier part where two are equal. Without any weight nothing is given out.
    """
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    parts = [amount * weight // total for weight in weights]
    by_fraction = sorted(range(len(weights)), key=lambda i: -(amount * weights[i] % total))
    for i in by_fraction[: amount - sum(parts)]:
        parts[i] += 1
    return parts
