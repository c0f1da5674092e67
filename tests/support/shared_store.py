"""An in-memory store that another program writes to as well."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from order_projector.adapters.memory import MemoryStore
from order_projector.projection.document import read_state, served, why_unstorable
from order_projector.projection.ports import OrderWrite, ProjectionState, Unusable, Written


class SharedMemoryStore(MemoryStore):
    """A `MemoryStore` that can hold documents the worker did not write."""

    def __init__(self) -> None:
        """Start without orders."""
        super().__init__()
        self._unusable: Final[dict[str, Unusable]] = {}

    def put(self, document: Mapping[str, Any]) -> None:
        """Store a document under its ``_id``, as if another program had written it."""
        order_id = document["_id"]
        match read_state(document):
            case Unusable() as unusable:
                self._unusable[order_id] = unusable
            case state:
                self._unusable.pop(order_id, None)
                self._documents.pop(order_id, None)
                self._write(OrderWrite(order_id, None, served(document), state))

    async def load(self, order_ids: Collection[str]) -> Mapping[str, ProjectionState | Unusable]:
        """Return the state of each stored order, or why it cannot be read."""
        unusable = {name: self._unusable[name] for name in order_ids if name in self._unusable}
        return {**await super().load(order_ids), **unusable}

    def _write(self, write: OrderWrite) -> Written:
        if write.order_id in self._unusable and not why_unstorable(write):
            return Written.CONFLICT
        return super()._write(write)
