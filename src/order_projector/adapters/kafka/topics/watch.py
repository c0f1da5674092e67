"""The worker's periodic check of its topics: log findings, and report missing topics."""

import asyncio
import logging
from typing import Final

from order_projector.adapters.kafka.topics.admin import opened
from order_projector.adapters.kafka.topics.model import Cluster, required_topics
from order_projector.adapters.kafka.topics.rules import Level, findings
from order_projector.projection.ports import Unavailable
from order_projector.projection.worker_state import WorkerState
from order_projector.settings import Settings

_log: Final = logging.getLogger(__name__)

LOOK_AGAIN: Final = 5.0
"""Seconds between checks while a topic is missing, or no broker answers."""
LOOK_EVERY: Final = 30.0

_LEVELS: Final = {Level.PROBLEM: logging.WARNING, Level.NOTE: logging.INFO}


class TopicWatch:
    """Checks the topics periodically.

    Its own failures never stop the worker.
    """

    def __init__(self, settings: Settings, worker_state: WorkerState) -> None:
        self._settings = settings
        self._requirements = required_topics(settings)
        self._worker_state = worker_state
        self._said: set[str] = set()

    async def watch(self) -> None:
        """Check the topics again and again, until cancelled."""
        while True:
            pause = LOOK_AGAIN
            try:
                async with opened(self._settings) as admin:
                    cluster = await admin.cluster(self._requirements.names)
            except Unavailable as reason:
                _log.debug("cannot check the topics yet: %s", reason)
            except Exception:
                _log.exception("cannot check the topics")
                return
            else:
                self._report(cluster)
                pause = LOOK_AGAIN if self._worker_state.missing else LOOK_EVERY
            await asyncio.sleep(pause)

    def _report(self, cluster: Cluster) -> None:
        """Log each finding once, until it is resolved."""
        self._worker_state.missing = frozenset(self._requirements.names) - cluster.topics.keys()
        found = {str(finding): finding for finding in findings(self._requirements, cluster)}
        for line, finding in found.items():
            if line not in self._said:
                _log.log(_LEVELS[finding.level], "%s", line)
        self._said = set(found)
