"""The shop's arithmetic: whole cents, rounded half up, and splits that add up."""

from collections.abc import Sequence


def half_up(dividend: int, divisor: int) -> int:
    """Divide non-negative integers, rounding half up."""
    return (2 * dividend + divisor) // (2 * divisor)


def shared_out(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount in proportion to the weights; leftover cents go to the largest fractions."""
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    floors = [amount * weight // whole for weight in weights]
    fractions = [amount * weight % whole for weight in weights]
    neediest = sorted(range(len(weights)), key=lambda place: (-fractions[place], place))
    for place in neediest[: amount - sum(floors)]:
        floors[place] += 1
    return floors
