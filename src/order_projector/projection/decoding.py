"""Records decoded, one by one, and grouped by their order."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from order_projector.events.outcome import Accepted, Code, Outcome, Rejected, Skipped
from order_projector.projection.metrics import ProjectionMetrics, timed
from order_projector.projection.ports import DeadLetter, Record
from order_projector.projection.session import InboundEvent
from order_projector.projection.steps import Decode
from order_projector.projection.traceparent import traceparent
from order_projector.projection.unexpected_errors import describe_unexpected, format_stack

_log: Final = logging.getLogger(__name__)

DAY: Final = 86_400_000
"""A day, in milliseconds."""

RECORDS_AT_A_STRETCH: Final = 128
BYTES_AT_A_STRETCH: Final = 262_144
"""The most records, and bytes of their values, decoded before yielding to the event loop.

They take a few milliseconds. A single value may be larger; the loop runs before the next one.
"""


@dataclass(frozen=True, slots=True)
class Read:
    """A decoded batch: the events of each order, and the records that become dead letters."""

    events_by_order: dict[str, list[InboundEvent]] = field(default_factory=dict)
    rejected: list[DeadLetter] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Decoding:
    """Decodes the records of batches."""

    decode: Decode
    metrics: ProjectionMetrics

    async def read(self, records: Sequence[Record]) -> Read:
        """Decode records; yield to the event loop now and then."""
        with timed(self.metrics, "decode"):
            return await self._decoded(records)

    async def _decoded(self, records: Sequence[Record]) -> Read:
        read = Read()
        records_left = bytes_left = 0
        for record in records:
            if records_left <= 0 or bytes_left <= 0:
                await asyncio.sleep(0)
                records_left, bytes_left = RECORDS_AT_A_STRETCH, BYTES_AT_A_STRETCH
            records_left -= 1
            bytes_left -= len(record.value or b"")
            match self._outcome(record):
                case Accepted() as accepted:
                    event = _inbound_event(record, accepted)
                    if _is_dated_ahead(event):
                        self.metrics.dated_ahead()
                    read.events_by_order.setdefault(accepted.order_id, []).append(event)
                case Skipped(type=event_type):
                    self.metrics.event(event_type, "skipped")
                case Rejected(code=code, message=message):
                    self.metrics.event("invalid", "rejected")
                    read.rejected.append(DeadLetter(record, code, message))
        return read

    def _outcome(self, record: Record) -> Outcome:
        """Decode a record; an unexpected error rejects this record and no other."""
        try:
            return self.decode(record.value, record.headers)
        except MemoryError:
            raise  # not the record's fault
        except Exception as error:
            _log.error("%s cannot be read: %s", record.coordinates, format_stack(error))
            return Rejected(Code.INVALID_EVENT, describe_unexpected(error))


def _is_dated_ahead(event: InboundEvent) -> bool:
    """Whether the event is dated more than a day after its record: a clock or a unit is wrong."""
    return event.timestamp > 0 and event.event.created_at > event.timestamp + DAY


def _inbound_event(record: Record, accepted: Accepted) -> InboundEvent:
    return InboundEvent(
        coordinates=record.coordinates,
        type=accepted.type,
        event=accepted.event,
        facts=accepted.facts,
        traceparent=traceparent(record.headers),
        size=len(record.value or b""),
        timestamp=max(record.timestamp, 0),
        source_id=accepted.source_id,
        claim=accepted.claim,
    )
