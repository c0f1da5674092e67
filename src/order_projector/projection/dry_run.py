"""A dry run of one record, to find out without writing if it would still be a dead letter."""

import asyncio
from dataclasses import dataclass
from typing import Final

from order_projector.events.outcome import Accepted, Code, Rejected, Skipped
from order_projector.projection import document
from order_projector.projection.folded import Fold
from order_projector.projection.folding import Compute, at_once
from order_projector.projection.long_orders.loading import load_complete
from order_projector.projection.ports import (
    OrderStore,
    ProjectionState,
    Record,
    Unavailable,
    Unusable,
    UnusableReason,
)
from order_projector.projection.session import (
    Changed,
    InboundEvent,
    Incomplete,
    Redelivered,
    Unchanged,
    Violated,
    decide,
)
from order_projector.projection.steps import Decode
from order_projector.projection.unexpected_errors import describe_unexpected

DECIDED_BEFORE_WRITING: Final = frozenset({
    Code.INVALID_JSON,
    Code.INVALID_ENVELOPE,
    Code.INVALID_EVENT,
    Code.UNKNOWN_ORDER,
    Code.ORDER_TOO_LARGE,
    Code.INVARIANT_VIOLATION,
    UnusableReason.FOREIGN_DOCUMENT,
    UnusableReason.NEWER_LAYOUT,
    UnusableReason.BOOKKEEPING,
})  # fmt: skip
"""The codes that a dry run can reproduce. The others appear only when an order is written."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """Processes a record up to, but not including, the write.

    ``compute`` says where to fold the order, which may be of any size.
    """

    store: OrderStore
    decode: Decode
    fold: Fold
    compute: Compute = at_once

    async def rejection_reason(self, record: Record, code: str) -> str | None:
        """Return why the record would be dead-lettered again; None if this release can apply it.

        ``code`` is the earlier error code. Raises `Unavailable` if the database is needed and
        cannot answer.
        """
        if code not in DECIDED_BEFORE_WRITING:
            return f"{code} shows only when an order is written"
        try:
            return await self._rejection_reason(record)
        except (Unavailable, asyncio.CancelledError, MemoryError):
            raise
        except Exception as error:
            return describe_unexpected(error)

    async def _rejection_reason(self, record: Record) -> str | None:
        match self.decode(record.value, record.headers):
            case Rejected(code=code, message=message):
                return f"{code}: {message}"
            case Skipped():
                return None
            case Accepted() as accepted:
                return await self._load_and_decide(record, accepted)

    async def _load_and_decide(self, record: Record, accepted: Accepted) -> str | None:
        event = InboundEvent(
            record.coordinates,
            accepted.type,
            accepted.event,
            accepted.facts,
            source_id=accepted.source_id,
            claim=accepted.claim,
        )
        stored = await load_complete(self.store, [accepted.order_id])
        return await self.compute(
            lambda: self._decided(accepted.order_id, stored.get(accepted.order_id), event)
        )

    def _decided(
        self, order_id: str, stored: ProjectionState | Unusable | None, event: InboundEvent
    ) -> str | None:
        match decide(order_id, stored, [event], self.fold):
            case Changed(write=write):
                return document.why_unstorable(write)
            case Unusable(message=message):
                return message
            case Violated(violations=violations):
                return "; ".join(violations)
            case Unchanged() | Redelivered() | Incomplete():
                return None
