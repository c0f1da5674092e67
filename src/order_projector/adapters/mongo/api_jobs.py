"""What the API stores besides the orders: the collection `api_jobs` of the same database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from order_projector.adapters.mongo.answers import availability
from order_projector.adapters.mongo.deadlines import in_time
from order_projector.projection.api_jobs import FirstTry

COLLECTION: Final = "api_jobs"
KEYS_STAY: Final = timedelta(days=1)
INDEXES: Final = (IndexModel("expires_at", expireAfterSeconds=0),)


def now() -> datetime:
    """Return the wall time, in UTC."""
    return datetime.now(UTC)


class MongoKeys:
    """A `KeyStore` in the collection `api_jobs`."""

    def __init__(self, database: Any, timeout: float, clock: Callable[[], datetime] = now) -> None:
        """Use a database of either driver; ``timeout`` is in seconds, for each command."""
        self._jobs: Final = database[COLLECTION]
        self._timeout: Final = timeout
        self._clock: Final = clock

    async def prepare(self) -> None:
        """Create the indexes (idempotent)."""
        with availability():
            await self._jobs.create_indexes([*INDEXES])

    async def first_try(self, name: str) -> FirstTry | None:
        """Return the first try with a key."""
        with in_time(self._timeout):
            found = await self._jobs.find_one({"_id": _id(name)})
        return None if found is None else _first_try(found)

    async def remember(self, name: str, first: FirstTry) -> FirstTry:
        """Remember a try unless there is one; the insert decides which of two was the first."""
        document = {
            "_id": _id(name),
            "kind": "key",
            "fingerprint": first.fingerprint,
            "at": first.at,
            "type": first.type,
            "result": first.result,
            "expires_at": self._clock() + KEYS_STAY,
        }
        with in_time(self._timeout):
            try:
                await self._jobs.insert_one(document)
            except DuplicateKeyError:
                pass
            else:
                return first
        return await self.first_try(name) or first


def _id(name: str) -> str:
    return f"key/{name}"


def _first_try(document: Any) -> FirstTry:
    return FirstTry(document["fingerprint"], document["at"], document["type"], document["result"])
