"""The events of one order while rounds try them."""

from collections.abc import Sequence
from dataclasses import dataclass

from order_projector.projection.session import InboundEvent


@dataclass(slots=True)
class PendingEvents:
    """The events of one order that are not processed yet, in arrival order.

    ``batch_size`` of them are tried together: all at first, then half as many each time they do not
    fit into the document or cannot be folded, down to the single event at fault.
    """

    events: Sequence[InboundEvent]
    batch_size: int

    def current(self) -> Sequence[InboundEvent]:
        """Return the events of this round."""
        return self.events[: self.batch_size]

    def advance(self) -> None:
        """Drop this round's events, which are done, and double the batch size."""
        self.events = self.events[self.batch_size :]
        self.batch_size *= 2

    def drop_first(self) -> InboundEvent:
        """Remove and return the first event; the batch size does not change."""
        first, *self.events = self.events
        return first

    def halve(self) -> bool:
        """Halve the batch size; return True if this round was a single event, to be rejected."""
        count = min(self.batch_size, len(self.events))
        self.batch_size = max(1, count // 2)
        return count == 1
