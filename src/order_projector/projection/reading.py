"""The port for reading orders: one by its name, a page of those that match, or all of them.

It serves every reader of orders: the API, the operators' commands, the exports. Orders that were
erased, and documents that only say into which order they went, are in no list and no count.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Protocol

from order_projector.projection.ports import Announcement, StoredOrder


class SortField(StrEnum):
    """The field by which orders are sorted; ties go by id, in the same direction."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    STATUS = "status"
    ID = "id"


class Direction(Enum):
    """The direction in which orders are sorted."""

    ASCENDING = 1
    DESCENDING = -1


@dataclass(frozen=True, slots=True)
class Sort:
    """How orders are sorted. A field that is null comes first in ascending order."""

    field: SortField = SortField.CREATED_AT
    direction: Direction = Direction.ASCENDING


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What orders must match, in all of its parts; None and an empty tuple match all.

    ``statuses`` are alternatives. ``customer`` is a customer's id, or the source id of a customer
    of whom no event gave another name. ``redemption`` may be a child of a stack. Times are served
    ones (`format_time`) and exclusive; ``written_after`` is in milliseconds.
    """

    statuses: tuple[str, ...] = ()
    customer: str | None = None
    source_id: str | None = None
    flag: str | None = None
    redemption: str | None = None
    payment: str | None = None
    created_after: str | None = None
    created_before: str | None = None
    updated_after: str | None = None
    updated_before: str | None = None
    written_after: int | None = None


EVERY_ORDER = OrderFilter()


@dataclass(frozen=True, slots=True)
class SortPlace:
    """A place among sorted orders: the value of the sort field there, and the order's id."""

    value: str | None
    order_id: str


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page to read: ``limit`` orders after the place ``after``, or after ``skip`` orders.

    A page that begins after a place skips nothing.
    """

    matching: OrderFilter = EVERY_ORDER
    sort: Sort = Sort()
    limit: int = 10
    skip: int = 0
    after: SortPlace | None = None


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page, and whether more orders come after it.

    ``unreadable`` is how many documents were met for the first time that cannot be read.
    """

    orders: tuple[StoredOrder, ...]
    has_more: bool
    unreadable: int = 0


class NameKind(StrEnum):
    """What the name is by which an order was found."""

    ID = "id"
    SOURCE_ID = "source_id"


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """The order, or the erasure, that a name leads to."""

    order: Announcement
    name: NameKind


class OrderReader(Protocol):
    """Reads orders as they are stored. Every method raises `Unavailable` as an `OrderStore` does.

    Documents that cannot be read, whatever they are, are as if they were absent.
    """

    async def by_name(self, name: str) -> FoundOrder | None:
        """Return the order of an id; else the owner of the source id; else the one derived from it.

        An order that went into another answers as the other.
        """

    async def by_id(self, order_id: str) -> FoundOrder | None:
        """Return the order that an id alone leads to."""

    async def by_source_id(self, source_id: str) -> FoundOrder | None:
        """Return the order that the source id alone leads to."""

    async def by_ids(
        self, order_ids: Collection[str], matching: OrderFilter = EVERY_ORDER
    ) -> Sequence[StoredOrder]:
        """Return the orders of these ids that match, in the order of the ids."""

    async def holding(self, order_id: str, fact: str) -> Announcement | None:
        """Return the order as stored if it holds the fact of that identity, or was erased.

        Of an order that went into another, the other is returned, if it holds the fact.
        """

    async def page(self, request: PageRequest) -> OrderPage:
        """Return a page, in one query unless it meets what cannot be read."""

    async def count(self, matching: OrderFilter, most: int | None = None) -> int:
        """Return how many orders match; at most ``most``, after which it stops counting.

        A document that cannot be read counts until a page has met it.
        """

    def walk(self, sort: Sort) -> AsyncIterator[StoredOrder]:
        """Yield every order once, each as it is when the walk reaches it."""


def place_in(sort: Sort, order: StoredOrder) -> SortPlace:
    """Return the place of an order among sorted ones."""
    return SortPlace(order.order.get(sort.field), order.order_id)
