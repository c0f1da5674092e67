"""Warn, once at the start, of documents that no worker of a released version has written."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from order_projector.projection.ports import Unavailable
from order_projector.projection.worker_state import WorkerState

_log: Final = logging.getLogger(__name__)

WARNING: Final = "foreign documents"
_WHAT: Final = (
    "the collection orders holds documents without a layout, which no released version wrote; "
    "each event of theirs is a dead letter. Move them elsewhere, or project the topics into a new "
    "database"
)
_LOOK_AGAIN: Final = 5.0


@dataclass(slots=True)
class ForeignDocuments:
    """Looks for foreign documents; the worker does not wait for it."""

    has_foreign: Callable[[], Awaitable[bool | None]]
    worker_state: WorkerState

    async def look(self) -> None:
        """Look once the database answers, and warn."""
        while True:
            try:
                found = await self.has_foreign()
            except Unavailable:
                await asyncio.sleep(_LOOK_AGAIN)
                continue
            except Exception:
                _log.exception("cannot look for foreign documents")
                return
            if found:
                _log.warning(_WHAT)
                self.worker_state.warn(WARNING, _WHAT)
            return
