"""The projection in this process's memory: the same way of a batch, without any service."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Final

from order_projector.adapters.memory import MemoryAnnouncer, MemoryDeadLetters, MemoryStore
from order_projector.events.decode import decode
from order_projector.projection.batch import Projector
from order_projector.projection.folded import Fold
from order_projector.projection.long_orders.resumable_fold import ORDER_FOLD
from order_projector.projection.metrics import EventOutcome, NullMetrics
from order_projector.projection.names.stored import NameStage
from order_projector.projection.ports import Record

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _no_clock() -> datetime:
    """Return the same time always: nothing that is kept here is ever read by it."""
    return _EPOCH


@dataclass(frozen=True, slots=True)
class Tally(NullMetrics):
    """Counts what became of the events, by their type and outcome."""

    events: Counter[tuple[str, EventOutcome]] = field(default_factory=Counter)

    def event(self, event_type: str, outcome: EventOutcome) -> None:
        """Count it."""
        self.events[event_type, outcome] += 1

    def count(self, *outcomes: EventOutcome) -> int:
        """Return how many events had one of these outcomes."""
        return sum(number for (_, outcome), number in self.events.items() if outcome in outcomes)

    def skipped(self) -> dict[str, int]:
        """Return how many events had no effect, by type or reason, sorted."""
        found = {kind: n for (kind, outcome), n in self.events.items() if outcome == "skipped"}
        if again := self.count("duplicate", "redelivered"):
            found["duplicate"] = again
        return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Offline:
    """Orders, announcements and dead letters of the records processed so far.

    ``fold`` computes an order from its facts.
    """

    fold: Fold = ORDER_FOLD
    store: MemoryStore = field(default_factory=MemoryStore)
    announcer: MemoryAnnouncer = field(default_factory=MemoryAnnouncer)
    dead_letters: MemoryDeadLetters = field(default_factory=MemoryDeadLetters)
    tally: Tally = field(default_factory=Tally)
    projector: Projector = field(init=False)

    def __post_init__(self) -> None:
        """Wire the projection to this memory."""
        projector = Projector(
            self.store,
            self.announcer,
            self.dead_letters,
            decode=decode,
            fold=self.fold,
            metrics=self.tally,
            random=Random(0),  # noqa: S311 - spreads pauses, and nothing here ever pauses
            clock=_no_clock,
            erased_names=NameStage.RETAINED,
        )
        object.__setattr__(self, "projector", projector)

    async def process(self, records: Sequence[Record]) -> None:
        """Take one batch in."""
        await self.projector.process(records)
