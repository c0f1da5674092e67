"""Prepare the database for a worker without waiting for a long index build."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Final, Protocol

from pymongo import IndexModel

from order_projector.adapters.mongo.indexes import Missing
from order_projector.projection.ports import AccessDenied, Unavailable
from order_projector.projection.retry import Backoff

_log: Final = logging.getLogger(__name__)

WARNING: Final = "indexes"
"""The subject of the warning."""

BUILT_WITHIN: Final = 5.0
"""Seconds to wait for the indexes; those of a large collection are built in the background."""
_LOOK_AGAIN: Final = Backoff(first=5.0, cap=60.0)


class IndexBuilder(Protocol):
    """Finds and creates the missing indexes."""

    async def missing(self) -> Missing: ...
    async def make(self, indexes: Sequence[IndexModel]) -> None: ...


class Probe(Protocol):
    """Writes to the database; otherwise a read-only login would fail only at the first event.

    Awaited once an attempt to start. Raises `Unavailable` if the write fails, and `AccessDenied`
    if the login may not write.
    """

    async def __call__(self) -> None: ...


class WarningSink(Protocol):
    """Shows warnings to an operator."""

    def warn(self, what: str, last: str) -> None: ...
    def clear_warning(self, what: str) -> None: ...


@dataclass(slots=True)
class Preparation:
    """Creates the missing indexes. The worker needs none of them; the readers of orders do."""

    indexes: IndexBuilder
    probe: Probe
    warnings: WarningSink
    random: Random
    built_within: float = BUILT_WITHIN
    _making: "asyncio.Task[None] | None" = None
    _denied: AccessDenied | None = field(default=None, init=False)

    async def begin(self) -> None:
        """Return when the indexes exist, or after ``built_within`` seconds of building them.

        Raises `Unavailable` if the database cannot answer, and `AccessDenied` if another index is
        in the way, the database's name is rejected, or the login may not write or not create the
        missing indexes. A login that may neither list nor create indexes only causes a warning.
        """
        if self._making is None:
            missing = await self.indexes.missing()
            await self.probe()
            if not missing.indexes:
                return
            self._making = asyncio.create_task(self._make(missing))
        await asyncio.wait({self._making}, timeout=self.built_within)
        denied, self._denied = self._denied, None
        if denied is not None:
            self._making = None
            raise denied

    async def stop(self) -> None:
        """Stop waiting for indexes in progress; the database continues to build them."""
        if self._making is not None:
            self._making.cancel()
            await asyncio.wait({self._making}, timeout=1)

    async def _make(self, missing: Missing) -> None:
        self.warnings.warn(
            WARNING, f"being built: {missing.names}; queries that need them are slow"
        )
        for attempt in count():
            try:
                await self.indexes.make(missing.indexes)
            except AccessDenied as denied:
                self._give_up(missing, denied)
                return
            except Unavailable as away:
                _log.log(
                    logging.DEBUG if attempt else logging.WARNING,
                    "the indexes %s are not built yet; checking again at intervals: %s",
                    missing.names,
                    away,
                )
                await asyncio.sleep(_LOOK_AGAIN.pause(attempt, self.random))
            else:
                _log.info("built the indexes %s", missing.names)
                self.warnings.clear_warning(WARNING)
                return

    def _give_up(self, missing: Missing, denied: AccessDenied) -> None:
        what = "not built" if missing.certain else "not known to exist"
        warning = f"{what}: {missing.names}: {denied}"
        self.warnings.warn(WARNING, warning)
        _log.warning("indexes: %s", warning)
        if missing.certain:
            self._denied = denied
