"""Which facts of a round's events become part of an order, and since when they are known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from order_projector.domain.facts import Fact, identity, outranks
from order_projector.projection import codec
from order_projector.projection.rules import RULES
from order_projector.projection.stored import StoredFact


class EventWithFacts(Protocol):
    """An event's facts, and the time of its record in milliseconds."""

    @property
    def facts(self) -> tuple[Fact, ...]: ...

    @property
    def timestamp(self) -> int: ...


@dataclass(frozen=True, slots=True)
class TakenFact:
    """A fact that becomes part of an order, and since when it is known."""

    fact: Fact
    known_at: int

    def stored(self, name: str) -> StoredFact:
        """Return the stored form of the fact whose identity is `name`."""
        return StoredFact(codec.dump(name, self.fact), RULES, self.known_at)


def take(
    stored: Mapping[str, StoredFact], events: Iterable[EventWithFacts]
) -> dict[str, TakenFact]:
    """Return the facts of the events, by identity, that change the stored ones.

    Those are new facts, later copies, and facts of events that older rules have read. Raises
    `codec.UnreadableFact` for a stored fact that one of them would replace.
    """
    taken: dict[str, TakenFact] = {}
    for event in events:
        for fact in event.facts:
            name = identity(fact)
            if (before := taken.get(name)) is not None:
                taken[name] = _later(fact, event.timestamp, before)
            elif (known := stored.get(name)) is None:
                taken[name] = TakenFact(fact, event.timestamp)
            elif (new := _instead(name, fact, event.timestamp, known)) is not None:
                taken[name] = new
    return taken


def _later(fact: Fact, timestamp: int, before: TakenFact) -> TakenFact:
    """Return the copy that counts of two in one round; of equal ones, the earlier record counts."""
    if outranks(fact, before.fact, codec.text_of):
        return TakenFact(fact, timestamp)
    if timestamp < before.known_at and fact == before.fact:
        return replace(before, known_at=timestamp)
    return before


def _instead(name: str, fact: Fact, timestamp: int, known: StoredFact) -> TakenFact | None:
    """Return what takes the place of a stored fact; None if it stays.

    An event that older rules have read is read again, and stays known since its earliest record.
    What newer rules have read is not made older.
    """
    old = codec.load(name, known.text)
    if fact.event == old.event and known.rules != RULES:
        return TakenFact(fact, min(timestamp, known.known_at)) if known.rules < RULES else None
    return TakenFact(fact, timestamp) if outranks(fact, old, codec.text_of) else None


def known_earlier(
    stored: Mapping[str, StoredFact], events: Iterable[EventWithFacts]
) -> dict[str, StoredFact]:
    """Return the stored facts of which one of the events is a copy in an earlier record."""
    lowered: dict[str, StoredFact] = {}
    for event in events:
        for fact in event.facts:
            name = identity(fact)
            known = lowered.get(name) or stored.get(name)
            if (
                known is not None
                and event.timestamp < known.known_at
                and codec.text_of(fact) == known.text
            ):
                lowered[name] = replace(known, known_at=event.timestamp)
    return lowered


def taken_facts(
    stored: Mapping[str, StoredFact],
    taken: Mapping[str, TakenFact],
    events: Iterable[EventWithFacts],
) -> dict[str, StoredFact]:
    """Return the stored facts that change: those that were taken, and those known earlier."""
    return known_earlier(stored, events) | {name: each.stored(name) for name, each in taken.items()}
