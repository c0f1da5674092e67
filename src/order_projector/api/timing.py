"""The time of a write: now, or just after what the order holds, so that the write shows."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from order_projector.domain.facts import Stack
from order_projector.projection.clock import milliseconds
from order_projector.projection.names.view import as_joined
from order_projector.projection.ports import ProjectionState

AHEAD: Final = 86_400_000
"""Milliseconds ahead of now beyond which an event time is a mistake, and not gone after."""
MOST_REMEMBERED: Final = 10_000


@dataclass(slots=True)
class WriteTimes:
    """Gives each write of an order a time after the one before."""

    clock: Callable[[], datetime]
    _given: OrderedDict[str, int] = field(default_factory=OrderedDict)

    def next(self, order_id: str, state: ProjectionState | None) -> int:
        """Return the time of the next event of an order, in milliseconds.

        Raises `codec.UnreadableFact`.
        """
        now = milliseconds(self.clock())
        times = [now, self._given.get(order_id, -1) + 1]
        if state is not None:
            times += [at + 1 for at in _event_times(state) if at <= now + AHEAD]
        self._given[order_id] = given = max(times)
        self._given.move_to_end(order_id)
        if len(self._given) > MOST_REMEMBERED:
            self._given.popitem(last=False)
        return given


def _event_times(state: ProjectionState) -> list[int]:
    facts = as_joined(state).facts.values()
    return [fact.at for fact in facts if not isinstance(fact, Stack)]
