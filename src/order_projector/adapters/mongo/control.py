"""The breaker states of a consumer group, in the collection `control`.

There is one document for each group and partition. Its field names are independent of the classes,
so that one release can read what another has written.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from pymongo.errors import DuplicateKeyError

from order_projector.adapters.mongo.answers import availability
from order_projector.projection.ports import BreakerState, HeldBack, Partition, Unavailable

COLLECTION: Final = "control"

_KIND: Final = "breaker"


class MongoControl:
    """A `BreakerControl` with majority read and write concern."""

    def __init__(self, database: Any, group: str) -> None:
        """Use a database of either driver, with the read and write concern of its client."""
        self._control: Final = database[COLLECTION]
        self._group: Final = group

    async def states(self) -> Sequence[BreakerState]:
        """Return the group's states, sorted by topic and partition."""
        with availability():
            cursor = self._control.find({"kind": _KIND, "group": self._group})
            found: list[Any] = await cursor.to_list(None)
        return sorted(map(_state, found), key=_where)

    async def open(self, state: BreakerState) -> None:
        """Replace the partition's state by this one."""
        document = self._document(state)
        with availability():
            try:
                await self._control.replace_one({"_id": document["_id"]}, document, upsert=True)
            except DuplicateKeyError as error:
                # another worker inserted it at the same moment: the retry replaces it
                raise Unavailable(
                    "two workers wrote the breaker's state at the same time"
                ) from error

    async def close(self, state: BreakerState, at: datetime) -> bool:
        """Release what the state holds back; return whether the state was still stored."""
        with availability():
            result = await self._control.update_one(
                self._still(state), {"$set": {"state": "closed", "closed_at": at}}
            )
        return bool(result.matched_count)

    async def withdraw(self, state: BreakerState) -> bool:
        """Remove the state; return whether it was still stored."""
        with availability():
            result = await self._control.delete_one(self._still(state))
        return bool(result.deleted_count)

    def _id(self, state: BreakerState) -> str:
        # unambiguous: a group may contain a slash, a topic or a partition number cannot
        return f"{_KIND}/{self._group}/{state.held.topic}/{state.held.partition}"

    def _still(self, state: BreakerState) -> dict[str, Any]:
        held = state.held
        return {
            "_id": self._id(state),
            "state": "open",
            "first_offset": held.first,
            "last_offset": held.last,
        }

    def _document(self, state: BreakerState) -> dict[str, Any]:
        held = state.held
        return {
            "_id": self._id(state),
            "kind": _KIND,
            "group": self._group,
            "topic": held.topic,
            "partition": held.partition,
            "state": "open" if state.is_open else "closed",
            "first_offset": held.first,
            "last_offset": held.last,
            "codes": list(held.codes),
            "reason": held.reason,
            "opened_at": state.opened_at,
            "closed_at": state.closed_at,
        }


def _state(document: dict[str, Any]) -> BreakerState:
    first_code, last_code = document["codes"]
    held = HeldBack(
        topic=document["topic"],
        partition=document["partition"],
        first=document["first_offset"],
        last=document["last_offset"],
        codes=(first_code, last_code),
        reason=document["reason"],
    )
    closed = None if document["state"] == "open" else document["closed_at"]
    return BreakerState(held, _utc(document["opened_at"]), closed and _utc(closed))


def _utc(moment: datetime) -> datetime:
    """Return a time from the driver, which is naive and in UTC, as an aware one."""
    return moment.replace(tzinfo=UTC)


def _where(state: BreakerState) -> Partition:
    return state.partition
