"""The order session: what the events of one round change in one order.

A session begins with an order's stored state and ends with a compare-and-set on that state's
counter, so that of two concurrent sessions only one succeeds. In between there is no I/O: `decide`
is a pure function. `rounds` handles timing and failures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from order_projector.domain.facts import Erasure, EventStamp, Fact
from order_projector.domain.invariants import state_violations, violations_of
from order_projector.projection import codec
from order_projector.projection.bookkeeping import Projected, erased_state, fingerprint, next_state
from order_projector.projection.document import STATE_KEY
from order_projector.projection.folded import Fold, FoldResult, fold_facts
from order_projector.projection.newer_releases import is_newer, stored_beside, take_beside
from order_projector.projection.ports import (
    Coordinates,
    OrderWrite,
    ProjectionState,
    Unusable,
    UnusableReason,
)
from order_projector.projection.stored import StoredFlag
from order_projector.projection.taking import TakenFact, known_earlier, take

__all__ = ["Fold", "FoldResult"]  # beside what is defined here


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """A decoded event of an order, with its record's coordinates and the trace it continues.

    ``size`` is the length of the record's value in bytes; ``timestamp`` is the record's time, in
    milliseconds.
    """

    coordinates: Coordinates
    type: str
    event: EventStamp
    facts: tuple[Fact, ...]
    traceparent: str | None = None
    size: int = 0
    timestamp: int = 0


class Seen(StrEnum):
    """The effect of one event on its order.

    APPLIED: it changed the facts. REDELIVERED: the same record was applied before. DUPLICATE: its
    facts are already known from another record, or are outdated. ERASED: its order is erased.
    """

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    REDELIVERED = "redelivered"
    ERASED = "erased"


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
    """A new state to write, announced unless only the projection state changed.

    ``raised`` are the codes of the flags that the stored state does not have.
    """

    seen: tuple[Seen, ...]
    write: OrderWrite
    announces: bool
    raised: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Violated:
    """A new state that must not be stored, because it breaks an invariant."""

    violations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Undecided: the facts in the segments of the order are needed, and were not loaded."""


Decision = Unchanged | Redelivered | Changed | Unusable | Violated | Incomplete

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

    Without events the order is folded again: `Redelivered` means that it is stored as it should be.
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
    if state.erased or any(map(_erases, events)):
        return _decide_erased(order_id, stored, events)
    if is_newer(state):
        return _decide_beside(order_id, state, events)
    return _decide_by_fold(order_id, stored, events, fold)


def _decide_by_fold(
    order_id: str, stored: ProjectionState | None, events: Sequence[InboundEvent], fold: Fold
) -> Decision:
    state = stored or NEW
    taken = take(state.all_facts(), events)
    seen = _seen(state, events, taken)
    redelivered = Seen.REDELIVERED in seen
    if (events or stored is None) and not taken and not redelivered:
        return Unchanged(seen)

    new = {name: each.stored(name) for name, each in taken.items()}
    folded = fold_facts(order_id, state, {name: it.fact for name, it in taken.items()}, new, fold)
    if folded is None:
        return Incomplete()
    projected = _projected(folded.projection)
    if not taken and projected.is_stored(state):
        return Redelivered(seen)

    new = known_earlier(state.facts, events) | new
    after = next_state(state, folded.known_events, new, projected, events)
    violations = (
        *violations_of(folded.projection.order, folded.states_an_amount),
        *state_violations(state, after, folded.known.values()),
    )
    if violations:
        return Violated(violations)
    after, segments = folded.arrange(after)
    expected = stored.counter if stored else None
    write = OrderWrite(order_id, expected, folded.projection.order, after, segments=segments)
    announces = redelivered or after.revision > state.revision
    return Changed(seen, write, announces, _raised(state, after))


def _erases(event: InboundEvent) -> bool:
    return any(isinstance(fact, Erasure) for fact in event.facts)


def _decide_erased(
    order_id: str, stored: ProjectionState | None, events: Sequence[InboundEvent]
) -> Decision:
    """Decide on an order that is erased, or is now: nothing is folded, only the erasure is kept.

    Neither its other facts nor those of the events are read, so that none of them can prevent it.
    """
    state = stored or NEW
    taken = {} if state.erased else take({}, [each for each in events if _erases(each)])
    seen = _seen(state, events, taken, Seen.ERASED)
    if not taken:
        return Redelivered(seen) if Seen.REDELIVERED in seen else Unchanged(seen)
    erasure = {
        name: each.stored(name) for name, each in taken.items() if isinstance(each.fact, Erasure)
    }
    after = erased_state(state, erasure, events)
    violations = state_violations(state, after, ())
    if violations:
        return Violated(violations)
    write = OrderWrite(order_id, stored.counter if stored else None, {}, after)
    return Changed(seen, write, announces=True)


def _decide_beside(
    order_id: str, state: ProjectionState, events: Sequence[InboundEvent]
) -> Decision:
    """Decide on an order that newer rules have folded: store what the events tell, and no more."""
    if state.apart and state.older is None:
        return Incomplete()
    taken = take_beside(state.all_facts(), events)
    seen = _seen(state, events, taken)
    if not taken:
        return Redelivered(seen) if Seen.REDELIVERED in seen else Unchanged(seen)
    return Changed(seen, stored_beside(order_id, state, taken, events), announces=False)


def _projected(projection: FoldResult) -> Projected:
    return Projected(
        digests={field: fingerprint(value) for field, value in projection.order.items()},
        events=projection.events,
        flags=tuple(
            StoredFlag(flag.code.value, flag.event, flag.about, flag.message)
            for flag in projection.flags
        ),
    )


def _raised(state: ProjectionState, after: ProjectionState) -> tuple[str, ...]:
    """Return the codes of the new flags; another message about the same thing is no new flag."""
    before = {(flag.code, flag.event, flag.about) for flag in state.flags}
    new = {(flag.code, flag.event, flag.about) for flag in after.flags} - before
    return tuple(sorted(code for code, _, _ in new))


def _seen(
    state: ProjectionState,
    events: Sequence[InboundEvent],
    taken: Mapping[str, TakenFact],
    otherwise: Seen = Seen.DUPLICATE,
) -> tuple[Seen, ...]:
    effective = {id(each.fact) for each in taken.values()}

    def judge(event: InboundEvent) -> Seen:
        if any(id(fact) in effective for fact in event.facts):
            return Seen.APPLIED
        at = event.coordinates
        watermark = state.offsets.get((at.topic, at.partition), -1)
        return Seen.REDELIVERED if at.offset <= watermark else otherwise

    return tuple(map(judge, events))
