"""What a consumer group has decided to hold back, in the collection `control`.

One document for each group and partition. Its fields are names of their own, independent of the
classes, so that one release can read what another has written.
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
    """A `BreakerControl`. Writes are acknowledged by a majority, reads are of one."""

    def __init__(self, database: Any, group: str) -> None:
        """Use a database of either driver, with the concerns that its client was made with."""
        self._control: Final = database[COLLECTION]
        self._group: Final = group

    async def states(self) -> Sequence[BreakerState]:
        """All of the group, by topic and partition."""
        with availability():
            cursor = self._control.find({"kind": _KIND, "group": self._group})
            found: list[Any] = await cursor.to_list(None)
        return sorted(map(_state, found), key=_where)

    async def open(self, state: BreakerState) -> None:
        """Keep the state in place of the partition's last one."""
        document = self._document(state)
        with availability():
            try:
                await self._control.replace_one({"_id": document["_id"]}, document, upsert=True)
            except DuplicateKeyError as error:
                # another worker has opened it at the same moment: the next attempt replaces it
                raise Unavailable("the breaker's state was written by two at once") from error

    async def close(self, state: BreakerState, at: datetime) -> bool:
        """Let go what that state holds back; gives whether it was still what was stored."""
        with availability():
            result = await self._control.update_one(
                self._still(state), {"$set": {"state": "closed", "closed_at": at}}
            )
        return bool(result.matched_count)

    async def withdraw(self, state: BreakerState) -> bool:
        """Remove the state; gives whether it was still stored."""
        with availability():
            result = await self._control.delete_one(self._still(state))
        return bool(result.deleted_count)

    def _id(self, state: BreakerState) -> str:
        # neither a topic nor a number has a slash; a group may
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
    """A moment as the drivers give it, which is in UTC and does not say so."""
    return moment.replace(tzinfo=UTC)


def _where(state: BreakerState) -> Partition:
    return state.partition
