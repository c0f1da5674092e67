"""A store, an announcer and dead letters in this process's memory: offline projection and tests."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import orjson

from order_projector.projection.document import bookkeeping, misfit, served
from order_projector.projection.ports import (
    Bookkeeping,
    BreakerState,
    DeadLetter,
    Loaded,
    OrderWrite,
    Partition,
    StoredOrder,
    Unusable,
    Written,
)


@dataclass(frozen=True, slots=True)
class _Document:
    """One order; its served JSON as text, so that nobody can change it from outside."""

    order: bytes
    books: Bookkeeping


class MemoryStore:
    """An `OrderStore` that ends with its process. It has the limits of a stored document, too."""

    def __init__(self) -> None:
        """Begin without any order."""
        self._documents: Final[dict[str, _Document]] = {}
        self._unusable: Final[dict[str, Unusable]] = {}

    def put(self, document: Mapping[str, Any]) -> None:
        """Hold a document as if somebody else had put it there, under its ``_id``."""
        match bookkeeping(document):
            case Unusable() as unusable:
                self._unusable[document["_id"]] = unusable
            case books:
                self._unusable.pop(document["_id"], None)
                order = orjson.dumps(served(document))
                self._documents[document["_id"]] = _Document(order, books)

    async def prepare(self) -> None:
        """There is nothing to prepare."""

    async def ping(self) -> None:
        """Memory always answers."""

    async def load(self, order_ids: Collection[str]) -> Mapping[str, Bookkeeping | Unusable]:
        """The bookkeeping of those orders that are stored, or why it cannot be read."""
        books = {order_id: document.books for order_id, document in self._found(order_ids)}
        return books | {name: self._unusable[name] for name in order_ids if name in self._unusable}

    async def load_some(self, order_ids: Collection[str], most_bytes: int) -> Loaded:
        """The same of as many of the orders as ``most_bytes`` of facts allow."""
        size, books = 0, dict[str, Bookkeeping | Unusable]()
        for order_id, found in (await self.load(order_ids)).items():
            if size > most_bytes:
                return Loaded(books, frozenset(order_ids) - books.keys(), size)
            books[order_id] = found
            if isinstance(found, Bookkeeping):
                size += sum(map(len, found.facts.values()))
        return Loaded(books, frozenset(), size)

    async def write(self, writes: Sequence[OrderWrite]) -> Mapping[str, Written]:
        """Compare-and-set each order, independently of the others."""
        return {write.order_id: self._write(write) for write in writes}

    async def revisions(self, order_ids: Collection[str]) -> Mapping[str, int]:
        """The stored revision of each of those orders."""
        return {order_id: document.books.revision for order_id, document in self._found(order_ids)}

    async def stored(self, order_ids: Collection[str]) -> Sequence[StoredOrder]:
        """Those orders exactly as stored."""
        return [_served(order_id, document) for order_id, document in self._found(order_ids)]

    def all(self) -> list[StoredOrder]:
        """Every order, sorted by id."""
        return [
            _served(order_id, self._documents[order_id]) for order_id in sorted(self._documents)
        ]

    def _found(self, order_ids: Collection[str]) -> list[tuple[str, _Document]]:
        documents = self._documents
        return [(name, documents[name]) for name in order_ids if name in documents]

    def _write(self, write: OrderWrite) -> Written:
        if misfit(write):
            return Written.TOO_LARGE
        if write.order_id in self._unusable:
            return Written.CONFLICT
        document = self._documents.get(write.order_id)
        if document is not None and document.books.counter != write.expected:
            return Written.CONFLICT
        self._documents[write.order_id] = _Document(
            orjson.dumps(write.order), _detached(write.bookkeeping)
        )
        return Written.APPLIED


def _detached(books: Bookkeeping) -> Bookkeeping:
    return replace(
        books, facts=dict(books.facts), digests=dict(books.digests), offsets=dict(books.offsets)
    )


def _served(order_id: str, document: _Document) -> StoredOrder:
    books = document.books
    return StoredOrder(
        order_id=order_id,
        order=orjson.loads(document.order),
        revision=books.revision,
        changes=books.changes,
        causes=books.causes,
        traceparent=books.traceparent,
    )


@dataclass(frozen=True, slots=True)
class MemoryAnnouncer:
    """Keeps what was announced, in sequence."""

    announced: list[StoredOrder] = field(default_factory=list)

    async def announce(self, orders: Sequence[StoredOrder]) -> None:
        """Keep them."""
        self.announced.extend(orders)


@dataclass(frozen=True, slots=True)
class MemoryDeadLetters:
    """Keeps what was buried, in sequence."""

    buried: list[DeadLetter] = field(default_factory=list)

    async def bury(self, letters: Sequence[DeadLetter]) -> None:
        """Keep them."""
        self.buried.extend(letters)


class MemoryControl:
    """A `BreakerControl` that ends with its process."""

    def __init__(self) -> None:
        """Begin with every breaker closed."""
        self._states: Final[dict[Partition, BreakerState]] = {}

    async def states(self) -> Sequence[BreakerState]:
        """All of them, by topic and partition."""
        return [self._states[where] for where in sorted(self._states)]

    async def open(self, state: BreakerState) -> None:
        """Keep the state in place of the partition's last one."""
        self._states[state.partition] = state

    async def close(self, state: BreakerState, at: datetime) -> bool:
        """Let go what that state holds back; gives whether it was still what was stored."""
        if not self._stored(state):
            return False
        self._states[state.partition] = replace(state, closed_at=at)
        return True

    async def withdraw(self, state: BreakerState) -> bool:
        """Remove the state; gives whether it was still stored."""
        if not self._stored(state):
            return False
        del self._states[state.partition]
        return True

    def _stored(self, state: BreakerState) -> bool:
        stored = self._states.get(state.partition)
        return stored is not None and stored.is_open and stored.held == state.held
