"""Orders that a later release has written while it runs alongside this one.

Where a document has a newer layout, this release waits. Where only its rules are newer, this
release never makes the order older: it stores the facts of the events, leaves the served order as
it is, and marks the document, which a worker of the later release folds again. Facts of kinds and
with members that are not known here stay as they are.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from order_projector.domain.facts import EventStamp, identity
from order_projector.projection import codec
from order_projector.projection.bookkeeping import Arrival, watermarks
from order_projector.projection.ports import (
    KEPT_ORDER,
    OrderWrite,
    ProjectionState,
    Unavailable,
    Unusable,
    UnusableReason,
)
from order_projector.projection.rules import RULES
from order_projector.projection.stored import StoredFact
from order_projector.projection.taking import EventWithFacts, TakenFact


class ArrivedEvent(Arrival, EventWithFacts, Protocol):
    """An event's facts, and what is recorded of its arrival."""


def take_for_later_release(
    stored: Mapping[str, StoredFact], events: Sequence[ArrivedEvent]
) -> dict[str, TakenFact]:
    """Return the facts of the events, by identity, that are new or later than the stored ones."""
    taken: dict[str, TakenFact] = {}
    for event in events:
        for fact in event.facts:
            name = identity(fact)
            if (before := taken.get(name)) is not None:
                is_later = fact.event > before.fact.event
            elif (known := stored.get(name)) is not None:
                is_later = fact.event > _stamp(known)
            else:
                is_later = True
            if is_later:
                taken[name] = TakenFact(fact, event.timestamp)
    return taken


def write_for_later_release(
    order_id: str,
    state: ProjectionState,
    taken: Mapping[str, TakenFact],
    events: Sequence[ArrivedEvent],
) -> OrderWrite:
    """Return the write that adds the facts, and leaves the fold to the later release.

    The new events are pending until then: they become causes of the revision that it makes.
    """
    new = {name: each.stored(name) for name, each in taken.items()}
    arrived = dict.fromkeys(each.fact.event.id for each in taken.values())
    known = state.all_facts()
    replaced = {_stamp(known[name]).id for name in taken if name in known}
    pending = dict.fromkeys((*state.pending, *arrived))
    after = replace(
        state,
        counter=state.counter + 1,
        facts={**state.facts, **new},
        pending=tuple(pending),
        retired=tuple(sorted({*state.retired, *replaced}.difference(pending))),
        offsets=watermarks(state, events),
        refold=True,
        checkpoint=None,
        older=None,
    )
    return OrderWrite(order_id, state.counter, KEPT_ORDER, after)


def refuse_newer_layouts(states: Mapping[str, ProjectionState | Unusable]) -> None:
    """Wait, as for a database that is away, while a document has a layout of a later release.

    The events do not become dead letters, as a worker of that release can apply them. Raises
    `Unavailable`.
    """
    for order_id, state in states.items():
        if isinstance(state, Unusable) and state.reason is UnusableReason.NEWER_LAYOUT:
            away = Unavailable(f"order {order_id!r}: {state.message}; run the later release")
            away.service = "database"
            raise away


def is_newer(state: ProjectionState) -> bool:
    """Whether newer rules than those of this release have folded the order."""
    return state.rules > RULES


def _stamp(known: StoredFact) -> EventStamp:
    """Return the stamp of a fact of any release: where it stands in the text stays the same."""
    try:
        event = json.loads(known.text)["event"]
        return EventStamp(int(event["created_at"]), str(event["id"]))
    except (ValueError, KeyError, TypeError):
        raise codec.UnreadableFact("holds a fact without an event") from None
