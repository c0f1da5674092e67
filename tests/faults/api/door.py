"""The way to the API: several instances, of which some may be dead or frozen."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

from order_projector.local.ports import HOST
from order_projector.local.server import Server
from tests.faults.api.journal import Journal

GIVES_UP_AFTER: Final = 6.0
"""Seconds that a client waits for an answer: longer than a write waits for its fold."""
SETTLES_WITHIN: Final = 90.0
"""Seconds after the last fault in which every request must be answered that is repeated."""
PAUSE: Final = 0.2
UNANSWERED: Final = "unanswered"


class NeverAnswered(Exception):
    """A request was not answered, though nothing was disturbed any more."""


@dataclass(slots=True)
class Door:
    """Asks one instance or another, as a load balancer that knows nothing of their health."""

    instances: Sequence[httpx.AsyncClient]
    journal: Journal
    rng: Random
    calm: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there are no more faults."""

    async def ask(
        self, method: str, path: str, json: Any = None, key: str | None = None
    ) -> httpx.Response | None:
        """Return the answer; None if there was none, or 503: what became of it is not known."""
        headers: Mapping[str, str] = {} if key is None else {"Idempotency-Key": key}
        begun = time.monotonic()
        try:
            answer = await self.rng.choice(self.instances).request(
                method, path, json=json, headers=headers
            )
        except httpx.TransportError:
            self.journal.outcomes[UNANSWERED] += 1
            return None
        self.journal.longest = max(self.journal.longest, time.monotonic() - begun)
        self.journal.outcomes[str(answer.status_code)] += 1
        return None if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE else answer

    async def insist(
        self, method: str, path: str, json: Any = None, key: str | None = None
    ) -> httpx.Response:
        """Return the answer to a request that is repeated until there is one.

        Raises `NeverAnswered` when there is none for long after the last fault.
        """
        calm_since: float | None = None
        while True:
            if (answer := await self.ask(method, path, json, key)) is not None:
                return answer
            if self.calm.is_set():
                calm_since = calm_since or time.monotonic()
                if time.monotonic() - calm_since > SETTLES_WITHIN:
                    raise NeverAnswered(f"{method} {path}")
            await asyncio.sleep(PAUSE)


@asynccontextmanager
async def door(instances: Sequence[Server], journal: Journal, rng: Random) -> AsyncIterator[Door]:
    """Open a way to these instances."""
    async with AsyncExitStack() as exits:
        clients = [
            await exits.enter_async_context(
                httpx.AsyncClient(base_url=f"http://{HOST}:{each.port}", timeout=GIVES_UP_AFTER)
            )
            for each in instances
        ]
        yield Door(clients, journal, rng)
