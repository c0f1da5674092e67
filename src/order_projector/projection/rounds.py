"""Rounds of order sessions: all orders of a batch at once, until each has its state stored.

A round is one load of the orders that are left, as many as there is room for, a decision for each,
and one write. What did not come through, because somebody else changed the order in between or
because the database was away, is decided anew in the next round on what is stored then; the rest is
done.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from order_projector.events.outcome import Code
from order_projector.projection import document
from order_projector.projection.deciding import Decider, Unforeseen
from order_projector.projection.folding import ANYWHERE, size
from order_projector.projection.metrics import ProjectionMetrics, timed
from order_projector.projection.ports import (
    Loaded,
    OrderStore,
    OrderWrite,
    Reason,
    StoredOrder,
    Unusable,
    Written,
)
from order_projector.projection.retry import Backoff, Patience
from order_projector.projection.room import Room
from order_projector.projection.session import (
    Changed,
    Decision,
    InboundEvent,
    Redelivered,
    Seen,
    Unchanged,
    Violated,
)
from order_projector.projection.unforeseen import stack_of, unforeseen

_log: Final = logging.getLogger(__name__)

MOST_VIOLATIONS: Final = 3
"""Violations that a dead letter names."""

CONFLICT: Final = Backoff(first=0.005, cap=0.25)


@dataclass(slots=True)
class Queue:
    """The events of one order that are not settled yet, in the sequence of their arrival.

    ``width`` of them are tried together: all, until they turn out too much for the document or for
    the fold; then half as many, down to the one that does not fit.
    """

    events: Sequence[InboundEvent]
    width: int

    def tried(self) -> Sequence[InboundEvent]:
        """The events of this round."""
        return self.events[: self.width]

    def settle(self) -> None:
        """This round's events are done; be bolder with the next."""
        self.events = self.events[self.width :]
        self.width *= 2

    def give_up(self) -> InboundEvent:
        """Leave the first event out, and stay as careful with the next."""
        first, *self.events = self.events
        return first

    def narrow(self) -> bool:
        """Try half as many next; gives whether it was one alone, which is the one to give up."""
        tried = min(self.width, len(self.events))
        self.width = max(1, tried // 2)
        return tried == 1


@dataclass(frozen=True, slots=True)
class Misfit:
    """An event that its order cannot take in, and why."""

    event: InboundEvent
    code: Code
    message: str
    unusable: Reason | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What the rounds leave to announce, to dead-letter, and to others.

    ``written`` are states to announce by order, the earliest first; ``redelivered`` are the orders
    to announce as they are stored. ``too_slow`` are the events of orders that are too large to be
    folded here, in sequence. ``too_large`` says of orders why they cannot be stored.
    """

    written: dict[str, list[StoredOrder]] = field(default_factory=dict)
    redelivered: dict[str, None] = field(default_factory=dict)
    misfits: list[Misfit] = field(default_factory=list)
    unusable: set[str] = field(default_factory=set)
    """The orders that cannot be read or written, each reported once."""
    too_slow: dict[str, Sequence[InboundEvent]] = field(default_factory=dict)
    too_large: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rounds:
    """Settles the events of many orders in as few commands as there are conflicts.

    Orders larger than ``at_most``, by `folding.size`, are left to others.
    """

    store: OrderStore
    decider: Decider
    metrics: ProjectionMetrics
    patience: Patience
    at_most: int = ANYWHERE
    room: Room = field(default_factory=Room)

    async def settle(self, events_by_order: Mapping[str, Sequence[InboundEvent]]) -> Settled:
        """Store what every event does to its order. Returns when a majority has it."""
        left = {
            order_id: Queue(events, len(events)) for order_id, events in events_by_order.items()
        }
        settled = Settled()
        unlucky = 0
        while left:
            conflicts = await self.patience.until_available(
                "database", lambda: self._round(left, settled)
            )
            if conflicts:
                self.metrics.conflicts(conflicts)
                await asyncio.sleep(CONFLICT.pause(unlucky, self.patience.random))
                unlucky += 1
        return settled

    async def _round(self, left: dict[str, Queue], settled: Settled) -> int:
        """One attempt at everything that is left; gives the number of conflicts.

        Nothing is taken as done before the write has returned: when it fails midway the next
        attempt finds on the stored orders what has come through.
        """
        async with self.room.share() as share:
            with timed(self.metrics, "load"):
                loaded = await self.store.load_some(list(left), self.room.a_load)
            share.resize(loaded.size)
            return await self._settle_loaded(left, loaded, settled)

    async def _settle_loaded(self, left: dict[str, Queue], loaded: Loaded, settled: Settled) -> int:
        tried = {name: queue.tried() for name, queue in left.items() if name not in loaded.unread}
        sizes = {name: size(loaded.states.get(name), events) for name, events in tried.items()}
        for order_id in [name for name in tried if sizes[name] > self.at_most]:
            settled.too_slow[order_id] = left.pop(order_id).events
            del tried[order_id]
        decisions = await self.decider.decide(tried, loaded.states, sizes)
        writes = [made.write for made in decisions.values() if isinstance(made, Changed)]
        results: Mapping[str, Written | Unusable] = {}
        if writes:
            with timed(self.metrics, "write"):
                results = await self.store.write(writes)
        alone = [write for write in writes if len(tried[write.order_id]) == 1]
        await self._explain(
            [write for write in alone if results[write.order_id] is Written.TOO_LARGE], settled
        )
        return self._close(left, decisions, results, settled)

    async def _explain(self, too_large: Sequence[OrderWrite], settled: Settled) -> None:
        """To count each byte of what is too large takes its time."""
        if too_large:
            reasons = await self.decider.compute(lambda: [_misfit(write) for write in too_large])
            for write, reason in zip(too_large, reasons, strict=True):
                settled.too_large[write.order_id] = reason

    def _close(
        self,
        left: dict[str, Queue],
        decisions: Mapping[str, Decision | Unforeseen],
        results: Mapping[str, Written | Unusable],
        settled: Settled,
    ) -> int:
        for order_id, decision in decisions.items():
            queue = left[order_id]
            match decision:
                case Unchanged():
                    self._settle(queue, decision.seen)
                case Redelivered():
                    settled.redelivered[order_id] = None
                    self._settle(queue, decision.seen)
                case Changed():
                    self._written(queue, decision, results[order_id], settled)
                case Unusable() as unusable:
                    while queue.events:
                        self._unusable(order_id, queue, unusable, settled)
                case Unforeseen(error=error):
                    self._unforeseen(queue, error, settled)
                case Violated(violations=violations):
                    self._violated(order_id, queue, violations, settled)
            if not queue.events:
                del left[order_id]
        return sum(result is Written.CONFLICT for result in results.values())

    def _written(
        self, queue: Queue, changed: Changed, result: Written | Unusable, settled: Settled
    ) -> None:
        write = changed.write
        match result:
            case Written.APPLIED:
                if changed.announces:
                    settled.written.setdefault(write.order_id, []).append(announcement(write))
                self._settle(queue, changed.seen)
            case Written.TOO_LARGE:
                if queue.narrow():
                    self._give_up(
                        queue, settled, Code.ORDER_TOO_LARGE, settled.too_large[write.order_id]
                    )
            case Unusable() as unusable:
                if queue.narrow():
                    self._unusable(write.order_id, queue, unusable, settled)
            case Written.CONFLICT:
                pass

    def _unusable(self, order_id: str, queue: Queue, unusable: Unusable, settled: Settled) -> None:
        message = f"order {order_id!r}: {unusable.message}"
        if order_id not in settled.unusable:
            settled.unusable.add(order_id)
            self.metrics.unusable(unusable.reason, message)
            _log.warning("its events are dead letters: %s", message)
        self._give_up(queue, settled, Code.INVALID_EVENT, message, unusable.reason)

    def _unforeseen(self, queue: Queue, error: Exception, settled: Settled) -> None:
        if queue.narrow():
            coordinates = queue.events[0].coordinates
            _log.error("%s cannot be taken in: %s", coordinates, stack_of(error))
            self._give_up(queue, settled, Code.INVALID_EVENT, unforeseen(error))

    def _violated(
        self, order_id: str, queue: Queue, violations: Sequence[str], settled: Settled
    ) -> None:
        if queue.narrow():
            message = f"order {order_id!r}: {'; '.join(violations[:MOST_VIOLATIONS])}"
            self.metrics.violated()
            _log.error("%s cannot be taken in: %s", queue.events[0].coordinates, message)
            self._give_up(queue, settled, Code.INVARIANT_VIOLATION, message)

    def _settle(self, queue: Queue, seen: Sequence[Seen]) -> None:
        for event, became in zip(queue.tried(), seen, strict=True):
            self.metrics.event(event.type, became.value)
        queue.settle()

    def _give_up(
        self,
        queue: Queue,
        settled: Settled,
        code: Code,
        message: str,
        unusable: Reason | None = None,
    ) -> None:
        event = queue.give_up()
        settled.misfits.append(Misfit(event, code, message, unusable))
        self.metrics.event(event.type, "rejected")


def _misfit(write: OrderWrite) -> str:
    return document.misfit(write) or f"order {write.order_id} is too large to be stored"


def announcement(write: OrderWrite) -> StoredOrder:
    """What was written, as an announcement needs it."""
    state = write.state
    return StoredOrder(
        order_id=write.order_id,
        order=write.order,
        revision=state.revision,
        changes=state.changes,
        causes=state.causes,
        traceparent=state.traceparent,
    )
