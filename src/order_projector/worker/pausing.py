"""Stop consuming what an operator has paused, without leaving the group."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from order_projector.domain.clock import format_moment
from order_projector.projection.pauses import PauseControl
from order_projector.projection.ports import Unavailable
from order_projector.projection.worker_state import WorkerState

_log: Final = logging.getLogger(__name__)

LOOK_EVERY: Final = 2.0
WARNING: Final = "paused"


@dataclass(slots=True)
class PauseWatch:
    """Reads the pauses of the group, and keeps them in the worker's state.

    From the moment it is made until it has read them once, nothing is consumed.
    """

    control: PauseControl
    worker_state: WorkerState
    inbound: tuple[str, ...]
    look_every: float = LOOK_EVERY

    def __post_init__(self) -> None:
        """Say that the pauses are not known."""
        self.worker_state.paused = None

    async def watch(self) -> None:
        """Read the pauses again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except Unavailable as away:
                _log.debug("cannot read what is paused: %s", away)
            except Exception:
                _log.exception("cannot read what is paused")
            await asyncio.sleep(self.look_every)

    async def look(self) -> None:
        """Read the pauses once. Raises `Unavailable`; what is known stays so."""
        pauses = await self.control.pauses()
        topics = {pause.topic for pause in pauses}
        before, now = (
            self.worker_state.paused,
            frozenset(topic for topic in self.inbound if topic in topics or None in topics),
        )
        self.worker_state.paused = now
        if now:
            since = "; ".join(
                f"{it.topic or 'all topics'} since {format_moment(it.at)} by {it.by}"
                for it in pauses
            )
            self.worker_state.warn(WARNING, since)
        else:
            self.worker_state.clear_warning(WARNING)
        if now != (before or frozenset()):
            _log.warning("paused: %s", ", ".join(sorted(now)) or "nothing any more")
