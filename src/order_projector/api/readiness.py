"""Ask the services of the API again and again, and log each change of its readiness.

Without it, the first probe after a pause would be answered by what was true before that pause.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from order_projector.hosting.ping import Service
from order_projector.projection.worker_state import HealthReason

_log: Final = logging.getLogger(__name__)

LOOK_EVERY: Final = 1.0
"""Seconds between two checks."""


async def why_unready(services: Sequence[Service]) -> list[HealthReason]:
    """Return why the API is not ready; nothing if it is."""
    reasons = await asyncio.gather(*(each.unavailable_reason() for each in services))
    return [reason for reason in reasons if reason is not None]


@dataclass(slots=True)
class ReadinessWatch:
    """A background check of the services."""

    services: Sequence[Service]
    _logged: frozenset[str] | None = field(default=None, init=False)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Check for the length of a ``with`` block."""
        looking = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.wait({looking}, timeout=1.0)

    async def _keep_looking(self) -> None:
        while True:
            try:
                self._note(await why_unready(self.services))
            except Exception:
                _log.exception("cannot check the readiness")
            await asyncio.sleep(LOOK_EVERY)

    def _note(self, reasons: Sequence[HealthReason]) -> None:
        """Log a change of the reasons; how long each has lasted is none."""
        present = frozenset(reason.what for reason in reasons)
        if present == self._logged:
            return
        self._logged = present
        if present:
            _log.warning("not ready: %s", "; ".join(map(str, reasons)))
        else:
            _log.info("ready")
