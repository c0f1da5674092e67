"""The projection in this process's memory: the same way of a batch, without any service."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from order_projector.adapters.memory import MemoryAnnouncer, MemoryDeadLetters, MemoryStore
from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.projection.batch import Projector
from order_projector.projection.metrics import NullMetrics
from order_projector.projection.ports import Record


@dataclass(frozen=True, slots=True)
class Offline:
    """Orders, announcements and dead letters of the records processed so far."""

    store: MemoryStore = field(default_factory=MemoryStore)
    announcer: MemoryAnnouncer = field(default_factory=MemoryAnnouncer)
    dead_letters: MemoryDeadLetters = field(default_factory=MemoryDeadLetters)
    projector: Projector = field(init=False)

    def __post_init__(self) -> None:
        """Wire the projection to this memory."""
        projector = Projector(
            self.store,
            self.announcer,
            self.dead_letters,
            decode=decode,
            fold=project_order,
            metrics=NullMetrics(),
            random=Random(0),  # noqa: S311 - spreads pauses, and nothing here ever pauses
        )
        object.__setattr__(self, "projector", projector)

    async def process(self, records: Sequence[Record]) -> None:
        """Take one batch in."""
        await self.projector.process(records)
