"""A memory budget for the stored orders that the groups of a batch load concurrently."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

TOTAL_BYTES: Final = 64_000_000
BYTES_PER_LOAD: Final = 8_000_000
"""Bytes that a group loads at a time; its last document may exceed them."""


@dataclass(slots=True)
class LoadBudget:
    """Lets a group load once its reservation fits the total. A waiting group holds nothing."""

    total_bytes: int = TOTAL_BYTES
    bytes_per_load: int = BYTES_PER_LOAD
    _reserved: dict[int, int] = field(default_factory=dict)
    """Bytes by reservation number."""
    _last_number: int = 0
    _freed: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def reserve(self) -> AsyncIterator["Reservation"]:
        """Reserve memory for one load. Resize it to the actual size, so that others may proceed."""
        while (
            self._reserved and sum(self._reserved.values()) + self.bytes_per_load > self.total_bytes
        ):
            self._freed.clear()
            await self._freed.wait()
        self._last_number += 1
        reservation = Reservation(self, self._last_number)
        reservation.resize(self.bytes_per_load)
        try:
            yield reservation
        finally:
            del self._reserved[reservation.number]
            self._freed.set()

    def set_size(self, number: int, size: int) -> None:
        """Set the size of a reservation."""
        self._reserved[number] = size
        self._freed.set()


@dataclass(frozen=True, slots=True)
class Reservation:
    """A part of the budget, released at the end of its block."""

    budget: LoadBudget
    number: int

    def resize(self, size: int) -> None:
        """Set its size in bytes."""
        self.budget.set_size(self.number, size)
