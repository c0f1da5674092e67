"""The ports of the projection: the order store, announcements, dead letters and breaker states.

Adapters implement these protocols; nothing here knows Kafka or MongoDB.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum, auto
from types import MappingProxyType
from typing import Any, Final, Protocol

from order_projector.projection.state import ProjectionState
from order_projector.projection.stored import ErasedOrder, Segment, StoredFlag

__all__ = ["ProjectionState"]  # beside what is defined here


class Unavailable(Exception):
    """The broker or the database cannot answer now. The data is not at fault: wait and retry."""

    service = "broker"  # the adapter of the database says so of its own


class AccessDenied(Unavailable):
    """The broker or the database answers, but denies this client access; the message says why.

    If access is denied at start-up, the worker exits: that is a misconfiguration. If it is denied
    later, the worker waits until access is restored or a restart brings new credentials.
    """


Partition = tuple[str, int]
"""A topic and the number of one of its partitions."""


@dataclass(frozen=True, slots=True, order=True)
class Coordinates:
    """The position of a record in the log."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Record:
    """One inbound record as the broker delivered it; headers keep their order and their bytes."""

    coordinates: Coordinates
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    timestamp: int = 0


KEPT_ORDER: Final[Mapping[str, Any]] = MappingProxyType({})
"""Stands for the served order that is stored already: such a write leaves it as it is."""


@dataclass(frozen=True, slots=True)
class OrderWrite:
    """A new state of one order, valid only on top of the state with counter ``expected``.

    ``expected`` is None for an order that is not stored yet. The state is complete, so the write
    restores an order that was removed after its load. ``order`` is the served JSON object.
    It has no fields if the order was erased, and is `KEPT_ORDER` if only the state changes.
    ``written_at`` is when the write is sent, in milliseconds. ``segments`` are new ones, stored
    before the state that lists them. ``base`` is the state on which the order was decided: where it
    is live, a store may send what differs from it, as long as the outcome is the same. ``encoded``
    is the order as JSON, if it was encoded to count its bytes.
    """

    order_id: str
    expected: int | None
    order: Mapping[str, Any]
    state: ProjectionState
    written_at: int = 0
    segments: tuple[Segment, ...] = ()
    base: ProjectionState | None = field(default=None, compare=False, repr=False)
    encoded: bytes | None = field(default=None, compare=False, repr=False)


class Written(Enum):
    """The result of one write.

    CONFLICT: the order was not in the expected state and is unchanged. TOO_LARGE: the document
    can never be stored (`document.why_unstorable` says why) and was not sent.
    """

    APPLIED = auto()
    CONFLICT = auto()
    TOO_LARGE = auto()


class UnusableReason(StrEnum):
    """Why the database cannot read or write one order.

    FOREIGN_DOCUMENT: this projection did not write the document of that id. NEWER_LAYOUT: a later
    release wrote it, in a layout that this one cannot read. BOOKKEEPING: its projection state is
    invalid. UNIQUE_INDEX, VALIDATOR: these reject the new document. REFUSED:
    the server rejects it for another reason.
    """

    FOREIGN_DOCUMENT = "foreign_document"
    NEWER_LAYOUT = "newer_layout"
    BOOKKEEPING = "bookkeeping"
    UNIQUE_INDEX = "unique_index"
    VALIDATOR = "validator"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Unusable:
    """One order that cannot be read or written, whatever the state of the others.

    ``message`` says why in one line, and contains nothing of the document's contents.
    """

    reason: UnusableReason
    message: str


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """An order as it is stored, with what an announcement needs.

    ``flags`` are those of the moment when the revision was stored. ``encoded`` is the order as
    JSON, if it was encoded before.
    """

    order_id: str
    order: Mapping[str, Any]
    revision: int
    changes: tuple[str, ...]
    causes: tuple[str, ...]
    traceparent: str | None = None
    flags: tuple[StoredFlag, ...] = ()
    encoded: bytes | None = field(default=None, compare=False, repr=False)


