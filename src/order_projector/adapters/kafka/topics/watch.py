"""The worker's own look at its topics when it starts: a line for each thing that is wrong."""

import asyncio
import logging
from typing import Final

from order_projector.adapters.kafka.topics.admin import opened
from order_projector.adapters.kafka.topics.model import needs
from order_projector.adapters.kafka.topics.rules import Level, findings
from order_projector.projection.ports import Unavailable
from order_projector.settings import Settings

_log: Final = logging.getLogger(__name__)

LOOK_AGAIN: Final = 5.0

_LEVELS: Final = {Level.PROBLEM: logging.WARNING, Level.NOTE: logging.INFO}


class TopicWatch:
    """Looks at the topics once, as soon as the brokers answer, beside everything else."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins, and does not wait for it."""
        self._task = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Ends a look that is still under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=1.0)

    async def _look(self) -> None:
        """Says what is wrong. The worker runs all the same, whatever goes wrong in here."""
        wanted = needs(self._settings)
        while True:
            try:
                async with opened(self._settings) as admin:
                    cluster = await admin.cluster(wanted.names)
                break
            except Unavailable as reason:
                _log.debug("the topics cannot be looked at yet: %s", reason)
                await asyncio.sleep(LOOK_AGAIN)
            except Exception:
                _log.exception("the topics could not be looked at")
                return
        for finding in findings(wanted, cluster):
            _log.log(_LEVELS[finding.level], "%s", finding)
