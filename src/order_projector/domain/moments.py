"""An order as it was at a moment, from all that is known today."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from order_projector.domain.facts import Fact, Redemption, Stack, Void
from order_projector.domain.names import NO_NAMES, OrderNames
from order_projector.domain.served import project_order
from order_projector.domain.voids import effective


def order_at(
    order_id: str, facts: Mapping[str, Fact], at: int, names: OrderNames = NO_NAMES
) -> dict[str, Any] | None:
    """Return the served order of the facts until `at`; None before the first one."""
    kept = facts_until(facts, at)
    return project_order(order_id, kept, names_until(names, at)).order if kept else None


def names_until(names: OrderNames, at: int) -> OrderNames:
    """Return the names with the claims alone that had been made by `at` (milliseconds)."""
    return replace(names, claims=tuple(claim for claim in names.claims if claim.at <= at))


def facts_until(facts: Mapping[str, Fact], at: int) -> dict[str, Fact]:
    """Return the facts, by identity, whose event time is `at` (milliseconds) or before.

    What is void today is void at every moment. A list of a stack has the time of the stack: it is
    there with its parent or with one of its children. If none of them is known today, it is there
    at every moment.
    """
    voids = [fact for fact in effective(facts).values() if isinstance(fact, Void)]
    known = {void.voids for void in voids if void.at <= at}
    void_later = {void.voids for void in voids if void.at > at} - known
    kept = {
        name: fact
        for name, fact in facts.items()
        if not isinstance(fact, Stack) and fact.at <= at and fact.event.id not in void_later
    }
    if not kept:
        return {}
    redemptions = {fact.id for fact in kept.values() if isinstance(fact, Redemption)}
    redeemed = {fact.id for fact in facts.values() if isinstance(fact, Redemption)}
    later = redeemed - redemptions

    def is_there(stack: Stack) -> bool:
        listed = (stack.id, *stack.children)
        return not redemptions.isdisjoint(listed) or later.isdisjoint(listed)

    return {
        name: fact
        for name, fact in facts.items()
        if name in kept
        or (isinstance(fact, Stack) and fact.event.id not in void_later and is_there(fact))
    }
