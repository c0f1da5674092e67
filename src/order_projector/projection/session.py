"""The order session: what the events of one round change in one order.

A session begins with an order's stored state and ends with a compare-and-set on that state's
counter, so that of two concurrent sessions only one succeeds. In between there is no I/O: `decide`
is a pure function. `rounds` handles timing and failures.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Any, Final, Protocol

import orjson

from order_projector.domain.facts import EventStamp, Fact
from order_projector.domain.invariants import order_violations, state_violations
from order_projector.projection import codec
from order_projector.projection.document import STATE_KEY
from order_projector.projection.ports import (
    Coordinates,
    OrderWrite,
    ProjectionState,
    Unusable,
    UnusableReason,
)


class FoldResult(Protocol):
    """What a fold returns for a set of facts.

    ``order`` is the served JSON object in its key order; ``events`` are the envelope ids in the
    timeline's order, each at its first appearance.
    """

    @property
    def order(self) -> dict[str, Any]: ...

    @property
    def events(self) -> tuple[str, ...]: ...


class Fold(Protocol):
    """Folds all facts of one order, by identity, into the served order.

    Called once for each order of a round, on the event loop or in a thread by the order's size. A
    pure function of the set: arrival order does not matter. An exception means that the order
    cannot be computed: the events that cause it are found one by one, and become dead letters.
    """

    def __call__(self, order_id: str, facts: Mapping[str, Fact], /) -> FoldResult: ...


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """A decoded event of an order, with its record's coordinates and the trace it continues.

    ``size`` is the length of the record's value in bytes.
    """

    coordinates: Coordinates
    type: str
    event: EventStamp
    facts: tuple[Fact, ...]
    traceparent: str | None = None
    size: int = 0


class Seen(StrEnum):
    """The effect of one event on its order.

    APPLIED: it changed the facts. REDELIVERED: the same record was applied before. DUPLICATE: its
    facts are already known from another record, or are outdated.
    """

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    REDELIVERED = "redelivered"


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing to write and nothing to announce."""

    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Redelivered:
    """Nothing to write; the order is announced as it is stored."""

    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A new state to write, announced unless only the projection state changed."""

    seen: tuple[Seen, ...]
    write: OrderWrite
    announces: bool


@dataclass(frozen=True, slots=True)
class Violated:
    """A new state that must not be stored, because it breaks an invariant."""

    violations: tuple[str, ...]


Decision = Unchanged | Redelivered | Changed | Unusable | Violated

NEW: Final = ProjectionState(
    counter=0, revision=0, facts={}, digests={}, changes=(), causes=(), pending=(), offsets={}
)


def decide(
    order_id: str,
    stored: ProjectionState | Unusable | None,
    events: Sequence[InboundEvent],
    fold: Fold,
) -> Decision:
    """Return what `events`, in arrival order, change in an order stored as `stored`.

    `Unusable` means that the stored document cannot be read, so no event can be applied.
    """
    if isinstance(stored, Unusable):
        return stored
    try:
        return _decide(order_id, stored, events, fold)
    except codec.UnreadableFact as error:
        return Unusable(UnusableReason.BOOKKEEPING, f"{STATE_KEY}.facts of its document {error}")


def _decide(
    order_id: str, stored: ProjectionState | None, events: Sequence[InboundEvent], fold: Fold
) -> Decision:
    state = stored or NEW
    taken = _taken(state, events)
    seen = _seen(state, events, taken)
    redelivered = Seen.REDELIVERED in seen
    if not taken and not redelivered:
        return Unchanged(seen)

    known = {name: codec.load(name, text) for name, text in state.facts.items()}
    facts = known | taken
    projection = fold(order_id, facts)
    digests = {field: _digest(value) for field, value in projection.order.items()}
    if not taken and digests == state.digests:
        return Redelivered(seen)

    after = _after(state, known, taken, events, projection.events, digests)
    violations = (
        *order_violations(projection.order, facts.values()),
        *state_violations(state, after, known.values()),
    )
    if violations:
        return Violated(violations)
    write = OrderWrite(order_id, stored.counter if stored else None, projection.order, after)
    return Changed(seen, write, redelivered or after.revision > state.revision)


def _taken(state: ProjectionState, events: Sequence[InboundEvent]) -> dict[str, Fact]:
    def known(name: str) -> Fact | None:
        text = state.facts.get(name)
        return None if text is None else codec.load(name, text)

    return codec.merge(known, (fact for event in events for fact in event.facts))


def _seen(
    state: ProjectionState, events: Sequence[InboundEvent], taken: Mapping[str, Fact]
) -> tuple[Seen, ...]:
    effective = {id(fact) for fact in taken.values()}

    def judge(event: InboundEvent) -> Seen:
        if any(id(fact) in effective for fact in event.facts):
            return Seen.APPLIED
        at = event.coordinates
        watermark = state.offsets.get((at.topic, at.partition), -1)
        return Seen.REDELIVERED if at.offset <= watermark else Seen.DUPLICATE

    return tuple(map(judge, events))


def _digest(value: Any) -> str:
    try:
        text = orjson.dumps(value)
    except TypeError:  # an integer beyond 64 bits: valid JSON, but orjson cannot write it
        text = json.dumps(value).encode()
    return blake2b(text, digest_size=8).hexdigest()


def _after(
    state: ProjectionState,
    known: Mapping[str, Fact],
    taken: Mapping[str, Fact],
    events: Sequence[InboundEvent],
    timeline: Sequence[str],
    digests: Mapping[str, str],
) -> ProjectionState:
    """Return the state with the new facts; a change of the served order is a new revision.

    Pending events become the causes of the next revision only.
    """
    listed = {fact.event.id for fact in known.values()}.difference(state.pending)
    listed.update(state.retired)
    pending = tuple(event_id for event_id in timeline if event_id not in listed)
    texts = {name: codec.dump(name, fact) for name, fact in taken.items()}
    turns = digests != state.digests
    return ProjectionState(
        counter=state.counter + 1,
        revision=state.revision + turns,
        facts={**state.facts, **texts},
        digests=digests,
        changes=_changes(state.digests, digests) if turns else state.changes,
        causes=pending if turns else state.causes,
        pending=() if turns else pending,
        offsets=_watermarks(state, events),
        traceparent=_traceparent(events) if turns else state.traceparent,
        retired=tuple(sorted(listed.difference(timeline))),
    )


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return the added and changed fields in served key order, then the removed ones."""
    changed = [field for field in after if after[field] != before.get(field)]
    return (*changed, *(field for field in before if field not in after))


def _traceparent(events: Sequence[InboundEvent]) -> str | None:
    """Return the trace of the latest event that has one."""
    return next((event.traceparent for event in reversed(events) if event.traceparent), None)


def _watermarks(
    state: ProjectionState, events: Sequence[InboundEvent]
) -> dict[tuple[str, int], int]:
    offsets = dict(state.offsets)
    for event in events:
        at = event.coordinates
        source = (at.topic, at.partition)
        offsets[source] = max(at.offset, offsets.get(source, -1))
    return offsets
