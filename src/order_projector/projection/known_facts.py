"""The facts of a stored order, as the fold takes them: of a long one, as far as they are loaded."""

from order_projector.domain.facts import Fact
from order_projector.projection import codec
from order_projector.projection.ports import ProjectionState


def facts_of(state: ProjectionState) -> dict[str, Fact]:
    """Return the facts by identity, in arrival order. Raises `codec.UnreadableFact`."""
    return {name: codec.load(name, fact.text) for name, fact in state.all_facts().items()}


def facts_known_at(state: ProjectionState, moment: int) -> dict[str, Fact]:
    """Return the facts whose records had been written by a moment, in milliseconds.

    Raises `codec.UnreadableFact`.
    """
    return {
        name: codec.load(name, fact.text)
        for name, fact in state.all_facts().items()
        if fact.known_at <= moment
    }
