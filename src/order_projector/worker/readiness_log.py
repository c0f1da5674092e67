"""Log readiness: one line when the worker becomes unready, with reasons; one when ready."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from order_projector.worker.health import Health, HealthReport

_log: Final = logging.getLogger(__name__)

LOOK_EVERY: Final = 1.0
"""Seconds between two checks."""


@dataclass(slots=True)
class ReadinessLog:
    """Checks readiness periodically, and logs each change of its reasons."""

    health: Health
    _reasons: frozenset[str] = frozenset()
    _ready: bool = False

    async def watch(self) -> None:
        """Check the readiness again and again, until cancelled."""
        while True:
            try:
                self.note(await self.health.ready())
            except Exception:
                _log.exception("cannot check the readiness")
            await asyncio.sleep(LOOK_EVERY)

    def note(self, report: HealthReport) -> None:
        """Log a change of the reasons; ignore how long each has lasted."""
        reasons = frozenset(reason.what for reason in report.reasons)
        if not reasons and not self._ready:
            _log.info("ready")
        elif reasons and reasons != self._reasons:
            _log.warning("not ready: %s", "; ".join(map(str, report.reasons)))
        self._reasons, self._ready = reasons, not reasons
