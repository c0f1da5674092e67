"""The delay of the event loop: by how much a timer is late, several times a second."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LOOK_EVERY: Final = 0.25
"""Seconds between two looks."""


@dataclass(slots=True)
class LoopDelay:
    """Reports how late its own timer is.

    ``observe`` gets seconds; it neither waits nor fails.
    """

    observe: Callable[[float], None]

    async def watch(self) -> None:
        """Report the delay again and again, until cancelled."""
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + LOOK_EVERY
            await asyncio.sleep(LOOK_EVERY)
            self.observe(max(0.0, clock() - due))
