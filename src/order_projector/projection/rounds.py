"""Rounds of order sessions: load, decide and write many orders at once until all are stored.

A round is one load of the orders that are left, within the memory budget, a decision for each, and
one write. An order that another worker changed in between, or that could not be written because
the database was unavailable, is decided again in the next round on its new state.
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
    """The events of one order that are not processed yet, in arrival order.

    ``width`` of them are tried together: all, until they turn out too much for the document or for
    the fold; then half as many, down to the one that does not fit.
    """

    events: Sequence[InboundEvent]
    width: int

    def tried(self) -> Sequence[InboundEvent]:
        """The events of this round."""
        return self.events[: self.width]

    def advance(self) -> None:
        """Drop this round's events, which are done, and double the next round."""
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
class GroupOutcome:
    """What the rounds leave to announce, to dead-letter and to process apart.

    ``written`` are states to announce by order, earliest first; ``redelivered`` orders to announce
    as stored; ``too_slow`` events of orders too large to fold here; ``too_large`` reasons by order.
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
    """Writes what events do to many orders, with one more command only after a conflict.

    Orders larger than ``at_most``, by `folding.size`, are left to be processed apart.
    """

    store: OrderStore
    decider: Decider
    metrics: ProjectionMetrics
    patience: Patience
    at_most: int = ANYWHERE
    room: Room = field(default_factory=Room)

    async def write_group(
        self, events_by_order: Mapping[str, Sequence[InboundEvent]]
    ) -> GroupOutcome:
        """Store what every event does to its order; return when a majority has it."""
        left = {
            order_id: Queue(events, len(events)) for order_id, events in events_by_order.items()
        }
        outcome = GroupOutcome()
        unlucky = 0
        while left:
            conflicts = await self.patience.until_available(
                "database", lambda: self._round(left, outcome)
            )
            if conflicts:
                self.metrics.conflicts(conflicts)
                await asyncio.sleep(CONFLICT.pause(unlucky, self.patience.random))
                unlucky += 1
        return outcome

    async def _round(self, left: dict[str, Queue], outcome: GroupOutcome) -> int:
        """Try everything that is left once; return the number of conflicts.

        Nothing counts as done before the write has returned. If it fails midway, the next attempt
        finds in the stored orders what was written.
        """
        async with self.room.share() as share:
            with timed(self.metrics, "load"):
                loaded = await self.store.load_some(list(left), self.room.a_load)
            share.resize(loaded.size)
            return await self._process_loaded(left, loaded, outcome)

    async def _process_loaded(
        self, left: dict[str, Queue], loaded: Loaded, outcome: GroupOutcome
    ) -> int:
        tried = {name: queue.tried() for name, queue in left.items() if name not in loaded.unread}
        sizes = {name: size(loaded.states.get(name), events) for name, events in tried.items()}
        for order_id in [name for name in tried if sizes[name] > self.at_most]:
            outcome.too_slow[order_id] = left.pop(order_id).events
            del tried[order_id]
        decisions = await self.decider.decide(tried, loaded.states, sizes)
        writes = [made.write for made in decisions.values() if isinstance(made, Changed)]
        results: Mapping[str, Written | Unusable] = {}
        if writes:
            with timed(self.metrics, "write"):
                results = await self.store.write(writes)
        alone = [write for write in writes if len(tried[write.order_id]) == 1]
        await self._explain(
            [write for write in alone if results[write.order_id] is Written.TOO_LARGE], outcome
        )
        return self._apply_decisions(left, decisions, results, outcome)

    async def _explain(self, too_large: Sequence[OrderWrite], outcome: GroupOutcome) -> None:
        """Explain off the loop: counting the bytes of a large document is slow."""
        if too_large:
            reasons = await self.decider.compute(lambda: [_misfit(write) for write in too_large])
            for write, reason in zip(too_large, reasons, strict=True):
                outcome.too_large[write.order_id] = reason

    def _apply_decisions(
        self,
        left: dict[str, Queue],
        decisions: Mapping[str, Decision | Unforeseen],
        results: Mapping[str, Written | Unusable],
        outcome: GroupOutcome,
    ) -> int:
        for order_id, decision in decisions.items():
            queue = left[order_id]
            match decision:
                case Unchanged():
                    self._complete(queue, decision.seen)
                case Redelivered():
                    outcome.redelivered[order_id] = None
                    self._complete(queue, decision.seen)
                case Changed():
                    self._written(queue, decision, results[order_id], outcome)
                case Unusable() as unusable:
                    while queue.events:
                        self._unusable(order_id, queue, unusable, outcome)
                case Unforeseen(error=error):
                    self._unforeseen(queue, error, outcome)
                case Violated(violations=violations):
                    self._violated(order_id, queue, violations, outcome)
            if not queue.events:
                del left[order_id]
        return sum(result is Written.CONFLICT for result in results.values())

    def _written(
        self, queue: Queue, changed: Changed, result: Written | Unusable, outcome: GroupOutcome
    ) -> None:
        write = changed.write
        match result:
            case Written.APPLIED:
                if changed.announces:
                    outcome.written.setdefault(write.order_id, []).append(announcement(write))
                self._complete(queue, changed.seen)
            case Written.TOO_LARGE:
                if queue.narrow():
                    self._give_up(
                        queue, outcome, Code.ORDER_TOO_LARGE, outcome.too_large[write.order_id]
                    )
            case Unusable() as unusable:
                if queue.narrow():
                    self._unusable(write.order_id, queue, unusable, outcome)
            case Written.CONFLICT:
                pass

    def _unusable(
        self, order_id: str, queue: Queue, unusable: Unusable, outcome: GroupOutcome
    ) -> None:
        message = f"order {order_id!r}: {unusable.message}"
        if order_id not in outcome.unusable:
            outcome.unusable.add(order_id)
            self.metrics.unusable(unusable.reason, message)
            _log.warning("its events are dead letters: %s", message)
        self._give_up(queue, outcome, Code.INVALID_EVENT, message, unusable.reason)

    def _unforeseen(self, queue: Queue, error: Exception, outcome: GroupOutcome) -> None:
        if queue.narrow():
            coordinates = queue.events[0].coordinates
            _log.error("%s cannot be taken in: %s", coordinates, stack_of(error))
            self._give_up(queue, outcome, Code.INVALID_EVENT, unforeseen(error))

    def _violated(
        self, order_id: str, queue: Queue, violations: Sequence[str], outcome: GroupOutcome
    ) -> None:
        if queue.narrow():
            message = f"order {order_id!r}: {'; '.join(violations[:MOST_VIOLATIONS])}"
            self.metrics.violated()
            _log.error("%s cannot be taken in: %s", queue.events[0].coordinates, message)
            self._give_up(queue, outcome, Code.INVARIANT_VIOLATION, message)

    def _complete(self, queue: Queue, seen: Sequence[Seen]) -> None:
        for event, became in zip(queue.tried(), seen, strict=True):
            self.metrics.event(event.type, became.value)
        queue.advance()

    def _give_up(
        self,
        queue: Queue,
        outcome: GroupOutcome,
        code: Code,
        message: str,
        unusable: Reason | None = None,
    ) -> None:
        event = queue.give_up()
        outcome.misfits.append(Misfit(event, code, message, unusable))
        self.metrics.event(event.type, "rejected")


def _misfit(write: OrderWrite) -> str:
    return document.misfit(write) or f"order {write.order_id} is too large to be stored"


def announcement(write: OrderWrite) -> StoredOrder:
    """Return what was written in the form that is announced."""
    state = write.state
    return StoredOrder(
        order_id=write.order_id,
        order=write.order,
        revision=state.revision,
        changes=state.changes,
        causes=state.causes,
        traceparent=state.traceparent,
    )
