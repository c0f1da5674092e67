"""The worker's own look at its topics: a line for each thing that is wrong, and what is missing."""

import asyncio
import logging
from typing import Final

from order_projector.adapters.kafka.topics.admin import opened
from order_projector.adapters.kafka.topics.model import Cluster, needs
from order_projector.adapters.kafka.topics.rules import Level, findings
from order_projector.projection.ports import Unavailable
from order_projector.settings import Settings
from order_projector.telemetry.worker_state import WorkerState

_log: Final = logging.getLogger(__name__)

LOOK_AGAIN: Final = 5.0
"""Seconds between two looks while something is missing, or no broker answers."""
LOOK_EVERY: Final = 30.0

_LEVELS: Final = {Level.PROBLEM: logging.WARNING, Level.NOTE: logging.INFO}


class TopicWatch:
    """Looks at the topics as soon as the brokers answer, and again, beside everything else.

    The worker runs all the same, whatever goes wrong in here.
    """

    def __init__(self, settings: Settings, worker_state: WorkerState) -> None:
        self._settings = settings
        self._needs = needs(settings)
        self._worker_state = worker_state
        self._said: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins, and does not wait for it."""
        self._task = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        """Ends a look that is still under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=1.0)

    async def _keep_looking(self) -> None:
        while True:
            pause = LOOK_AGAIN
            try:
                async with opened(self._settings) as admin:
                    cluster = await admin.cluster(self._needs.names)
            except Unavailable as reason:
                _log.debug("the topics cannot be looked at yet: %s", reason)
            except Exception:
                _log.exception("the topics could not be looked at")
                return
            else:
                self._tell(cluster)
                pause = LOOK_AGAIN if self._worker_state.missing else LOOK_EVERY
            await asyncio.sleep(pause)

    def _tell(self, cluster: Cluster) -> None:
        """Say what is wrong, each thing once until it is mended."""
        self._worker_state.missing = frozenset(self._needs.names) - cluster.topics.keys()
        found = {str(finding): finding for finding in findings(self._needs, cluster)}
        for line, finding in found.items():
            if line not in self._said:
                _log.log(_LEVELS[finding.level], "%s", line)
        self._said = set(found)
