"""Pauses of a consumer group: what an operator has stopped, and the port to where that is kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of one topic, or of all if ``topic`` is None: since when, and by whom."""

    topic: str | None
    at: datetime
    by: str


class PauseControl(Protocol):
    """The pauses of one consumer group. Every method raises `Unavailable`."""

    async def pauses(self) -> Collection[Pause]:
        """Return all, read from a majority."""

    async def pause(self, pause: Pause) -> bool:
        """Add a pause; return False if there is one of that topic already."""

    async def resume(self, topic: str | None) -> bool:
        """Remove the pause of a topic, or all if none is given; return whether there was one."""
