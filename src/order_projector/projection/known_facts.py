"""What is known of a stored order, and what was known of it at a moment."""

from collections.abc import Mapping
from dataclasses import replace

from order_projector.projection.names.joining import JoinedOrder
from order_projector.projection.names.view import as_joined
from order_projector.projection.state import ProjectionState
from order_projector.projection.stored_facts import facts_by_identity


def known_since(state: ProjectionState, joined: JoinedOrder) -> Mapping[str, int]:
    """Return since when each fact that counts is known, by identity, in milliseconds.

    Of copies that came by different names, only those that are equal to the one that counts do.
    """
    own, since = state.all_facts(), dict[str, int]()
    for name in joined.facts:
        source_id = joined.came_by.get(name)
        facts = own if source_id is None else state.imports[source_id].facts
        since[name] = facts[name].known_at
    for imported in state.imports.values():
        for name, copy in imported.facts.items():
            if name in since and name in own and copy.text == own[name].text:
                since[name] = min(since[name], copy.known_at)
    return since


def known_at(state: ProjectionState, moment: int) -> JoinedOrder:
    """Return the order with the facts alone whose records had been written by a moment.

    ``moment`` is in milliseconds. The names of the order, and which copies count, are those that
    are known today. Raises `codec.UnreadableFact`.
    """
    joined = as_joined(state)
    since = known_since(state, joined)
    facts = {name: fact for name, fact in joined.facts.items() if since[name] <= moment}
    return replace(joined, facts=facts)


def holds(state: ProjectionState, fact: str) -> bool:
    """Whether the order has the fact of that identity, its own or one that came by a source id."""
    return any(name == fact for name, _ in facts_by_identity(state))
