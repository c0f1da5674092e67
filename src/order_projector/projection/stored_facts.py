"""The facts of a document: the order's own, and those that it was told of its source ids."""

from collections.abc import Iterator

from order_projector.projection.state import ProjectionState
from order_projector.projection.stored import StoredFact


def stored_facts(state: ProjectionState) -> Iterator[StoredFact]:
    """Yield every fact that a document holds, the order's own and the imported ones."""
    yield from state.all_facts().values()
    for told in state.imports.values():
        yield from told.facts.values()
