"""What is known of a stored order, and what was known of it at a moment."""

from collections.abc import Mapping
from dataclasses import replace

from order_projector.projection.ports import ProjectionState
from order_projector.projection.stored import StoredFact
from order_projector.projection.stored_facts import facts_by_identity


def known_at(state: ProjectionState, moment: int) -> ProjectionState:
    """Return the state with the facts alone whose records had been written by a moment.

    ``moment`` is in milliseconds. The names of the order are those that are known today.
    """

    def until(facts: Mapping[str, StoredFact]) -> dict[str, StoredFact]:
        return {name: fact for name, fact in facts.items() if fact.known_at <= moment}

    return replace(
        state,
        facts=until(state.facts),
        older=None if state.older is None else until(state.older),
        imports={
            source_id: replace(told, facts=until(told.facts))
            for source_id, told in state.imports.items()
        },
    )


def holds(state: ProjectionState, fact: str) -> bool:
    """Whether the order has the fact of that identity, its own or one that came by a source id."""
    return any(name == fact for name, _ in facts_by_identity(state))
