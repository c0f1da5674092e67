"""The port for scans: whole documents of orders, for operators' commands."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from order_projector.projection.document import STATE_KEY, read_state, served
from order_projector.projection.names.stored import NameRecord
from order_projector.projection.ports import ProjectionState, Unusable
from order_projector.projection.seal import broken


@dataclass(frozen=True, slots=True)
class ScannedOrder:
    """A document: what is served, and the projection's state or why it cannot be read.

    ``broken`` are the members of the state that something else than a worker has changed.
    """

    order_id: str
    served: Mapping[str, Any]
    state: ProjectionState | Unusable
    broken: tuple[str, ...] = ()

    @property
    def is_order(self) -> bool:
        """Whether this is an order's document, not that of a source id which belongs to one."""
        match self.state:
            case ProjectionState(name=NameRecord(is_order=is_order)):
                return is_order
            case _:
                return True


def scanned_order(document: Mapping[str, Any]) -> ScannedOrder:
    """Return what a document holds. Never raises, whatever the collection holds."""
    members = document.get(STATE_KEY)
    unsealed = broken(members) if isinstance(members, Mapping) else ()
    return ScannedOrder(str(document["_id"]), served(document), read_state(document), unsealed)


class OrderScan(Protocol):
    """Scans all documents. Every method raises `Unavailable` if the database cannot answer."""

    async def count(self) -> int:
        """Return about how many documents there are."""

    def after(self, order_id: str | None) -> AsyncIterator[ScannedOrder]:
        """Yield all documents whose id is greater, in the order of ids; all if none is given."""

    async def some(self, order_ids: Collection[str]) -> list[ScannedOrder]:
        """Return the documents of these ids that are there."""

    def sample(self, number: int) -> AsyncIterator[ScannedOrder]:
        """Yield ``number`` documents, drawn at random."""

    def ids(self) -> AsyncIterator[list[str]]:
        """Yield all ids, many at a time."""

    async def count_marked(self) -> int:
        """Return how many documents are marked for a refold, whatever rules have folded them."""

    async def marked(self, rules: int, most: int) -> list[str]:
        """Return ids of documents that are marked for a refold, and folded by rules up to these."""
