"""One order taken through the worker's own session, batch by batch, with its state as stored."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import bson
import orjson

from order_projector.domain.served import project_order
from order_projector.projection.document import STATE_KEY, compose, read_state
from order_projector.projection.ports import Coordinates, ProjectionState, Unusable
from order_projector.projection.session import Changed, InboundEvent, Redelivered, Unchanged, decide
from tests.support.events import Json, accepted


@dataclass(slots=True)
class OneOrder:
    """The document of `ord_1` as its bytes came back from a database, and all causes so far.

    ``offset`` is that of the next event; several can be read at the same one again.
    """

    document: dict[str, Any] = field(default_factory=dict)
    causes: list[str] = field(default_factory=list)
    offset: int = 0

    @property
    def state(self) -> ProjectionState | None:
        """The projection state, read from the document."""
        if not self.document:
            return None
        state = read_state(self.document)
        assert isinstance(state, ProjectionState), state
        return state

    @property
    def served(self) -> bytes:
        """The served JSON text."""
        served = {
            name: held for name, held in self.document.items() if name not in {"_id", STATE_KEY}
        }
        return orjson.dumps(served)

    @property
    def facts(self) -> dict[str, str]:
        """The stored facts by identity."""
        facts = self.state.facts if self.state else {}
        return {name: fact.text for name, fact in facts.items()}

    def take(self, events: Iterable[Json]) -> None:
        """Process a batch of events as a worker does, and store what it decides."""
        decision = decide("ord_1", self.state, list(map(self._inbound, events)), project_order)
        match decision:
            case Unusable(message=message):
                raise AssertionError(message)
            case Unchanged() | Redelivered():
                pass
            case Changed(write=write):
                if write.state.revision != (self.state.revision if self.state else 0):
                    self.causes.extend(write.state.causes)
                self.document = bson.decode(bson.encode(compose(write)))

    def _inbound(self, event: Json) -> InboundEvent:
        read = accepted(event)
        self.offset += 1
        return InboundEvent(Coordinates("t", 0, self.offset), read.type, read.event, read.facts)
