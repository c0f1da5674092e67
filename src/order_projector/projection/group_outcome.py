"""What the rounds of a group of orders leave to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from order_projector.events.outcome import Code
from order_projector.projection.document import MERGED_INTO, announced_order
from order_projector.projection.names.pending import Settling
from order_projector.projection.ports import (
    Announcement,
    OrderWrite,
    StoredOrder,
    UnusableReason,
)
from order_projector.projection.session import InboundEvent
from order_projector.projection.stored import ErasedOrder


@dataclass(frozen=True, slots=True)
class UnprocessableEvent:
    """An event that cannot be applied to its order, and why."""

    event: InboundEvent
    code: Code
    message: str
    unusable: UnusableReason | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """What is due to be announced.

    ``written`` are states by order, earliest first; ``redelivered`` are announced as stored.
    """

    written: dict[str, list[Announcement]] = field(default_factory=dict)
    redelivered: dict[str, None] = field(default_factory=dict)

    def repeat(self, order_ids: Iterable[str]) -> None:
        """Announce these orders as stored."""
        self.redelivered.update(dict.fromkeys(order_ids))

    def retract_merged(self, order_id: str) -> None:
        """Do not announce that an order has gone into another one: it has not, after all."""
        if order_id in self.written:
            kept = [
                one
                for one in self.written.pop(order_id)
                if not (isinstance(one, StoredOrder) and MERGED_INTO in one.order)
            ]
            if kept:
                self.written[order_id] = kept


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """What the rounds leave to announce, to dead-letter and to process apart.

    ``due`` is to be announced first; ``gained`` after it: orders that took in what came by a source
    id, which another order may have lost. ``too_slow`` are events of orders too large to fold here;
    ``too_large`` reasons by order; ``settling`` is what follows for documents of other names.
    """

    due: Due = field(default_factory=Due)
    gained: Due = field(default_factory=Due)
    unprocessable: list[UnprocessableEvent] = field(default_factory=list)
    unusable: set[str] = field(default_factory=set)
    """The orders that cannot be read or written, each reported once."""
    settling: Settling = field(default_factory=Settling)
    too_slow: dict[str, Sequence[InboundEvent]] = field(default_factory=dict)
    too_large: dict[str, str] = field(default_factory=dict)


def announcement(write: OrderWrite) -> Announcement:
    """Return the written order as it is announced."""
    state = write.state
    if state.erased and MERGED_INTO not in write.order:
        return ErasedOrder(write.order_id, state.revision, state.traceparent)
    return StoredOrder(
        order_id=write.order_id,
        order=announced_order(write.order_id, write.order),
        revision=state.revision,
        changes=state.changes,
        causes=state.causes,
        traceparent=state.traceparent,
        flags=state.revision_flags,
        encoded=write.encoded,
    )
