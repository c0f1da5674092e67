"""The pauses of a consumer group, in the collection `control`: one document for each."""

from collections.abc import Collection
from datetime import UTC
from typing import Any, Final

from pymongo.errors import DuplicateKeyError

from order_projector.adapters.mongo.answers import availability
from order_projector.adapters.mongo.control import COLLECTION
from order_projector.projection.pauses import Pause

_KIND: Final = "pause"


class MongoPauses:
    """A `PauseControl` with majority read and write concern."""

    def __init__(self, database: Any, group: str) -> None:
        """Use a database of either driver."""
        self._control: Final = database[COLLECTION]
        self._group: Final = group

    async def pauses(self) -> Collection[Pause]:
        """Return all pauses of the group."""
        with availability():
            found = await self._control.find(self._all()).to_list(None)
        return [Pause(it["topic"], it["at"].replace(tzinfo=UTC), it["by"]) for it in found]

    async def pause(self, pause: Pause) -> bool:
        """Add a pause; return False if there is one of that topic already."""
        document = {
            "_id": f"{_KIND}/{self._group}/{pause.topic or ''}",
            **self._all(),
            "topic": pause.topic,
            "at": pause.at,
            "by": pause.by,
        }
        with availability():
            try:
                await self._control.insert_one(document)
            except DuplicateKeyError:
                return False
        return True

    async def resume(self, topic: str | None) -> bool:
        """Remove the pause of a topic, or all of the group."""
        query = self._all() if topic is None else {**self._all(), "topic": topic}
        with availability():
            result = await self._control.delete_many(query)
        return bool(result.deleted_count)

    def _all(self) -> dict[str, Any]:
        return {"kind": _KIND, "group": self._group}
