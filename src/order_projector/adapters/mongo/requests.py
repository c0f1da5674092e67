"""The store as requests use it: each answer has a limited time, however many ask."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from order_projector.adapters.mongo.deadlines import in_time
from order_projector.adapters.mongo.store import MongoStore
from order_projector.projection.ports import Announcement, ProjectionState, Unusable


@dataclass(frozen=True, slots=True)
class RequestStore:
    """Reads from a store for a client that waits: a few orders at a time.

    A worker reads whole batches, which may take longer than any one answer of the database.
    """

    store: MongoStore

    async def ping(self) -> None:
        """Return when the primary answers."""
        with in_time(self.store.timeout):
            await self.store.ping()

    async def load(self, order_ids: Collection[str]) -> Mapping[str, ProjectionState | Unusable]:
        """Return the state of each stored order, or why it cannot be read."""
        with in_time(self.store.timeout):
            return await self.store.load(order_ids)

    async def complete(
        self, states: Mapping[str, ProjectionState]
    ) -> Mapping[str, ProjectionState | Unusable]:
        """Return the states with the facts of their segments, or why these cannot be read."""
        with in_time(self.store.timeout):
            return await self.store.complete(states)

    async def stored(self, order_ids: Collection[str]) -> Sequence[Announcement]:
        """Return the orders exactly as stored, including the key order."""
        with in_time(self.store.timeout):
            return await self.store.stored(order_ids)
