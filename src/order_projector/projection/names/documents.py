"""Changes of many documents, each by its own compare-and-set, tried until it is done or refused."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from order_projector.events.outcome import Code
from order_projector.projection.clock import Clock, milliseconds
from order_projector.projection.decider import ORDERS_PER_CHUNK, Decider
from order_projector.projection.decisions import (
    Changed,
    Decision,
    Incomplete,
    Redelivered,
    Unchanged,
    Violated,
)
from order_projector.projection.document import why_unstorable
from order_projector.projection.folding import size
from order_projector.projection.group_outcome import Due, announcement
from order_projector.projection.load_budget import LoadBudget
from order_projector.projection.long_orders.loading import States, completed, load_complete
from order_projector.projection.metrics import ProjectionMetrics, timed
from order_projector.projection.ports import (
    KEPT_ORDER,
    OrderStore,
    OrderWrite,
    ProjectionState,
    Unusable,
    UnusableReason,
    Written,
)
from order_projector.projection.recent_states import RecentStates
from order_projector.projection.retry import RetryPolicy
from order_projector.projection.rounds import CONFLICT
from order_projector.projection.unexpected_errors import describe_unexpected, format_stack

Change = Callable[[ProjectionState | Unusable | None], Decision]
"""Returns what a change makes of a document as it is stored. Computes only."""

_log: Final = logging.getLogger(__name__)

MOST_VIOLATIONS: Final = 3


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a document cannot take a change."""

    code: Code
    message: str
    unusable: UnusableReason | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The document after a change, or why it was refused; ``wrote`` if this call may have.

    ``before`` is what was stored before this call's only write; None if that is not known.
    """

    state: ProjectionState | None
    wrote: bool = False
    before: ProjectionState | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class _Progress:
    """The changes that are left, the results so far, and the documents that were sent a write.

    A write in conflict, or without an answer, may have been this worker's own all the same.
    """

    left: dict[str, Change]
    unread: set[str]
    due: Due
    results: dict[str, Result] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Documents:
    """Changes documents with one load and one write command for all of them.

    Those that another worker changed in between are loaded and written again.
    """

    store: OrderStore
    decider: Decider
    metrics: ProjectionMetrics
    retry_policy: RetryPolicy
    clock: Clock
    budget: LoadBudget
    recent: RecentStates | None = None

    async def change(
        self,
        changes: Mapping[str, Change],
        due: Due,
        presumed_new: frozenset[str] = frozenset(),
    ) -> dict[str, Result]:
        """Change the documents; what is to be announced is added to ``due``.

        Those that are ``presumed_new`` are inserted without a look, and loaded if they are there.
        """
        progress, unlucky = _Progress(dict(changes), set(presumed_new), due), 0
        while progress.left:
            conflicts = await self.retry_policy.until_available(
                "database", lambda: self._round(progress)
            )
            if conflicts:
                self.metrics.conflicts(conflicts)
                await asyncio.sleep(CONFLICT.pause(unlucky, self.retry_policy.random))
                unlucky += 1
        return progress.results

    async def would_store(self, order_id: str, change: Change) -> bool:
        """Return whether a change of a document would be made and stored; change nothing."""
        states = await self.retry_policy.until_available(
            "database", lambda: load_complete(self.store, [order_id])
        )
        decision = _attempt(change, states.get(order_id))()
        if not isinstance(decision, Changed):
            return False
        write = replace(decision.write, written_at=milliseconds(self.clock()))
        if write.order is KEPT_ORDER:
            return why_unstorable(write) is None
        return await self.retry_policy.until_available(
            "database", lambda: self.store.would_take(write)
        )

    async def _round(self, progress: _Progress) -> int:
        """Try all changes that are left once; return the number of conflicts to wait for."""
        left = progress.left
        new = progress.unread & left.keys()
        progress.unread.clear()
        known = [name for name in left if name not in new]
        async with self.budget.reserve() as reservation:
            states: States = {}
            later = frozenset[str]()
            if known:
                with timed(self.metrics, "load"):
                    loaded = await self.store.load_some(known, self.budget.bytes_per_load)
                reservation.resize(loaded.size)
                states, later = await completed(self.store, loaded.states), loaded.unread
            current = [name for name in left if name not in later]
            decisions = await self._decide(current, left, states)
            conflicts = await self._write(decisions, states, progress)
        progress.sent.difference_update(new)  # an insert of what is there announces nothing
        return max(0, conflicts - len(new & left.keys()))

    async def _decide(
        self,
        names: Sequence[str],
        changes: Mapping[str, Change],
        states: Mapping[str, ProjectionState | Unusable],
    ) -> dict[str, Decision | Refusal]:
        decisions = dict[str, Decision | Refusal]()
        for nth, name in enumerate(names):
            if nth % ORDERS_PER_CHUNK == 0:
                await asyncio.sleep(0)
            change, stored = changes[name], states.get(name)
            if size(stored, ()) > self.decider.on_loop:
                decisions[name] = await self.decider.compute(_attempt(change, stored))
            else:
                decisions[name] = _attempt(change, stored)()
        return decisions

    async def _write(
        self,
        decisions: Mapping[str, Decision | Refusal],
        states: Mapping[str, ProjectionState | Unusable],
        progress: _Progress,
    ) -> int:
        written_at = milliseconds(self.clock())
        writes = [
            replace(decision.write, written_at=written_at)
            for decision in decisions.values()
            if isinstance(decision, Changed)
        ]
        answers: Mapping[str, Written | Unusable] = {}
        again = progress.sent & decisions.keys()
        progress.sent.update(write.order_id for write in writes)
        if writes:
            with timed(self.metrics, "write"):
                answers = await self.store.write(writes)
        for name, decision in decisions.items():
            if answers.get(name) is Written.CONFLICT:
                continue
            result = self._result(decision, states.get(name), answers.get(name), progress.due)
            if name in again:
                result = replace(result, before=None)
                if isinstance(decision, Unchanged):
                    progress.due.redelivered[name] = None
                    result = replace(result, wrote=True)
            progress.results[name] = result
            del progress.left[name]
        return sum(answer is Written.CONFLICT for answer in answers.values())

    def _result(
        self,
        decision: Decision | Refusal,
        stored: ProjectionState | Unusable | None,
        answer: Written | Unusable | None,
        due: Due,
    ) -> Result:
        before = stored if isinstance(stored, ProjectionState) else None
        match decision:
            case Changed(write=write) if answer is Written.APPLIED:
                for code in decision.raised:
                    self.metrics.flag_raised(code)
                if self.recent is not None and write.order is not KEPT_ORDER:
                    self.recent.keep(write.order_id, write.state)
                if decision.announces:
                    due.written.setdefault(write.order_id, []).append(announcement(write))
                return Result(write.state, wrote=True, before=before)
            case Changed(write=write):
                return Result(before, refusal=_refusal(write, answer))
            case Unusable() as unusable:
                return Result(before, refusal=_unusable(unusable))
            case Violated(violations=violations):
                self.metrics.violated()
                message = "; ".join(violations[:MOST_VIOLATIONS])
                return Result(before, refusal=Refusal(Code.INVARIANT_VIOLATION, message))
            case Refusal() as refusal:
                return Result(before, refusal=refusal)
            case Unchanged() | Redelivered() | Incomplete():
                return Result(before)


def _attempt(
    change: Change, stored: ProjectionState | Unusable | None
) -> Callable[[], Decision | Refusal]:
    """Return the change as a computation; an unexpected error refuses this document alone."""

    def attempt() -> Decision | Refusal:
        try:
            return change(stored)
        except MemoryError:
            raise
        except Exception as error:
            _log.error("cannot settle the names of an order: %s", format_stack(error))
            return Refusal(Code.INVALID_EVENT, describe_unexpected(error))

    return attempt


def _refusal(write: OrderWrite, answer: Written | Unusable | None) -> Refusal:
    if isinstance(answer, Unusable):
        return _unusable(answer)
    reason = why_unstorable(write) or f"order {write.order_id} is too large to store"
    return Refusal(Code.ORDER_TOO_LARGE, reason)


def _unusable(unusable: Unusable) -> Refusal:
    return Refusal(Code.INVALID_EVENT, unusable.message, unusable.reason)
