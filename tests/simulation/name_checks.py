"""What must hold for the documents of names at every step, and what is served of an order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from order_projector.domain.facts import Fact
from order_projector.domain.names import OrderNames
from order_projector.domain.source_ids import order_id_from
from order_projector.projection.document import STATE_KEY, read_state
from order_projector.projection.names.view import combined, names_of
from order_projector.projection.ports import ProjectionState
from tests.simulation.announced_moves import AnnouncedMoves
from tests.simulation.expectation import Knowledge
from tests.simulation.kept import Kept

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """The facts that a document serves, the events that came by source ids, and its names."""

    facts: Mapping[str, Fact]
    imported: frozenset[str]
    names: OrderNames


def held(
    knowledge: Knowledge, order_id: str, document: Document, texts: Mapping[str, str]
) -> Held | str:
    """Return what a document holds, or the identity of a fact that no record holds."""
    state = read_state(document)
    assert isinstance(state, ProjectionState), state
    own = knowledge.facts(order_id, texts)
    if isinstance(own, str):
        return own
    imported = set[str]()
    for source_id, told in state.imports.items():
        copies = {name: fact.text for name, fact in told.facts.items()}
        facts = knowledge.facts(order_id_from(source_id), copies)
        if isinstance(facts, str):
            return facts
        imported |= {fact.event.id for fact in facts.values()}
    facts_served = combined(own, state.imports)
    return Held(facts_served, frozenset(imported), names_of(state, own, facts_served))


@dataclass(slots=True)
class NameChecks:
    """Observes every document: no event that came by a name may be served by two orders."""

    holders: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    """By derived id: the events that came by it, as each order serves them."""
    owners: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    moves: AnnouncedMoves = field(default_factory=AnnouncedMoves)

    def stored(self, order_id: str, document: Document, texts: Mapping[str, str]) -> str | None:
        """Return what is wrong with names once this document is stored, if anything."""
        state = document[STATE_KEY]
        record = state["name"]
        if record is None:
            for told in state["imports"]:
                name = order_id_from(told["source_id"])
                events = (
                    _events(fact["text"] for fact in told["facts"])
                    if told["standing"] == "owned"
                    else frozenset()
                )
                self.holders.setdefault(name, {})[order_id] = events
            if state["erased"]:
                for by_order in self.holders.values():
                    by_order.pop(order_id, None)
        else:
            is_order = record["stage"] in {"order", "not_joined"}
            events = _events(texts.values()) if is_order else frozenset()
            self.holders.setdefault(order_id, {})[order_id] = events
            if reason := self._owned(order_id, record["owner"]):
                return reason
        by_name = (held.get(order_id, frozenset[str]()) for held in self.holders.values())
        self.moves.keep(order_id, state["revision"], frozenset().union(*by_name))
        return self._served_twice()

    def _owned(self, name: str, owner: Document | None) -> str | None:
        known = self.owners.get(name)
        if owner is None:
            return None if known is None else "has lost its owner"
        claim = (owner["at"], owner["event"], owner["order"])
        if known is not None and claim > known:
            return f"has the owner {claim} after {known}"
        self.owners[name] = claim
        return None

    def _served_twice(self) -> str | None:
        for name, by_order in self.holders.items():
            seen = set[str]()
            for events in by_order.values():
                if seen & events:
                    return f"{sorted(seen & events)} of {name} are served by {sorted(by_order)}"
                seen |= events
        return None


def _events(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(orjson.loads(text)["event"]["id"] for text in texts)


def merged_reason(kept: Kept, document: Document) -> str | None:
    """Return what is wrong with the document of a name that was merged into another order."""
    state = document[STATE_KEY]
    if document.keys() != {"_id", "merged_into", STATE_KEY}:
        return "is merged, and has public fields"
    changed = document["merged_into"] != kept.served.get("merged_into")
    grows = changed and kept.revision > 0
    if state["revision"] != kept.revision + grows:
        return f"revision {state['revision']} merges {kept.revision}"
    if grows:
        gone = {name for name in kept.served if name not in {"id", "object", "merged_into"}}
        if set(state["changes"]) != gone | {"merged_into"} or len(state["causes"]) != 1:
            return f"is merged with changes {state['changes']} and causes {state['causes']}"
    return None


def merged_content(document: Document) -> Document:
    """Return what an announcement of a merged order must state."""
    state, order_id = document[STATE_KEY], document["_id"]
    return {
        "order": {"id": order_id, "object": "order", "merged_into": document["merged_into"]},
        "revision": state["revision"],
        "changes": state["changes"],
        "causes": state["causes"],
    }
