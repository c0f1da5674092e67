"""Do things at a rate."""

import asyncio
import time


class Pace:
    """Lets ``rate`` things a second pass; any number without a rate."""

    def __init__(self, rate: int | None) -> None:
        """Take the rate in things a second."""
        self._rate = rate
        self._begun = time.monotonic()
        self._passed = 0

    async def wait(self) -> None:
        """Return when the next thing may be done."""
        if self._rate is None:
            return
        due = self._begun + self._passed / self._rate
        self._passed += 1
        if (pause := due - time.monotonic()) > 0:
            await asyncio.sleep(pause)
