"""The steps between a poll and a write, as ports: what calls them, and what they may do."""

from collections.abc import Sequence
from typing import Protocol

from order_projector.events.outcome import Outcome
from order_projector.projection.ports import Record
from order_projector.projection.session import InboundEvent

Headers = Sequence[tuple[str, bytes | None]]


class Decode(Protocol):
    """Decodes one record. Called on the event loop, once for each record of a batch.

    Computes only, and raises nothing, whatever the bytes are: what cannot be used is a `Skipped` or
    a `Rejected`. Its time is linear in the size of the value, which a limit bounds.
    """

    def __call__(self, value: bytes | None, headers: Headers, /) -> Outcome: ...


class ProcessBatch(Protocol):
    """Processes the records of one poll; without records it only raises what failed apart.

    Called by one task, never twice at a time. Returns once documents, announcements and dead
    letters are acknowledged; offsets may be committed once the announcements are checked as well.
    It waits for an unavailable database or broker as long as that takes. May be cancelled at any
    await: then nothing is committed, and the records are read again. After any exception none of
    the batch counts; it is tried again.
    """

    async def __call__(self, records: Sequence[Record], /) -> None: ...


class CheckAnnouncements(Protocol):
    """Checks all announcements that were acknowledged before the call: the second look.

    Called after every batch, whatever became of it, while the next one runs; one call at a time.
    Waits and may be cancelled as `ProcessBatch`; what is then unchecked is left to the next call.
    """

    async def __call__(self) -> None: ...


class ProcessOrder(Protocol):
    """Processes events of one order apart from their batch, in arrival order.

    Called for each order at most once at a time, concurrently with batches without this order.
    Returns once they are stored and announced; waits and may be cancelled as `ProcessBatch`. An
    exception stops the worker's commits below these events, and the events are read again.
    """

    async def __call__(
        self, order_id: str, events: Sequence[InboundEvent], records: Sequence[Record], /
    ) -> None: ...
