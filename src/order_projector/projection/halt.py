"""What a worker does once its breaker has tripped: nothing more, and it says why."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from order_projector.projection.apart import Apart
from order_projector.projection.breaker import Tripped
from order_projector.projection.ports import Record

_log: Final = logging.getLogger(__name__)


class Meter(Protocol):
    """What it reports."""

    def tripped(self, reason: str) -> None: ...


@dataclass(slots=True)
class Halting:
    """Processes batches until the breaker trips; from then on none is ever finished.

    So nothing more is committed, and the partitions stay where they are: given to another worker
    they would only trip that one as well.
    """

    work: Callable[[Sequence[Record]], Awaitable[None]]
    apart: Apart
    meter: Meter
    halted: bool = False

    async def process(self, records: Sequence[Record]) -> None:
        """Return once everything that the records do has been done; never after a trip.

        What was announced before the trip is followed up all the same.
        """
        if not self.halted or not records:
            try:
                await self.work(records)
            except* Tripped as tripped:
                self._halt(str(tripped.exceptions[0]))
            else:
                return
        await self.work(())
        await asyncio.get_running_loop().create_future()

    def _halt(self, reason: str) -> None:
        self.halted = True
        self.meter.tripped(reason)
        _log.error(
            "consuming no more, and burying nothing: %s. Is this release able to read what is "
            "sent? Start one that is, or raise the limits of the breaker",
            reason,
        )
