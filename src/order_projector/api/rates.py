"""A limit of requests a minute for each key, counted by this process alone."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

WINDOW: Final = 60.0
UNLIMITED: Final = 1_000_000
"""What an answer says while there is no limit: a client may take an absent number for 0."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit after a request; ``wait`` are seconds until there is more."""

    limit: int = UNLIMITED
    remaining: int = UNLIMITED
    wait: int | None = None


@dataclass(slots=True)
class RateLimit:
    """Counts requests in windows of a minute, each of which begins with a request."""

    limit: int | None = None
    clock: Callable[[], float] = time.monotonic
    _windows: dict[str, tuple[float, int]] = field(default_factory=dict)

    @property
    def unused(self) -> Allowance:
        """What an answer without a known client says."""
        return Allowance() if self.limit is None else Allowance(self.limit, self.limit)

    def spend(self, name: str) -> Allowance:
        """Count a request of that name, unless the limit is reached."""
        if self.limit is None:
            return Allowance()
        now = self.clock()
        began, count = self._windows.get(name, (now, 0))
        if now - began >= WINDOW:
            began, count = now, 0
        if count >= self.limit:
            return Allowance(self.limit, 0, max(1, math.ceil(began + WINDOW - now)))
        self._windows[name] = (began, count + 1)
        return Allowance(self.limit, self.limit - count - 1)
