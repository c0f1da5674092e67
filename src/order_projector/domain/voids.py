"""Voided events: what an event said about an order, taken back in the log itself."""

from collections.abc import Mapping

from order_projector.domain.facts import Fact, Void


def effective(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return the facts, by identity, of the events that are not void.

    Copies meet first: `facts` holds the winning one of each, and one that lost never comes back.
    A voiding event can be voided only by one with a greater stamp, so the greatest decides first.
    """
    void = void_events(facts)
    if not void:
        return dict(facts)
    return {name: fact for name, fact in facts.items() if fact.event.id not in void}


def void_events(facts: Mapping[str, Fact]) -> set[str]:
    """Return the ids of the events that are void, whether one of the facts is theirs or not."""
    voids = sorted(
        (fact for fact in facts.values() if isinstance(fact, Void)),
        key=lambda void: void.event,
        reverse=True,
    )
    struck, standing = set[str](), set[str]()
    for void in voids:
        if void.event.id not in struck:
            standing.add(void.event.id)
            struck.add(void.voids)
    return struck - standing
