"""The facts of a document: the order's own, and those imported by its source ids."""

from collections.abc import Iterator

from order_projector.projection.state import ProjectionState
from order_projector.projection.stored import StoredFact


def facts_by_identity(state: ProjectionState) -> Iterator[tuple[str, StoredFact]]:
    """Yield every fact that a document holds; one of which there are copies, more than once."""
    yield from state.all_facts().items()
    for imported in state.imports.values():
        yield from imported.facts.items()


def stored_facts(state: ProjectionState) -> Iterator[StoredFact]:
    """Yield every fact that a document holds, the order's own and the imported ones."""
    return (fact for _, fact in facts_by_identity(state))
