"""Orders as they were, and how they came to be: computed from the stored facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from order_projector.domain.differences import Difference, differences
from order_projector.domain.explanation import Explanation, explain
from order_projector.domain.free_lines import FreeLines, free_lines
from order_projector.domain.moments import facts_until, names_until, order_at
from order_projector.domain.served import project_order
from order_projector.domain.timeline import timeline
from order_projector.domain.voids import effective
from order_projector.explaining.document import as_json
from order_projector.projection import codec
from order_projector.projection.folding import Compute, at_once, size
from order_projector.projection.known_facts import known_at, known_since
from order_projector.projection.long_orders.loading import StateReader, load_complete
from order_projector.projection.names.joining import JoinedOrder
from order_projector.projection.names.view import as_joined
from order_projector.projection.ports import ProjectionState, StoredOrder

T = TypeVar("T")

ON_LOOP = 65_536
"""The size of an order up to which it is computed on the event loop."""


class Unreadable(Exception):
    """An order whose document this release cannot read."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Which facts to look at: by their event time, and by when their records were written.

    None stands for all. Both are in milliseconds.
    """

    at: int | None = None
    known_at: int | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """How an order came to be until a moment.

    ``moments`` are the times, in milliseconds, of all steps that are known, later ones included;
    ``known_at`` says of each event, by its id, since when it is known. ``drift`` are the
    differences from the stored order; there are none at a moment.
    """

    explanation: Explanation
    moments: tuple[int, ...]
    known_at: Mapping[str, int]
    drift: tuple[Difference, ...] = ()


NOW = Moment()


def as_it_is(found: Explained) -> Explained:
    """Return how an order came to be, as it is."""
    return found


@dataclass(frozen=True, slots=True)
class OrderHistory:
    """Computes from the facts of an order; ``compute`` is for those too large for the loop."""

    store: StateReader
    compute: Compute = at_once

    async def order(self, order_id: str, moment: Moment) -> Mapping[str, Any] | None:
        """Return the order of a moment; None before its first event, or before it was known."""
        state = await self._state(order_id)
        return await self._computed(state, lambda: _order(order_id, state, moment))

    async def free_lines(self, order_id: str) -> FreeLines:
        """Return what is known of an order's lines without units of the customer's."""
        state = await self._state(order_id)
        return await self._computed(state, lambda: free_lines(as_joined(state).facts))

    async def timeline(
        self, stored: StoredOrder, shown: Callable[[Explained], Explained]
    ) -> Mapping[str, Any]:
        """Return the explanation of a stored order as JSON, as it is shown."""

        def present(found: Explained) -> dict[str, Any]:
            seen = shown(found)
            return as_json(seen.explanation, seen.drift)

        found = await self.explained(stored, NOW, present)
        if found is None:
            raise Unreadable
        return found

    async def explained(
        self, stored: StoredOrder, moment: Moment, present: Callable[[Explained], T]
    ) -> T | None:
        """Return what `present` makes of the order of a moment; None where `order` returns None.

        It runs where the explanation is computed: with a large order, not on the event loop.
        """
        state = await self._state(stored.order_id)

        def work() -> T | None:
            found = _explained(stored, state, moment)
            return None if found is None else present(found)

        return await self._computed(state, work)

    async def _state(self, order_id: str) -> ProjectionState:
        state = (await load_complete(self.store, [order_id])).get(order_id)
        if not isinstance(state, ProjectionState):
            raise Unreadable
        return state

    async def _computed(self, state: ProjectionState, work: Callable[[], T]) -> T:
        compute = at_once if size(state, ()) <= ON_LOOP else self.compute
        try:
            return await compute(work)
        except codec.UnreadableFact:
            raise Unreadable from None


def _order(order_id: str, state: ProjectionState, moment: Moment) -> Mapping[str, Any] | None:
    joined = _joined(state, moment)
    if not joined.facts:
        return None
    if moment.at is None:
        return project_order(order_id, joined.facts, joined.names).order
    return order_at(order_id, joined.facts, moment.at, joined.names)


def _joined(state: ProjectionState, moment: Moment) -> JoinedOrder:
    """Return the order as it was known at a moment, whenever its events happened."""
    return as_joined(state) if moment.known_at is None else known_at(state, moment.known_at)


def _explained(stored: StoredOrder, state: ProjectionState, moment: Moment) -> Explained | None:
    joined = _joined(state, moment)
    facts, names = joined.facts, joined.names
    moments = tuple(sorted({step.at for step in timeline(effective(facts).values())}))
    if moment.at is not None:
        facts, names = facts_until(facts, moment.at), names_until(names, moment.at)
    if not facts:
        return None
    explanation = explain(stored.order_id, facts, names=names, came_by=joined.came_by)
    is_now = moment == NOW
    drift = tuple(differences(explanation.order, stored.order)) if is_now else ()
    return Explained(explanation, moments, _known_at(state, joined), drift)


def _known_at(state: ProjectionState, joined: JoinedOrder) -> Mapping[str, int]:
    """Return since when each event is known, by its id; of several facts the first one counts."""
    known: dict[str, int] = {}
    for name, since in known_since(state, joined).items():
        event = joined.facts[name].event.id
        known[event] = min(known.get(event, since), since)
    return known
