"""How much of the stored orders is in memory at a time, over all groups of a batch."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

BYTES_IN_ALL: Final = 64_000_000
BYTES_A_LOAD: Final = 8_000_000
"""What a group loads at a time; the last document that it reads may go beyond."""


@dataclass(slots=True)
class Room:
    """Lets a group load when there is room for what it may load. Who waits holds nothing."""

    in_all: int = BYTES_IN_ALL
    a_load: int = BYTES_A_LOAD
    _held: dict[int, int] = field(default_factory=dict)
    """Bytes, by the number of the share."""
    _shares: int = 0
    _freed: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def share(self) -> AsyncIterator["Share"]:
        """Room for one load. Who knows how much it was resizes the share, and others may go on."""
        while self._held and sum(self._held.values()) + self.a_load > self.in_all:
            self._freed.clear()
            await self._freed.wait()
        self._shares += 1
        share = Share(self, self._shares)
        share.resize(self.a_load)
        try:
            yield share
        finally:
            del self._held[share.number]
            self._freed.set()

    def hold(self, number: int, size: int) -> None:
        """The share of that number is of so many bytes."""
        self._held[number] = size
        self._freed.set()


@dataclass(frozen=True, slots=True)
class Share:
    """Part of the room, as long as its block lasts."""

    room: Room
    number: int

    def resize(self, size: int) -> None:
        """It is of so many bytes."""
        self.room.hold(self.number, size)
