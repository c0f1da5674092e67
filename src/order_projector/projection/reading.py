"""Reading: from raw records to what each of them tells."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from order_projector.events.outcome import Code, Outcome, Rejected
from order_projector.projection.ports import Record
from order_projector.projection.rounds import unforeseen

_log: Final = logging.getLogger(__name__)

Headers = Sequence[tuple[str, bytes | None]]
Decode = Callable[[bytes | None, Headers], Outcome]

RECORDS_AT_A_STRETCH: Final = 128
"""Records decoded before the event loop has its turn: a few milliseconds."""


class Reader(Protocol):
    """Reads records, here or elsewhere."""

    async def read(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """What each record comes to, in their sequence; no record makes it raise."""


@dataclass(frozen=True, slots=True)
class Here:
    """Reads in this process, one record after the other."""

    decode: Decode

    async def read(self, records: Sequence[Record]) -> Sequence[Outcome]:
        """What each record comes to, in their sequence."""
        outcomes = list[Outcome]()
        for number, record in enumerate(records):
            if number % RECORDS_AT_A_STRETCH == 0:
                await asyncio.sleep(0)
            outcomes.append(self.outcome(record))
        return outcomes

    def outcome(self, record: Record) -> Outcome:
        """What a record comes to; one that nobody has foreseen costs itself and nothing else."""
        try:
            return self.decode(record.value, record.headers)
        except MemoryError:
            raise  # not the record's fault
        except Exception as error:
            _log.exception("%s cannot be read", record.coordinates)
            return Rejected(Code.INVALID_EVENT, unforeseen(error))
