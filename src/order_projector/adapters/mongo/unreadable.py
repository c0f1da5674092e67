"""Documents among the orders that a list met and that cannot be read as orders."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from order_projector.adapters.mongo.decoding import decoded
from order_projector.projection.document import announceable
from order_projector.projection.ports import StoredOrder

MOST: Final = 200
"""Documents that a list leaves out; the gaps of any more stay."""

FindUnreadable = Callable[[Sequence[Any]], Awaitable[Sequence[Any]]]
"""Returns which of these ids are still those of documents that cannot be read."""


@dataclass(slots=True)
class Unreadable:
    """The ids of such documents, of any type: lists and counts leave them out by id.

    No index identifies them, so a query meets them before they are known. Look at them
    again before leaving them out: one that was mended is an order of the list.
    """

    _ids: list[Any] = field(default_factory=list)

    async def looked_at_again(self, find: FindUnreadable) -> tuple[Any, ...]:
        """Return the ids of those that still cannot be read."""
        if self._ids:
            known = tuple(self._ids)
            still = await find(known)
            mended = [each for each in known if each not in still]
            self._ids = [each for each in self._ids if each not in mended]
        return tuple(self._ids)

    def met(self, ids: Sequence[Any]) -> None:
        """Remember documents that could not be read."""
        new = [each for each in ids if each not in self._ids]
        self._ids += new[: max(0, MOST - len(self._ids))]


def read_orders(found: Sequence[Any]) -> tuple[list[StoredOrder], list[Any]]:
    """Return the orders of raw documents, and the ids of the documents that are none."""
    orders, unreadable = list[StoredOrder](), list[Any]()
    for document in map(decoded, found):
        order = order_of(document)
        if order is None:
            unreadable.append(document["_id"])
        else:
            orders.append(order)
    return orders, unreadable


def order_of(document: dict[str, Any]) -> StoredOrder | None:
    """Return the order of a document; None if it cannot be read, or is not an order any more."""
    if document.get("object") != "order":
        return None  # erased, or gone into another
    order = announceable(document["_id"], document)
    return order if isinstance(order, StoredOrder) else None
