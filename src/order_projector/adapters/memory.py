"""In-memory implementations of the projection's ports, for offline runs and tests."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import orjson

from order_projector.projection.document import MERGED_INTO, announced_order, why_unstorable
from order_projector.projection.long_orders.segments import completed, compose_segment
from order_projector.projection.ports import (
    KEPT_ORDER,
    Announcement,
    BreakerState,
    DeadLetter,
    Loaded,
    OrderWrite,
    Partition,
    ProjectionState,
    StoredOrder,
    Unusable,
    Written,
)
from order_projector.projection.stored import ErasedOrder, StoredFlag
from order_projector.projection.stored_facts import stored_facts


@dataclass(frozen=True, slots=True)
class _Document:
    """One order; its served JSON is kept as text, so that callers cannot modify it."""

    order: bytes
    state: ProjectionState
    written_at: int


class MemoryStore:
    """An `OrderStore` in memory, with the same limits as a stored document."""

    def __init__(self) -> None:
        """Start without orders."""
        self._documents: Final[dict[str, _Document]] = {}
        self._segments: Final[dict[str, dict[str, dict[str, Any]]]] = {}

    async def ping(self) -> None:
        """Return at once: memory is always available."""

    async def load(self, order_ids: Collection[str]) -> Mapping[str, ProjectionState | Unusable]:
        """Return the state of each stored order."""
        return {order_id: document.state for order_id, document in self._found(order_ids)}

    async def load_some(self, order_ids: Collection[str], most_bytes: int) -> Loaded:
        """Load as many of the orders as ``most_bytes`` of facts allow."""
        size, states = 0, dict[str, ProjectionState | Unusable]()
        for order_id, found in (await self.load(order_ids)).items():
            if size > most_bytes:
                return Loaded(states, frozenset(order_ids) - states.keys(), size)
            states[order_id] = found
            if isinstance(found, ProjectionState):
                size += sum(len(fact.text) for fact in stored_facts(found))
        return Loaded(states, frozenset(), size)

    async def write(self, writes: Sequence[OrderWrite]) -> Mapping[str, Written]:
        """Compare-and-set each order, independently of the others."""
        return {write.order_id: self._write(write) for write in writes}

    async def would_take(self, write: OrderWrite) -> bool:
        """Return whether the order would be stored like that; change nothing."""
        return why_unstorable(write) is None

    async def complete(
        self, states: Mapping[str, ProjectionState]
    ) -> Mapping[str, ProjectionState | Unusable]:
        """Return the states with the facts of their segments, or why these cannot be read."""
        return {
            order_id: completed(state, self._segments.get(order_id, {}))
            for order_id, state in states.items()
        }

    async def delete_segments(self, order_ids: Collection[str]) -> None:
        """Delete all segments of these orders."""
        for order_id in order_ids:
            self._segments.pop(order_id, None)

    async def revisions(self, order_ids: Collection[str]) -> Mapping[str, int]:
        """Return the stored revision of each order."""
        return {order_id: document.state.revision for order_id, document in self._found(order_ids)}

    async def stored(self, order_ids: Collection[str]) -> Sequence[Announcement]:
        """Return the orders exactly as stored."""
        found = (_announceable(name, document) for name, document in self._found(order_ids))
        return [announcement for announcement in found if announcement is not None]

    def all(self) -> list[StoredOrder]:
        """Return every order that is neither erased nor merged into another, sorted by id."""
        found = (_announceable(name, self._documents[name]) for name in sorted(self._documents))
        return [
            order
            for order in found
            if isinstance(order, StoredOrder) and MERGED_INTO not in order.order
        ]

    def flags(self) -> dict[str, tuple[StoredFlag, ...]]:
        """Return the present flags of every order that has any, sorted by order id."""
        found = {name: self._documents[name].state.flags for name in sorted(self._documents)}
        return {name: flags for name, flags in found.items() if flags}

    def written_at(self, order_id: str) -> int:
        """Return when the order was last written, in milliseconds."""
        return self._documents[order_id].written_at

    def _found(self, order_ids: Collection[str]) -> list[tuple[str, _Document]]:
        documents = self._documents
        return [(name, documents[name]) for name in order_ids if name in documents]

    def _write(self, write: OrderWrite) -> Written:
        if why_unstorable(write):
            return Written.TOO_LARGE
        for segment in write.segments:
            stored = self._segments.setdefault(write.order_id, {})
            stored.setdefault(segment.ref.id, compose_segment(write.order_id, segment))
        document = self._documents.get(write.order_id)
        if document is not None and document.state.counter != write.expected:
            return Written.CONFLICT
        is_kept = write.order is KEPT_ORDER and document is not None
        order = document.order if document and is_kept else orjson.dumps(dict(write.order))
        self._documents[write.order_id] = _Document(order, _detached(write.state), write.written_at)
        return Written.APPLIED


def _detached(state: ProjectionState) -> ProjectionState:
    return replace(
        state,
        facts=dict(state.facts),
        digests=dict(state.digests),
        offsets=dict(state.offsets),
        older=None,
    )


def _announceable(order_id: str, document: _Document) -> Announcement | None:
    state, order = document.state, orjson.loads(document.order)
    if state.revision == 0:
        return None
    if state.erased and MERGED_INTO not in order:
        return ErasedOrder(order_id, state.revision, state.traceparent)
    return StoredOrder(
        order_id=order_id,
        order=announced_order(order_id, order),
        revision=state.revision,
        changes=state.changes,
        causes=state.causes,
        traceparent=state.traceparent,
        flags=state.revision_flags,
    )


@dataclass(frozen=True, slots=True)
class MemoryAnnouncer:
    """Keeps what was announced, in announcement order."""

    announced: list[Announcement] = field(default_factory=list)

    async def announce(self, orders: Sequence[Announcement]) -> None:
        """Append the orders."""
        self.announced.extend(orders)


@dataclass(frozen=True, slots=True)
class MemoryDeadLetters:
    """Keeps what was published, in publication order."""

    published: list[DeadLetter] = field(default_factory=list)

    async def publish_dead_letters(self, dead_letters: Sequence[DeadLetter]) -> None:
        """Append the dead letters."""
        self.published.extend(dead_letters)


class MemoryControl:
    """A `BreakerControl` in memory."""

    def __init__(self) -> None:
        """Start with every breaker closed."""
        self._states: Final[dict[Partition, BreakerState]] = {}

    async def states(self) -> Sequence[BreakerState]:
        """Return all states, sorted by topic and partition."""
        return [self._states[where] for where in sorted(self._states)]

    async def open(self, state: BreakerState) -> None:
        """Replace the partition's state by this one."""
        self._states[state.partition] = state

    async def close(self, state: BreakerState, at: datetime) -> bool:
        """Release what the state holds back; return whether the state was still stored."""
        if not self._stored(state):
            return False
        self._states[state.partition] = replace(state, closed_at=at)
        return True

    async def withdraw(self, state: BreakerState) -> bool:
        """Remove the state; return whether it was still stored."""
        if not self._stored(state):
            return False
        del self._states[state.partition]
        return True

    def _stored(self, state: BreakerState) -> bool:
        stored = self._states.get(state.partition)
        return stored is not None and stored.is_open and stored.held == state.held
