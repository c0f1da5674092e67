"""The flags of an order that events make."""

from itertools import permutations

from order_projector.domain.facts import Fact
from order_projector.domain.served import project_order
from order_projector.events.outcome import Accepted
from order_projector.projection import codec
from tests.support.events import Json, read

Flagged = tuple[str, str, str]
"""The code of a flag, the id of its event, and what it is about."""


def flags_of(*events: Json) -> list[Flagged]:
    """Return the flags of the one order of these events, the same in every arrival order."""
    arrivals = permutations(events) if len(events) < 5 else (events, events[::-1])
    found = [_flags(arrival) for arrival in arrivals]
    assert all(each == found[0] for each in found)
    return found[0]


def _flags(events: tuple[Json, ...]) -> list[Flagged]:
    facts: dict[str, Fact] = {}
    for event in events:
        outcome = read(event)
        assert isinstance(outcome, Accepted), outcome
        facts |= codec.merge(facts.get, outcome.facts)
    flags = project_order("ord_1", facts).flags
    assert all(flag.message for flag in flags)
    return [(flag.code.value, flag.event, flag.about) for flag in flags]
