"""Rounds of order sessions: load, decide and write many orders at once until all are stored.

A round is one load of the orders that are left, within the memory budget, a decision for each, and
one write. An order that another worker changed in between, or that could not be written because
the database was unavailable, is decided again in the next round on its new state.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from order_projector.events.outcome import Code
from order_projector.projection import document
from order_projector.projection.clock import Clock, milliseconds
from order_projector.projection.decider import Decider, DecisionFailed
from order_projector.projection.folding import ANYWHERE
from order_projector.projection.group_outcome import (
    GroupOutcome,
    UnprocessableEvent,
    announcement,
)
from order_projector.projection.load_budget import LoadBudget, Reservation
from order_projector.projection.long_orders.complete_decisions import CompleteDecider, erased_orders
from order_projector.projection.metrics import EventOutcome, ProjectionMetrics, timed
from order_projector.projection.newer_releases import refuse_newer_layouts
from order_projector.projection.pending_events import PendingEvents
from order_projector.projection.ports import (
    Loaded,
    OrderStore,
    OrderWrite,
    ProjectionState,
    Unusable,
    UnusableReason,
    Written,
)
from order_projector.projection.recent_states import RecentStates
from order_projector.projection.retry import Backoff, RetryPolicy
from order_projector.projection.session import (
    Changed,
    Decision,
    InboundEvent,
    Redelivered,
    Seen,
    Unchanged,
    Violated,
)
from order_projector.projection.unexpected_errors import describe_unexpected, format_stack

_log: Final = logging.getLogger(__name__)

MOST_VIOLATIONS: Final = 3
"""Maximum number of violations that a dead letter names."""

CONFLICT: Final = Backoff(first=0.005, cap=0.25)


@dataclass(frozen=True, slots=True)
class Rounds:
    """Applies events to many orders with one write command per round.

    Orders larger than ``at_most``, by `folding.size`, are returned to be processed apart.
    """

    store: OrderStore
    decider: Decider
    metrics: ProjectionMetrics
    retry_policy: RetryPolicy
    clock: Clock
    at_most: int = ANYWHERE
    budget: LoadBudget = field(default_factory=LoadBudget)
    recent: RecentStates | None = None
    """The states to begin with, where there are any."""

    async def write_group(
        self,
        events_by_order: Mapping[str, Sequence[InboundEvent]],
        outcome: GroupOutcome | None = None,
    ) -> GroupOutcome:
        """Apply the events to their orders; return when a majority has stored the result.

        The result is added to `outcome`, if there is one of earlier rounds.
        """
        left = {
            order_id: PendingEvents(events, len(events))
            for order_id, events in events_by_order.items()
        }
        outcome = outcome or GroupOutcome()
        unlucky = 0
        recent = self.recent.take(events_by_order) if self.recent is not None else {}
        while left:
            conflicts = await self.retry_policy.until_available(
                "database", lambda: self._round(left, recent, outcome)
            )
            if conflicts:
                self.metrics.conflicts(conflicts)
                await asyncio.sleep(CONFLICT.pause(unlucky, self.retry_policy.random))
                unlucky += 1
        return outcome

    async def _round(
        self,
        left: dict[str, PendingEvents],
        recent: dict[str, ProjectionState | None],
        outcome: GroupOutcome,
    ) -> int:
        """Try all remaining orders once; return how many were changed since their load.

        No event counts as done before the write returns. If the write fails midway, the next
        attempt finds in the stored orders which events were applied. What is ``recent`` is used up.
        """
        first, begun = dict(recent), [name for name in left if name not in recent]
        recent.clear()
        async with self.budget.reserve() as reservation:
            loaded = Loaded({}, frozenset(), 0)
            if begun:
                with timed(self.metrics, "load"):
                    loaded = await self.store.load_some(begun, self.budget.bytes_per_load)
                refuse_newer_layouts(loaded.states)
            reservation.resize(loaded.size)
            return await self._process_loaded(left, first, loaded, reservation, outcome)

    async def _process_loaded(
        self,
        left: dict[str, PendingEvents],
        recent: Mapping[str, ProjectionState | None],
        loaded: Loaded,
        reservation: Reservation,
        outcome: GroupOutcome,
    ) -> int:
        states = {**loaded.states, **{name: it for name, it in recent.items() if it is not None}}
        current = {
            name: pending.current() for name, pending in left.items() if name not in loaded.unread
        }
        decider = CompleteDecider(self.store, self.decider, self.at_most)
        decisions = await decider.decide(current, states, reservation)
        for order_id in [name for name in current if name not in decisions]:
            outcome.too_slow[order_id] = left.pop(order_id).events
            if self.recent is not None and (state := recent.get(order_id)) is not None:
                self.recent.give_back(order_id, state)  # for those who process it apart
        writes = self._stamped(made for made in decisions.values() if isinstance(made, Changed))
        results: Mapping[str, Written | Unusable] = {}
        if writes:
            with timed(self.metrics, "write"):
                results = await self.store.write(writes)
        if gone := erased_orders(states, writes, results):
            await self.store.delete_segments(gone)
        alone = [write for write in writes if len(current[write.order_id]) == 1]
        await self._explain(
            [write for write in alone if results[write.order_id] is Written.TOO_LARGE], outcome
        )
        sure = {
            name: it
            for name, it in decisions.items()
            if name not in recent or isinstance(it, Changed)
        }
        self._apply_decisions(left, sure, results, outcome)
        if self.recent is not None:
            self.recent.learn(writes, results, recent)
        conflicts = [name for name, it in results.items() if it is Written.CONFLICT]
        return len([name for name in conflicts if name not in recent])

    def _stamped(self, changes: Iterable[Changed]) -> list[OrderWrite]:
        written_at = milliseconds(self.clock())
        return [replace(change.write, written_at=written_at) for change in changes]

    async def _explain(self, too_large: Sequence[OrderWrite], outcome: GroupOutcome) -> None:
        """Explain in ``compute``: counting the bytes of a large document would block the loop."""
        if too_large:
            reasons = await self.decider.compute(
                lambda: [_size_error(write) for write in too_large]
            )
            for write, reason in zip(too_large, reasons, strict=True):
                outcome.too_large[write.order_id] = reason

    def _apply_decisions(
        self,
        left: dict[str, PendingEvents],
        decisions: Mapping[str, Decision | DecisionFailed],
        results: Mapping[str, Written | Unusable],
        outcome: GroupOutcome,
    ) -> None:
        for order_id, decision in decisions.items():
            pending = left[order_id]
            match decision:
                case Unchanged():
                    self._complete(pending, decision.seen)
                case Redelivered():
                    outcome.due.redelivered[order_id] = None
                    outcome.settling.add(order_id, decision.to_settle, pending.current())
                    self._complete(pending, decision.seen)
                case Changed():
                    self._written(pending, decision, results[order_id], outcome)
                case Unusable() as unusable:
                    while pending.events:
                        self._unusable(order_id, pending, unusable, outcome)
                case DecisionFailed(error=error):
                    self._decision_failed(pending, error, outcome)
                case Violated(violations=violations):
                    self._violated(order_id, pending, violations, outcome)
            if not pending.events:
                del left[order_id]

    def _written(
        self,
        pending: PendingEvents,
        changed: Changed,
        result: Written | Unusable,
        outcome: GroupOutcome,
    ) -> None:
        write = changed.write
        match result:
            case Written.APPLIED:
                self.metrics.stored(write.state.fact_count())
                for code in changed.raised:
                    self.metrics.flag_raised(code)
                if changed.announces:
                    outcome.due.written.setdefault(write.order_id, []).append(announcement(write))
                elif Seen.REDELIVERED in changed.seen:
                    outcome.due.redelivered[write.order_id] = None
                outcome.settling.add(write.order_id, changed.to_settle, pending.current())
                self._complete(pending, changed.seen)
            case Written.TOO_LARGE:
                if pending.halve():
                    self._reject(
                        pending, outcome, Code.ORDER_TOO_LARGE, outcome.too_large[write.order_id]
                    )
            case Unusable() as unusable:
                if pending.halve():
                    self._unusable(write.order_id, pending, unusable, outcome)
            case Written.CONFLICT:
                pass

    def _unusable(
        self, order_id: str, pending: PendingEvents, unusable: Unusable, outcome: GroupOutcome
    ) -> None:
        message = f"order {order_id!r}: {unusable.message}"
        if order_id not in outcome.unusable:
            outcome.unusable.add(order_id)
            self.metrics.unusable(unusable.reason, message)
            _log.warning("dead-lettering its events: %s", message)
        self._reject(pending, outcome, Code.INVALID_EVENT, message, unusable.reason)

    def _decision_failed(
        self, pending: PendingEvents, error: Exception, outcome: GroupOutcome
    ) -> None:
        if pending.halve():
            coordinates = pending.events[0].coordinates
            _log.error("cannot apply the event at %s: %s", coordinates, format_stack(error))
            self._reject(pending, outcome, Code.INVALID_EVENT, describe_unexpected(error))

    def _violated(
        self,
        order_id: str,
        pending: PendingEvents,
        violations: Sequence[str],
        outcome: GroupOutcome,
    ) -> None:
        if pending.halve():
            message = f"order {order_id!r}: {'; '.join(violations[:MOST_VIOLATIONS])}"
            self.metrics.violated()
            _log.error("cannot apply the event at %s: %s", pending.events[0].coordinates, message)
            self._reject(pending, outcome, Code.INVARIANT_VIOLATION, message)

    def _complete(self, pending: PendingEvents, seen: Sequence[Seen]) -> None:
        for event, became in zip(pending.current(), seen, strict=True):
            self.metrics.event(*_counted(event.type, became))
        pending.advance()

    def _reject(
        self,
        pending: PendingEvents,
        outcome: GroupOutcome,
        code: Code,
        message: str,
        unusable: UnusableReason | None = None,
    ) -> None:
        event = pending.drop_first()
        outcome.unprocessable.append(UnprocessableEvent(event, code, message, unusable))
        self.metrics.event(event.type, "rejected")


def _counted(event_type: str, seen: Seen) -> tuple[str, EventOutcome]:
    """Return the type and the outcome that an event is counted by."""
    match seen:
        case Seen.APPLIED:
            return event_type, "applied"
        case Seen.DUPLICATE:
            return event_type, "duplicate"
        case Seen.REDELIVERED:
            return event_type, "redelivered"
        case Seen.ERASED:
            return "erased", "skipped"


def _size_error(write: OrderWrite) -> str:
    return document.why_unstorable(write) or f"order {write.order_id} is too large to store"
