"""What the projection needs of the world: an order store, announcements, dead letters, offsets.

Adapters implement these protocols; nothing here knows Kafka or MongoDB.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import Any, Protocol


class Unavailable(Exception):
    """A broker or a database cannot answer now: wait and try again, the data is not at fault."""


class AccessDenied(Unavailable):
    """A broker or a database answers, but denies this client access; the message says why.

    If access is denied at start-up, the worker exits: that is a misconfiguration. If it is denied
    later, the worker waits: the password or the right is restored, or a restart brings a new one.
    """


Partition = tuple[str, int]
"""A topic and the number of one of its partitions."""


@dataclass(frozen=True, slots=True, order=True)
class Coordinates:
    """Where a record stands in the log."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Record:
    """One inbound record as the broker gave it; headers keep their sequence and their bytes."""

    coordinates: Coordinates
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    timestamp: int = 0


@dataclass(frozen=True, slots=True)
class ProjectionState:
    """The projection's own state of an order, stored under ``_projection``.

    ``counter`` is for compare-and-set and grows with every write; ``revision`` is public and grows
    with every change of the served order. ``facts`` are JSON texts by identity. ``digests``
    fingerprint the served fields. ``changes`` and ``causes`` belong to the stored revision;
    ``pending`` are the ids of events applied since; ``retired`` are ids that were listed and no
    longer have a fact, because a later copy replaced it. ``offsets`` holds, by (topic, partition),
    the highest offset applied, which tells a redelivery from a producer's duplicate.
    """

    counter: int
    revision: int
    facts: Mapping[str, str]
    digests: Mapping[str, str]
    changes: tuple[str, ...]
    causes: tuple[str, ...]
    pending: tuple[str, ...]
    offsets: Mapping[tuple[str, int], int]
    traceparent: str | None = None
    retired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderWrite:
    """A new state of one order, valid only on top of the state with counter ``expected``.

    ``expected`` is None for an order that is not stored yet. The state is whole: an order that
    somebody has removed meanwhile is there again after it. ``order`` is the served JSON object.
    """

    order_id: str
    expected: int | None
    order: Mapping[str, Any]
    state: ProjectionState


class Written(Enum):
    """What became of one write.

    CONFLICT: the order was not in the expected state, and stays as it is. TOO_LARGE: the document
    can never be stored (`document.why_unstorable` says why), nothing was sent.
    """

    APPLIED = auto()
    CONFLICT = auto()
    TOO_LARGE = auto()


class UnusableReason(StrEnum):
    """Why the database cannot read or write one order.

    FOREIGN_DOCUMENT: this projection did not write the document of that id. BOOKKEEPING: its
    projection state is invalid. UNIQUE_INDEX, VALIDATOR: they refuse the new document. REFUSED:
    the server refuses it for another reason.
    """

    FOREIGN_DOCUMENT = "foreign_document"
    BOOKKEEPING = "bookkeeping"
    UNIQUE_INDEX = "unique_index"
    VALIDATOR = "validator"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Unusable:
    """One order that cannot be read or written, whatever becomes of all others.

    ``message`` says why in one line, and holds nothing of what the document holds.
    """

    reason: UnusableReason
    message: str


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """An order as it is stored: what an announcement needs."""

    order_id: str
    order: Mapping[str, Any]
    revision: int
    changes: tuple[str, ...]
    causes: tuple[str, ...]
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded of some orders.

    ``unread`` are those of which nothing is known: more would have been too much. ``size`` are the
    bytes of the documents that were read.
    """

    states: Mapping[str, ProjectionState | Unusable]
    unread: frozenset[str]
    size: int


class OrderStore(Protocol):
    """One document per order. Every method raises `Unavailable` when the database cannot answer."""

    async def prepare(self) -> None:
        """Make the indexes (idempotent)."""

    async def ping(self) -> None:
        """Return when the database answers."""

    async def load(self, order_ids: Collection[str]) -> Mapping[str, ProjectionState | Unusable]:
        """Return the state of each stored order, or why it cannot be read, in one query."""

    async def load_some(self, order_ids: Collection[str], most_bytes: int) -> Loaded:
        """The same of as many orders as ``most_bytes`` allow, and of one at least: one query.

        The document that goes beyond is the last. What is held of a query's answers besides is up
        to the database's limit of one answer.
        """

    async def write(self, writes: Sequence[OrderWrite]) -> Mapping[str, Written | Unusable]:
        """Compare-and-set each order, independently of the others: one unordered bulk command.

        Holds each order once. When it raises `Unavailable` any of the writes may have been
        applied, or may yet be.
        """

    async def revisions(self, order_ids: Collection[str]) -> Mapping[str, int]:
        """The stored revision of each of those orders: one query. Without those it cannot read."""

    async def stored(self, order_ids: Collection[str]) -> Sequence[StoredOrder]:
        """Those orders exactly as stored: one query. Without those it cannot read."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that can never succeed, and why.

    ``unusable`` says of which kind the reason is, where it is its order's and not its own.
    """

    record: Record
    code: str
    message: str
    unusable: UnusableReason | None = None


class Announcer(Protocol):
    """Publishes ``order.updated``."""

    async def announce(self, orders: Sequence[StoredOrder]) -> None:
        """Publish each order's state, an order once; return when all in-sync replicas have it.

        Raises `Unavailable` when the broker cannot answer. Some may have been published by then,
        but none may be on its way any more: it could overtake a later announcement.
        """


class DeadLetterPublisher(Protocol):
    """Publishes dead letters."""

    async def publish_dead_letters(self, dead_letters: Sequence[DeadLetter]) -> None:
        """Return when all in-sync replicas have each of them, or raise `Unavailable`."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What an open breaker holds back in one partition, and why.

    ``first`` and ``last`` are the offsets of the first and the last record that would have been a
    dead letter; ``codes`` are the codes of those two: the `UnusableReason` if their order is
    unusable, else the code of the dead letter.
    """

    topic: str
    partition: int
    first: int
    last: int
    codes: tuple[str, str]
    reason: str


@dataclass(frozen=True, slots=True)
class BreakerState:
    """The breaker of one partition as the whole group knows it: open until somebody closed it."""

    held: HeldBack
    opened_at: datetime
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the partition stands still."""
        return self.closed_at is None

    @property
    def partition(self) -> Partition:
        """Where it is."""
        return (self.held.topic, self.held.partition)


class BreakerControl(Protocol):
    """The states of the breakers of one consumer group, one for each partition that has one.

    Every method raises `Unavailable` when the database cannot answer. Then a change may have been
    made, or may yet be; making it again changes nothing.
    """

    async def states(self) -> Sequence[BreakerState]:
        """All of them, as a majority has them, by topic and partition."""

    async def open(self, state: BreakerState) -> None:
        """Keep the state in place of the partition's last one; return when a majority has it."""

    async def close(self, state: BreakerState, at: datetime) -> bool:
        """Let go what that state holds back; gives whether it was still what was stored."""

    async def withdraw(self, state: BreakerState) -> bool:
        """Remove the state, as there is nothing to hold back; gives whether it was still stored."""
