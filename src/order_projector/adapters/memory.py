"""A store, an announcer and dead letters in this process's memory: offline projection and tests."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import orjson

from order_projector.projection.document import misfit
from order_projector.projection.ports import (
    Bookkeeping,
    DeadLetter,
    Loaded,
    OrderWrite,
    StoredOrder,
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

    async def prepare(self) -> None:
        """There is nothing to prepare."""

    async def ping(self) -> None:
        """Memory always answers."""

    async def load(self, order_ids: Collection[str]) -> Mapping[str, Bookkeeping]:
        """The bookkeeping of those orders that are stored."""
        return {order_id: document.books for order_id, document in self._found(order_ids)}

    async def load_some(self, order_ids: Collection[str], most_bytes: int) -> Loaded:
        """The same of as many of the orders as ``most_bytes`` of facts allow."""
        size, books = 0, dict[str, Bookkeeping]()
        for order_id, document in self._found(order_ids):
            if size > most_bytes:
                return Loaded(books, frozenset(order_ids) - books.keys(), size)
            books[order_id] = document.books
            size += sum(map(len, document.books.facts.values()))
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
