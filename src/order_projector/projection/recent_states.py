"""The states that this worker has written last, so that a live order need not be loaded again.

Compare-and-set makes them safe: a write on a state that is out of date conflicts, and the order is
loaded. What writes nothing has no such protection, so only a decision that writes may rest on a
state from here; any other one is made again on what is loaded.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from order_projector.projection.ports import (
    KEPT_ORDER,
    OrderWrite,
    ProjectionState,
    Unusable,
    Written,
)
from order_projector.projection.session import InboundEvent
from order_projector.projection.stored_facts import stored_facts

CHARACTERS: Final = 12_000_000
"""Characters of facts in all states together; a state and its live fold take seven bytes each.

A live fold counts as more characters the more lines redemptions have touched and the more payments,
redemptions and metadata a checkpoint covers, and a checkpoint as fewer than it has: it is one text.
"""
LONGEST: Final = 65_536
"""Characters of facts in one state, and those that its live fold counts as."""
LONGEST_FOLD: Final = 4_000_000
"""The same for an order with a checkpoint: without its fold, each event reads all of that again."""
_BYTES: Final = 7
_OF_CHECKPOINT: Final = 3
"""Characters of a checkpoint that count as one: they take one or two bytes each."""
SECONDS: Final = 60.0
"""The age after which a state is not used: an order deleted by hand does not come back later."""
PASSED_OVER: Final = 8
"""Writes of an order that are not kept after its kept state was out of date: it has other writers.
"""
CONTESTED: Final = 10_000
"""Orders of which such writes are counted."""

_FIRST: Final = "order.created"


@dataclass(slots=True)
class RecentStates:
    """The recently written states, oldest first."""

    characters: int = CHARACTERS
    clock: Callable[[], float] = time.monotonic
    _states: dict[str, tuple[ProjectionState, int, float]] = field(default_factory=dict)
    _together: int = 0
    _passing_over: dict[str, int] = field(default_factory=dict)
    """Orders that another worker changes, too, and how many of their writes not to keep."""
    _taken: dict[str, float] = field(default_factory=dict)
    """When the states were written that are here no more."""

    def take(
        self, events_by_order: Mapping[str, Sequence[InboundEvent]]
    ) -> dict[str, ProjectionState | None]:
        """Remove and return the states of these orders, as far as they are here.

        An order that is not here and begins with its creation is taken for a new one: None.
        """
        taken = dict[str, ProjectionState | None]()
        for order_id, events in events_by_order.items():
            state = self._pop(order_id)
            if state is not None or events[0].type == _FIRST:
                taken[order_id] = state
        return taken

    def learn(
        self,
        writes: Sequence[OrderWrite],
        results: Mapping[str, Written | Unusable],
        used: Mapping[str, ProjectionState | None],
    ) -> None:
        """Keep the states that are stored now; note which of those used were out of date.

        An order that a newer release has folded is not written whole, so it is not kept.
        """
        for write in writes:
            result = results[write.order_id]
            if result is Written.APPLIED and write.order is not KEPT_ORDER:
                self.keep(write.order_id, write.state)
            elif result is Written.CONFLICT and used.get(write.order_id) is not None:
                self.was_outdated(write.order_id)

    def keep(self, order_id: str, state: ProjectionState) -> None:
        """Keep a state that was written, unless the order is long or has other writers."""
        if self.characters and not self._is_passed_over(order_id):
            self._keep(order_id, state, self.clock())

    def give_back(self, order_id: str, state: ProjectionState) -> None:
        """Keep a state that was taken and not used; it is as old as it was."""
        if (since := self._taken.pop(order_id, None)) is not None:
            self._keep(order_id, state, since)

    def _keep(self, order_id: str, state: ProjectionState, since: float) -> None:
        size = sum(len(fact.text) for fact in stored_facts(state))
        if size > LONGEST:
            return
        more = _of_fold(state) // _BYTES
        if size + more > (LONGEST if state.checkpoint is None else LONGEST_FOLD):
            state, more = replace(state, live=None), 0
        if state.checkpoint is not None:
            more += len(state.checkpoint.state) // _OF_CHECKPOINT
        self._pop(order_id)
        self._states[order_id] = (state, size + more, since)
        self._together += size + more
        while self._together > self.characters:
            self._pop(next(iter(self._states)))

    def was_outdated(self, order_id: str) -> None:
        """Note that another worker has changed an order whose state was here."""
        self._passing_over[order_id] = PASSED_OVER
        if len(self._passing_over) > CONTESTED:
            del self._passing_over[next(iter(self._passing_over))]

    def _is_passed_over(self, order_id: str) -> bool:
        left = self._passing_over.pop(order_id, 0)
        if left > 1:
            self._passing_over[order_id] = left - 1
        return left > 0

    def _pop(self, order_id: str) -> ProjectionState | None:
        held = self._states.pop(order_id, None)
        if held is None:
            return None
        state, size, since = held
        self._together -= size
        self._taken[order_id] = since
        if len(self._taken) > CONTESTED:
            del self._taken[next(iter(self._taken))]
        return state if self.clock() - since <= SECONDS else None


def _of_fold(state: ProjectionState) -> int:
    """Return the bytes of memory that the live fold of a state takes, if it has one."""
    if state.live is None:
        return 0
    return state.live.memory("" if state.checkpoint is None else state.checkpoint.state)
