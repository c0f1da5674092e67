"""The store as requests use it: each answer has a limited time, however many ask."""

from collections.abc import Collection, Mapping, Sequence

from order_projector.adapters.mongo.deadlines import in_time
from order_projector.adapters.mongo.store import MongoStore
from order_projector.projection.ports import Announcement, Loaded, ProjectionState, Unusable


class RequestStore(MongoStore):
    """A `MongoStore` that reads for somebody who waits: a few orders at a time.

    A worker reads whole batches, which may take longer than any one answer of the database.
    """

    @classmethod
    def of(cls, store: MongoStore) -> "RequestStore":
        """Return the store of requests that shares the client of a store, and its timeout."""
        return cls(store.client, store.database.name, timeout=store.timeout)

    async def ping(self) -> None:
        """Return when the primary answers."""
        with in_time(self.timeout):
            await super().ping()

    async def load_some(self, order_ids: Collection[str], most_bytes: int) -> Loaded:
        """Load as many of the orders as ``most_bytes`` of documents allow."""
        with in_time(self.timeout):
            return await super().load_some(order_ids, most_bytes)

    async def complete(
        self, states: Mapping[str, ProjectionState]
    ) -> Mapping[str, ProjectionState | Unusable]:
        """Return the states with the facts of their segments, or why these cannot be read."""
        with in_time(self.timeout):
            return await super().complete(states)

    async def stored(self, order_ids: Collection[str]) -> Sequence[Announcement]:
        """Return the orders exactly as stored, including the key order."""
        with in_time(self.timeout):
            return await super().stored(order_ids)
