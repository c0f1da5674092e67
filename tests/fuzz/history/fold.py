"""An event's path through the worker: decoded, decided on, stored and read again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import bson
import orjson

from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted
from order_projector.projection.document import STATE_KEY, compose, read_state
from order_projector.projection.ports import Coordinates, ProjectionState, Unusable
from order_projector.projection.session import Changed, InboundEvent, Redelivered, Unchanged, decide

Json = dict[str, Any]


class Rejected(Exception):
    """An event of a valid sender was not accepted."""


@dataclass(slots=True)
class Worker:
    """The stored document of one order, and the sessions that change it."""

    document: bytes | None = None
    _offsets: "count[int]" = field(default_factory=count)

    def take(self, batch: Sequence[Json]) -> None:
        """Process a batch of events; raise `Rejected` if one of them is not accepted."""
        events = [self._inbound(event) for event in batch]
        match decide("ord_1", self._state(), events, project_order):
            case Changed(write=write):
                self.document = bson.encode(compose(write))
            case Unchanged() | Redelivered():
                pass
            case Unusable(message=message):
                raise AssertionError(message)

    @property
    def served(self) -> Json:
        """The stored order without the projection state."""
        document = self._read()
        return {name: value for name, value in document.items() if name not in ("_id", STATE_KEY)}

    @property
    def flags(self) -> list[tuple[str, str, str]]:
        """The order's flags: code, event, and what each is about."""
        state = self._state()
        return [(flag.code, flag.event, flag.about) for flag in state.flags] if state else []

    @property
    def text(self) -> bytes:
        """The served order as JSON text."""
        return orjson.dumps(self.served)

    def _read(self) -> Json:
        return {} if self.document is None else bson.decode(self.document)

    def _state(self) -> ProjectionState | None:
        if self.document is None:
            return None
        state = read_state(self._read())
        assert isinstance(state, ProjectionState), state
        return state

    def _inbound(self, event: Json) -> InboundEvent:
        outcome = decode(orjson.dumps(event), ())
        if not isinstance(outcome, Accepted):
            raise Rejected(f"{event['id']}: {outcome}")
        at = Coordinates("redemptions", 0, next(self._offsets))
        return InboundEvent(at, outcome.type, outcome.event, outcome.facts)
