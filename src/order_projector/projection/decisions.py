"""What a session decides about an order, and the events that it decides on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from order_projector.domain.facts import EventStamp, Fact
from order_projector.domain.names import Claim
from order_projector.projection.names.arrivals import NOTHING, ToSettle, to_settle
from order_projector.projection.ports import Coordinates, OrderWrite, ProjectionState, Unusable
from order_projector.projection.taking import TakenFact


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """A decoded event of an order, with its record's coordinates and the trace it continues.

    ``size`` is the length of the record's value in bytes; ``timestamp`` is the record's time, in
    milliseconds. ``source_id`` is set if it names the order by that alone, ``claim`` if it names
    the order by its id, too.
    """

    coordinates: Coordinates
    type: str
    event: EventStamp
    facts: tuple[Fact, ...]
    traceparent: str | None = None
    size: int = 0
    timestamp: int = 0
    source_id: str | None = None
    claim: Claim | None = None


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
    to_settle: ToSettle = NOTHING


@dataclass(frozen=True, slots=True)
class Changed:
    """A new state to write, announced unless only the projection state changed.

    ``raised`` are the codes of the flags that the stored state does not have; ``to_settle`` is what
    follows for other documents once this one is stored.
    """

    seen: tuple[Seen, ...]
    write: OrderWrite
    announces: bool
    raised: tuple[str, ...] = ()
    to_settle: ToSettle = NOTHING


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


def judged(
    state: ProjectionState,
    events: Sequence[InboundEvent],
    taken: Mapping[str, TakenFact],
    otherwise: Seen = Seen.DUPLICATE,
) -> tuple[Seen, ...]:
    """Return the effect of each event; ``otherwise`` is that of one that changes nothing."""
    effective = {id(each.fact) for each in taken.values()}
    seen = list[Seen]()
    for event in events:
        at = event.coordinates
        if not effective.isdisjoint(map(id, event.facts)):
            seen.append(Seen.APPLIED)
        elif at.offset <= state.offsets.get((at.topic, at.partition), -1):
            seen.append(Seen.REDELIVERED)
        else:
            seen.append(otherwise)
    return tuple(seen)


def settling(
    before: ProjectionState,
    after: ProjectionState,
    events: Sequence[InboundEvent],
    seen: Sequence[Seen],
) -> ToSettle:
    """Return what the events leave to settle with other documents."""
    return to_settle(before, after, events, [each is Seen.REDELIVERED for each in seen])
