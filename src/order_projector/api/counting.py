"""The total of a list: exact while it is small, at most a minute old beyond."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from order_projector.projection.reading import OrderFilter, OrderReader

EXACT_UP_TO: Final = 10_000
STALE_AFTER: Final = 60.0
MOST_REMEMBERED: Final = 1_000


@dataclass(slots=True)
class OrderCounts:
    """Counts orders; a large number is remembered for a minute."""

    reader: OrderReader
    clock: Callable[[], float] = time.monotonic
    _large: dict[OrderFilter, tuple[float, int]] = field(default_factory=dict)

    async def total(self, matching: OrderFilter) -> int:
        """Return how many orders match."""
        now = self.clock()
        counted, number = self._large.get(matching, (0.0, -1))
        if number >= 0 and now - counted < STALE_AFTER:
            return number
        self._large.pop(matching, None)
        number = await self.reader.count(matching)
        if number > EXACT_UP_TO:
            if len(self._large) >= MOST_REMEMBERED:
                self._large.clear()
            self._large[matching] = (now, number)
        return number
