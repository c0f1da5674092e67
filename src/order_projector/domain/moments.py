"""The facts of an order up to a moment, from all that is known today."""

from collections.abc import Mapping

from order_projector.domain.facts import Fact, Redemption, Stack, Void
from order_projector.domain.voids import effective


def facts_until(facts: Mapping[str, Fact], at: int) -> dict[str, Fact]:
    """Return the facts, by identity, whose event time is `at` (milliseconds) or before.

    What is void today is void at every moment. A list of a stack has the time of the stack: it is
    there with its parent or with one of its children.
    """
    voids = [fact for fact in effective(facts).values() if isinstance(fact, Void)]
    known = {void.voids for void in voids if void.at <= at}
    void_later = {void.voids for void in voids if void.at > at} - known
    kept = {
        name: fact
        for name, fact in facts.items()
        if not isinstance(fact, Stack) and fact.at <= at and fact.event.id not in void_later
    }
    redemptions = {fact.id for fact in kept.values() if isinstance(fact, Redemption)}
    return {
        name: fact
        for name, fact in facts.items()
        if name in kept
        or (
            isinstance(fact, Stack)
            and fact.event.id not in void_later
            and not redemptions.isdisjoint((fact.id, *fact.children))
        )
    }
