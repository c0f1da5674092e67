"""An order with what it knows of its source ids: the facts to fold, and its names."""

from collections.abc import Mapping
from typing import Protocol

from order_projector.domain.facts import Fact, outranks
from order_projector.domain.names import NO_NAMES, Claim, OrderNames, earliest
from order_projector.projection import codec
from order_projector.projection.names.joining import JoinedOrder
from order_projector.projection.names.stored import Import, NameRecord, NameStage, Standing
from order_projector.projection.state import ProjectionState


class Named(Protocol):
    """The names of a stored order."""

    @property
    def claims(self) -> tuple[Claim, ...]: ...

    @property
    def imports(self) -> Mapping[str, Import]: ...

    @property
    def name(self) -> NameRecord | None: ...


def combined(own: Mapping[str, Fact], imports: Mapping[str, Import]) -> Mapping[str, Fact]:
    """Return an order's own facts and the imported ones, by identity: of copies, the winning one.

    Raises `codec.UnreadableFact`.
    """
    if not any(imported.facts for imported in imports.values()):
        return own
    facts = dict(own)
    for source_id in sorted(imports):
        for name, stored in imports[source_id].facts.items():
            fact = codec.load(name, stored.text)
            if name not in facts or outranks(fact, facts[name], codec.text_of):
                facts[name] = fact
    return facts


def names_of(state: Named, own: Mapping[str, Fact], facts: Mapping[str, Fact]) -> OrderNames:
    """Return what the fold needs of an order's names; ``facts`` are the `combined` ones."""
    name = state.name
    if not (state.claims or state.imports or name):
        return NO_NAMES
    first = earliest(state.claims)
    not_joined = {
        source_id: first[source_id].event
        for source_id, imported in state.imports.items()
        if imported.standing is Standing.NOT_JOINED and source_id in first
    }
    if name and name.stage is NameStage.NOT_JOINED and name.owner and name.source_id:
        not_joined[name.source_id] = name.owner.event
    return OrderNames(
        source_id=name.source_id if name else None,
        claims=state.claims,
        taken=frozenset(_by_standing(state.imports, Standing.TAKEN)),
        contested={
            source_id: frozenset(_won(imported, own, facts))
            for source_id, imported in state.imports.items()
            if imported.is_contested and imported.standing is Standing.OWNED
        },
        not_joined=not_joined,
    )


def _by_standing(imports: Mapping[str, Import], standing: Standing) -> list[str]:
    return [source_id for source_id, imported in imports.items() if imported.standing is standing]


def _won(imported: Import, own: Mapping[str, Fact], facts: Mapping[str, Fact]) -> list[str]:
    """Return the identities of the facts of which the imported copy is the one that counts."""
    return [
        name
        for name, stored in imported.facts.items()
        if facts[name] is not own.get(name) and codec.text_of(facts[name]) == stored.text
    ]


def as_joined(state: ProjectionState) -> JoinedOrder:
    """Return a stored order as the rule joins it: its facts, its names, and what came by those.

    Raises `codec.UnreadableFact`.
    """
    own = {name: codec.load(name, fact.text) for name, fact in state.all_facts().items()}
    facts = combined(own, state.imports)
    came_by = {
        name: source_id
        for source_id, imported in state.imports.items()
        for name in _won(imported, own, facts)
    }
    return JoinedOrder(facts, names_of(state, own, facts), came_by)
