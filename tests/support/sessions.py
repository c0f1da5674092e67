"""One order, processed batch by batch by the worker's own session, with its state as stored."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import bson
import orjson

from order_projector.events.outcome import Rejected, Skipped
from order_projector.projection.document import STATE_KEY, compose, read_state
from order_projector.projection.long_orders.lengths import LENGTHS, Lengths
from order_projector.projection.long_orders.resumable_fold import ResumableFold
from order_projector.projection.long_orders.segments import completed, compose_segment
from order_projector.projection.partial_update import partial_update
from order_projector.projection.ports import (
    Coordinates,
    OrderWrite,
    ProjectionState,
    Unusable,
)
from order_projector.projection.recent_states import RecentStates
from order_projector.projection.session import (
    Changed,
    Decision,
    InboundEvent,
    Incomplete,
    Redelivered,
    Unchanged,
    Violated,
    decide,
)
from order_projector.projection.stored import StoredFlag
from tests.support.events import Json, read
from tests.support.updating import updated


@dataclass(slots=True)
class OneOrder:
    """The document of `ord_1`, round-tripped through BSON, and all causes so far.

    ``offset`` is that of the last event; a test can reset it to read an offset again. ``segments``
    are the documents of its segments, by the id under which it lists them. ``folds`` counts the
    sessions that needed all facts and those that did not, and the documents that an update makes.
    """

    lengths: Lengths = LENGTHS
    recent: RecentStates | None = None
    document: dict[str, Any] = field(default_factory=dict)
    segments: dict[str, dict[str, Any]] = field(default_factory=dict)
    folds: Counter[str] = field(default_factory=Counter)
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
        state = self.state and self._complete(self.state)
        return {name: fact.text for name, fact in state.all_facts().items()} if state else {}

    @property
    def flags(self) -> tuple[StoredFlag, ...]:
        """The stored flags."""
        return self.state.flags if self.state else ()

    def take(self, events: Iterable[Json]) -> None:
        """Process a batch of events as a worker does, and store what it decides."""
        batch = [event for event in map(self._inbound, events) if event is not None]
        if not batch:
            return
        match self._decided(batch):
            case Unusable(message=message):
                raise AssertionError(message)
            case Violated() | Incomplete() as decision:
                raise AssertionError(decision)
            case Unchanged() | Redelivered():
                pass
            case Changed(write=write):
                self._store(write)

    def _decided(self, batch: Sequence[InboundEvent]) -> Decision:
        """Decide on the kept state, if there is one; on the stored one if that writes nothing."""
        fold = ResumableFold(self.lengths)
        if self.recent is not None and (kept := self.recent.take({"ord_1": batch}).get("ord_1")):
            was_live = kept.live is not None and kept.live.events()
            decision = decide("ord_1", kept, batch, fold)
            self.folds["live"] += bool(was_live and kept.live and not kept.live.events())
            if isinstance(decision, Changed):
                return decision
        state = self.state
        decision = decide("ord_1", state, batch, fold)
        self.folds["incomplete" if isinstance(decision, Incomplete) else "here"] += 1
        if state and isinstance(decision, Incomplete):
            return decide("ord_1", self._complete(state), batch, fold)
        return decision

    def _store(self, write: OrderWrite) -> None:
        if write.state.revision != (self.state.revision if self.state else 0):
            self.causes.extend(write.state.causes)
        for segment in write.segments:
            stored = bson.decode(bson.encode(compose_segment("ord_1", segment)))
            known = self.segments.setdefault(segment.ref.id, stored)
            assert known == stored, "a segment has changed"
        document = bson.decode(bson.encode(compose(write)))
        if (update := partial_update(write, large=0)) is not None:
            known = bson.decode(bson.encode(update))
            assert bson.encode(updated(self.document, known)) == bson.encode(document)
            self.folds["updated"] += 1
        self.document = document
        if self.recent is not None:
            self.recent.keep("ord_1", write.state)

    def _complete(self, state: ProjectionState) -> ProjectionState:
        complete = completed(state, self.segments)
        assert isinstance(complete, ProjectionState), complete
        return complete

    def _inbound(self, event: Json) -> InboundEvent | None:
        """Return the event at the next offset, or None if it concerns no order."""
        outcome = read(event)
        assert not isinstance(outcome, Rejected), outcome
        self.offset += 1
        if isinstance(outcome, Skipped):
            return None
        at = Coordinates("t", 0, self.offset)
        return InboundEvent(at, outcome.type, outcome.event, outcome.facts)
