"""Log readiness: one line when the worker becomes unready, with reasons; one when ready."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final

from order_projector.worker.health import Health, HealthReport

_log: Final = logging.getLogger(__name__)

LOOK_EVERY: Final = 1.0
"""Seconds between two checks."""


@dataclass(slots=True)
class ReadinessLog:
    """A background check of readiness that logs each change of its reasons."""

    health: Health
    _reasons: frozenset[str] = frozenset()
    _ready: bool = False
    _task: "asyncio.Task[None] | None" = field(default=None, init=False)

    async def start(self) -> None:
        """Start checking in the background."""
        self._task = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        """Stop checking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=1.0)

    def note(self, report: HealthReport) -> None:
        """Log a change of the reasons; ignore how long each has lasted."""
        reasons = frozenset(reason.what for reason in report.reasons)
        if not reasons and not self._ready:
            _log.info("ready")
        elif reasons and reasons != self._reasons:
            _log.warning("not ready: %s", "; ".join(map(str, report.reasons)))
        self._reasons, self._ready = reasons, not reasons

    async def _keep_looking(self) -> None:
        while True:
            try:
                self.note(await self.health.ready())
            except Exception:
                _log.exception("cannot check the readiness")
            await asyncio.sleep(LOOK_EVERY)
