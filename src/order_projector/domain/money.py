"""Money: whole units of the smallest currency unit in, whole units out.

All rounding of the product happens here, and it is always half up: 3 % of 50350 is 1510.5 and
becomes 1511. Percents and ratios are decimal numbers; no binary fraction touches an amount.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

CENTS = 100

# Wide enough for every amount times every percent to be exact, so that only the last step rounds.
_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
_MAGNITUDE = 20


def decimal(text: str | None) -> Decimal | None:
    """The number that a text writes; None where it writes none, or one beyond any use (1e20)."""
    try:
        number = Decimal(text or "")
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number.adjusted()) > _MAGNITUDE:
        return None
    return number


def percent_of(amount: int, percent: Decimal, part: int = 1, whole: int = 1) -> int:
    """`percent` per cent of `part` of `whole` equal parts of an amount, rounded once, half up."""
    return _half_up(_EXACT.multiply(Decimal(amount * part), percent), Decimal(100 * whole))


def part_of(amount: int, part: int, whole: int) -> int:
    """`part` of `whole` equal parts of an amount, half up."""
    return (2 * amount * part + whole) // (2 * whole)


def exchanged(points: int, exchange_ratio: Decimal, points_ratio: Decimal) -> int:
    """What points are worth: `points_ratio` of them make `exchange_ratio` units of 100 cents."""
    return _half_up(_EXACT.multiply(Decimal(points * CENTS), exchange_ratio), points_ratio)


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


def _half_up(dividend: Decimal, divisor: Decimal) -> int:
    return int(_EXACT.divide(dividend, divisor).to_integral_value(ROUND_HALF_UP))
