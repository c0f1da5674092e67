"""Formulas for the figures: percentiles, the cost of a batch and of an event, the highest rate."""

import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

MISSING = math.inf
"""The latency of an event whose order was never announced."""


def percentile(values: Sequence[float], percent: float) -> float:
    """Return a percentile by the nearest-rank method."""
    if not values:
        raise ValueError("there is no percentile of no values")
    return sorted(values)[max(1, math.ceil(len(values) * percent / 100)) - 1]


@dataclass(frozen=True, slots=True)
class Observed:
    """CPU time per event, at this average number of records per batch."""

    records_per_batch: float
    seconds_per_event: float


@dataclass(frozen=True, slots=True)
class CostModel:
    """An event costs ``a / n + b`` seconds, with n records in a batch."""

    a: float
    b: float


def cost_model(observed: Iterable[Observed]) -> CostModel | None:
    """Fit the model by least squares of the relative error; None if all batches are alike.

    The error is relative because an event of a small batch costs ten times one of a large batch.
    With the absolute error, the small batches alone would determine the cost of the large ones.
    """
    rows = [
        (1 / (it.records_per_batch * it.seconds_per_event), 1 / it.seconds_per_event)
        for it in observed
    ]
    # the normal equations of  x * a + y * b = 1
    xx, xy, yy = (sum(r[i] * r[j] for r in rows) for i, j in ((0, 0), (0, 1), (1, 1)))
    x, y = (sum(r[i] for r in rows) for i in (0, 1))
    determinant = xx * yy - xy * xy
    if determinant <= 1e-9 * xx * yy:
        return None
    return CostModel((x * yy - y * xy) / determinant, (y * xx - x * xy) / determinant)


async def highest_rate(
    sustains: Callable[[int], Awaitable[bool]], start: int, precision: float = 1.1
) -> int:
    """Return the highest sustained rate found, or 0 if not even 1 is sustained.

    Double the rate while it is sustained, or halve it until it is; then halve the interval until
    its ends are no further apart than this factor.
    """
    low, high = 0, start
    while await sustains(high):
        low, high = high, high * 2
    while low == 0 and high > 1:
        half = high // 2
        if await sustains(half):
            low = half
        else:
            high = half
    while low > 0 and high > low * precision and high - low > 1:
        middle = (low + high) // 2
        if await sustains(middle):
            low = middle
        else:
            high = middle
    return low
