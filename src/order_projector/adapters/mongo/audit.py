"""The audit record: who did what by hand, in the collection `audit`."""

from collections.abc import Mapping
from typing import Any, Final

from order_projector.adapters.mongo.answers import availability

COLLECTION: Final = "audit"


class MongoAudit:
    """Appends to the audit record, with the write concern of the client."""

    def __init__(self, database: Any) -> None:
        """Use a database of either driver."""
        self._audit: Final = database[COLLECTION]

    async def add(self, entry: Mapping[str, Any]) -> None:
        """Append an entry. Raises `Unavailable` if the database cannot answer."""
        with availability():
            await self._audit.insert_one(dict(entry))
