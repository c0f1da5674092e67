"""Fakes for the projector: calls fail and other workers act exactly where a test says so."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import NoReturn, TypeVar

from order_projector.adapters.memory import MemoryAnnouncer, MemoryDeadLetters
from order_projector.domain.facts import Fact
from order_projector.domain.served import project_order
from order_projector.events.decode import decode
from order_projector.events.outcome import Accepted, Outcome
from order_projector.projection.batch import Projector
from order_projector.projection.folded import Fold
from order_projector.projection.folding import EVERYTHING_AT_ONCE, Folding
from order_projector.projection.long_orders.loading import load_complete
from order_projector.projection.ports import (
    Announcement,
    Coordinates,
    DeadLetter,
    Loaded,
    OrderWrite,
    ProjectionState,
    Record,
    Unusable,
    Written,
)
from order_projector.projection.steps import Headers
from tests.support.shared_store import SharedMemoryStore
from tests.support.stored import noon
from tests.unit.recorded_metrics import RecordingMetrics
from tests.unit.toy import fold

T = TypeVar("T")
LoadedStates = Mapping[str, ProjectionState | Unusable]


class Unhurried(Random):
    """A random source that makes every pause as short as possible."""

    def uniform(self, a: float, b: float) -> float:
        """Return the lower bound."""
        del b
        return a


Act = Callable[[], Awaitable[None]]


def _take_all(_write: OrderWrite) -> None:
    """Accept every write, like a collection without rules."""


@dataclass(slots=True)
class World:
    """In-memory store, announcer and dead letters, with hooks around single calls.

    ``before`` and ``after`` map a call's name and number (from 1) to what happens just before the
    call takes effect, or after that but before its caller learns of it.
    """

    store: SharedMemoryStore = field(default_factory=SharedMemoryStore)
    announcements: MemoryAnnouncer = field(default_factory=MemoryAnnouncer)
    dead_letters: MemoryDeadLetters = field(default_factory=MemoryDeadLetters)
    before: dict[tuple[str, int], Act] = field(default_factory=dict)
    after: dict[tuple[str, int], Act] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    loaded: list[list[str]] = field(default_factory=list)
    sent: list[Sequence[OrderWrite]] = field(default_factory=list)
    outcomes: dict[bytes | None, Outcome] = field(default_factory=dict)
    metrics: RecordingMetrics = field(default_factory=RecordingMetrics)
    refuse: Callable[[OrderWrite], Unusable | None] = field(default=_take_all)
    """The rules of the collection: return why a write is rejected, or None."""
    folding: Folding = EVERYTHING_AT_ONCE

    def projector(self, folding: Fold = fold) -> Projector:
        """Return a worker in this world."""
        return Projector(
            self,
            self,
            self,
            decode=self._decode,
            fold=folding,
            metrics=self.metrics,
            random=Unhurried(),
            clock=noon,
            folding=self.folding,
        )

    def names_projector(self, folding: Fold = project_order) -> Projector:
        """Return a worker that decodes real events, and folds real orders unless told otherwise."""
        return Projector(
            self,
            self,
            self,
            decode=decode,
            fold=folding,
            metrics=self.metrics,
            random=Unhurried(),
            clock=noon,
        )

    def record(self, offset: int, outcome: Outcome, partition: int = 0) -> Record:
        """Return a record that is decoded as `outcome`."""
        value = f"{partition}/{offset}".encode()
        self.outcomes[value] = outcome
        return Record(Coordinates("t", partition, offset), b"key", value, (("h", b"v"),))

    def event(self, offset: int, *facts: Fact, order_id: str = "o", partition: int = 0) -> Record:
        """Return a record with these `facts` of an order."""
        accepted = Accepted("payment.succeeded", order_id, facts[0].event, facts)
        return self.record(offset, accepted, partition)

    @property
    def announced(self) -> list[tuple[str, int]]:
        """Return the order and revision of every announcement, in the order of publication."""
        return [(stored.order_id, stored.revision) for stored in self.announcements.announced]

    @property
    def dead_lettered(self) -> list[tuple[int, str]]:
        """Return the offset and code of every dead letter, in the order of publication."""
        letters = self.dead_letters.published
        return [(letter.record.coordinates.offset, letter.code) for letter in letters]

    async def state(self, order_id: str = "o") -> ProjectionState:
        """Return the stored state of an order."""
        state = (await self.store.load([order_id]))[order_id]
        assert isinstance(state, ProjectionState), state
        return state

    async def complete_state(self, order_id: str = "o") -> ProjectionState:
        """Return the stored state of an order with the facts of its segments."""
        state = (await load_complete(self.store, [order_id]))[order_id]
        assert isinstance(state, ProjectionState), state
        return state

    def _decode(self, value: bytes | None, headers: Headers) -> Outcome:
        del headers
        return self.outcomes[value]

    async def _call(self, name: str, effect: Awaitable[T]) -> T:
        self.calls.append(name)
        moment = (name, self.calls.count(name))
        try:
            if act := self.before.get(moment):
                await act()
        except BaseException:
            effect.close()  # type: ignore[attr-defined]
            raise
        result = await effect
        if act := self.after.get(moment):
            await act()
        return result

    async def ping(self) -> None:
        """Do nothing; pings are not recorded."""

    async def load(self, order_ids: Collection[str]) -> LoadedStates:
        """Delegate to the store."""
        self.loaded.append(list(order_ids))
        return await self._call("load", self.store.load(order_ids))

    async def load_some(self, order_ids: Collection[str], most_bytes: int) -> Loaded:
        """Delegate to the store."""
        self.loaded.append(list(order_ids))
        return await self._call("load", self.store.load_some(order_ids, most_bytes))

    async def write(self, writes: Sequence[OrderWrite]) -> Mapping[str, Written | Unusable]:
        """Delegate to the store all writes that the rules of the collection accept."""
        self.sent.append(writes)
        refused = {write.order_id: why for write in writes if (why := self.refuse(write))}
        accepted = [write for write in writes if write.order_id not in refused]
        return {**await self._call("write", self.store.write(accepted)), **refused}

    async def would_take(self, write: OrderWrite) -> bool:
        """Ask the rules of the collection."""
        return await self._call("would_take", self.store.would_take(write)) and (
            self.refuse(write) is None
        )

    async def complete(self, states: Mapping[str, ProjectionState]) -> LoadedStates:
        """Delegate to the store."""
        return await self._call("complete", self.store.complete(states))

    async def delete_segments(self, order_ids: Collection[str]) -> None:
        """Delegate to the store."""
        await self._call("delete_segments", self.store.delete_segments(order_ids))

    async def revisions(self, order_ids: Collection[str]) -> Mapping[str, int]:
        """Delegate to the store."""
        return await self._call("revisions", self.store.revisions(order_ids))

    async def stored(self, order_ids: Collection[str]) -> Sequence[Announcement]:
        """Delegate to the store."""
        return await self._call("stored", self.store.stored(order_ids))

    async def announce(self, orders: Sequence[Announcement]) -> None:
        """Delegate to the announcer."""
        await self._call("announce", self.announcements.announce(orders))

    async def publish_dead_letters(self, dead_letters: Sequence[DeadLetter]) -> None:
        """Delegate to the dead letters."""
        publishing = self.dead_letters.publish_dead_letters(dead_letters)
        await self._call("publish_dead_letters", publishing)


def raising(error: BaseException) -> Act:
    """Return an act that ends a call with this error."""

    async def act() -> NoReturn:
        raise error

    return act


def by_another_worker(world: World, *records: Record) -> Act:
    """Return an act in which another worker, undisturbed, processes records in the same world."""
    other = replace(world, before={}, after={}, calls=[])

    async def act() -> None:
        await other.projector().process(records)

    return act
