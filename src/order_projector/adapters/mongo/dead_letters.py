"""What was done with dead letters, in the collection `dead_letters`: one document for each.

The names of its fields are independent of those of the classes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pymongo.errors import DuplicateKeyError

from order_projector.adapters.mongo.answers import availability
from order_projector.projection.handling import Handling, HandlingState, LetterId
from order_projector.projection.ports import Coordinates

COLLECTION: Final = "dead_letters"


class MongoHandlingRecord:
    """A `HandlingRecord` with majority read and write concern."""

    def __init__(self, database: Any, topic: str) -> None:
        """Use a database of either driver; the letters are those of this topic."""
        self._letters: Final = database[COLLECTION]
        self._topic: Final = topic

    async def find(self) -> Mapping[LetterId, Handling]:
        """Return all of the topic."""
        with availability():
            found = await self._letters.find({"topic": self._topic}).to_list(None)
        return {handling.letter: handling for handling in map(_handling, found)}

    async def get(self, letter: LetterId) -> Handling | None:
        """Return that of one letter."""
        with availability():
            found = await self._letters.find_one({"_id": _id(letter)})
        return None if found is None else _handling(found)

    async def put(self, handling: Handling, before: Handling | None) -> bool:
        """Compare-and-set on the number of changes."""
        document = _document(handling)
        with availability():
            if before is not None:
                still = {"_id": document["_id"], "number": before.number}
                result = await self._letters.replace_one(still, document)
                return bool(result.matched_count)
            try:
                await self._letters.insert_one(document)
            except DuplicateKeyError:
                return False
        return True


def _id(letter: LetterId) -> str:
    at = letter.place
    return f"{at.topic}/{at.partition}/{at.offset}/{letter.failed_at}"


def _document(handling: Handling) -> dict[str, Any]:
    at, new = handling.letter.place, handling.new_place
    return {
        "_id": _id(handling.letter),
        "topic": at.topic,
        "partition": at.partition,
        "offset": at.offset,
        "failed_at": handling.letter.failed_at,
        "number": handling.number,
        "state": handling.state.value,
        "at": handling.at,
        "user": handling.user,
        "host": handling.host,
        "process": handling.process,
        "until": handling.until,
        "reason": handling.reason,
        "mended": handling.mended,
        "new_place": None if new is None else [new.topic, new.partition, new.offset],
    }


def _handling(document: Mapping[str, Any]) -> Handling:
    place = Coordinates(document["topic"], document["partition"], document["offset"])
    new, until = document["new_place"], document["until"]
    return Handling(
        letter=LetterId(place, document["failed_at"]),
        number=document["number"],
        state=HandlingState(document["state"]),
        at=_utc(document["at"]),
        user=document["user"],
        host=document["host"],
        process=document["process"],
        until=None if until is None else _utc(until),
        reason=document["reason"],
        mended=document["mended"],
        new_place=None if new is None else Coordinates(*new),
    )


def _utc(moment: datetime) -> datetime:
    """Return a time from the driver, which is naive and in UTC, as an aware one."""
    return moment.replace(tzinfo=UTC)