Announcement = StoredOrder | ErasedOrder
"""What is announced of an order: how it is stored, or that it was erased."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The result of a load with a limit.

    ``unread`` are the orders that were not read because the limit was reached. ``size`` is the
    number of bytes of the documents that were read.
    """

    states: Mapping[str, ProjectionState | Unusable]
    unread: frozenset[str]
    size: int


class OrderStore(Protocol):
    """One document per order, and segments with facts of old.

    Every method raises `Unavailable` if the database cannot answer.
    """

    async def ping(self) -> None:
        """Return when the database answers."""

    async def load(self, order_ids: Collection[str]) -> Mapping[str, ProjectionState | Unusable]:
        """Return the state of each stored order, or why it cannot be read, in one query."""

    async def load_some(self, order_ids: Collection[str], most_bytes: int) -> Loaded:
        """Load as many of the orders as ``most_bytes`` allow, at least one, in one query.

        The document that exceeds the limit is the last one read. The driver may also hold one
        reply in memory, up to the database's limit for a reply.
        """

    async def write(self, writes: Sequence[OrderWrite]) -> Mapping[str, Written | Unusable]:
        """Compare-and-set each order, independently of the others, in one unordered bulk command.

        New segments are stored before, by a majority; one that is there already stays as it is.
        ``writes`` must contain each order once. If this raises `Unavailable`, any of the writes may
        have been applied, or may yet be.
        """

    async def would_take(self, write: OrderWrite) -> bool:
        """Return whether the database would store this change of a stored order; change nothing."""

    async def complete(
        self, states: Mapping[str, ProjectionState]
    ) -> Mapping[str, ProjectionState | Unusable]:
        """Return the states with the facts of their segments, in one query.

        An order of which a segment is missing or cannot be read is unusable.
        """

    async def delete_segments(self, order_ids: Collection[str]) -> None:
        """Delete all segments of these orders, whether a document lists them or not."""

    async def revisions(self, order_ids: Collection[str]) -> Mapping[str, int]:
        """Return each order's stored revision in one query, without orders that cannot be read."""

    async def stored(self, order_ids: Collection[str]) -> Sequence[Announcement]:
        """Return the orders exactly as stored in one query, without those that cannot be read."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that can never succeed, and why.

    ``unusable`` is the kind of reason if the order, not the record, is at fault.
    """

    record: Record
    code: str
    message: str
    unusable: UnusableReason | None = None


class Announcer(Protocol):
    """Publishes ``order.updated``."""

    async def announce(self, orders: Sequence[Announcement]) -> None:
        """Publish each order's state; return when all in-sync replicas have it.

        ``orders`` contains each order once. Raises `Unavailable` if the broker cannot answer: some
        may have been published, but none may still be in flight, or it could overtake a later
        announcement.
        """


class DeadLetterPublisher(Protocol):
    """Publishes dead letters."""

    async def publish_dead_letters(self, dead_letters: Sequence[DeadLetter]) -> None:
        """Publish them; return when all in-sync replicas have each, or raise `Unavailable`."""


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
    """The breaker of one partition, shared by the whole group: open until ``closed_at`` is set."""

    held: HeldBack
    opened_at: datetime
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the partition is held back."""
        return self.closed_at is None

    @property
    def partition(self) -> Partition:
        """The partition of the breaker."""
        return (self.held.topic, self.held.partition)


class BreakerControl(Protocol):
    """The states of the breakers of one consumer group, one for each partition that has one.

    Every method raises `Unavailable` if the database cannot answer. Then a change may have been
    made, or may yet be; it is safe to repeat.
    """

    async def states(self) -> Sequence[BreakerState]:
        """Return all states, read from a majority, sorted by topic and partition."""

    async def open(self, state: BreakerState) -> None:
        """Replace the partition's state by this one; return when a majority has it."""

    async def close(self, state: BreakerState, at: datetime) -> bool:
        """Release what the state holds back; return whether the state was still stored."""

    async def withdraw(self, state: BreakerState) -> bool:
        """Remove a state with nothing left to hold back; return whether it was still stored."""
