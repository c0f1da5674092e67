"""Access to the API through several instances, some of which may be dead or frozen."""

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
"""Seconds after the last fault within which every repeated request must be answered."""
PAUSE: Final = 0.2
UNANSWERED: Final = "unanswered"


class NeverAnswered(Exception):
    """A request was still not answered long after the last fault."""


@dataclass(slots=True)
class Door:
    """Send each request to a random instance, like a load balancer without health checks."""

    instances: Sequence[httpx.AsyncClient]
    journal: Journal
    rng: Random
    calm: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once there are no more faults."""

    async def ask(
        self, method: str, path: str, json: Any = None, key: str | None = None
    ) -> httpx.Response | None:
        """Return the answer, or None if there was none or a 503: the effect is unknown then."""
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
        """Repeat a request until it is answered, and return the answer.

        Raise `NeverAnswered` if there is still no answer long after the last fault.
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
    """Open clients of these instances for the length of a `with` block."""
    async with AsyncExitStack() as exits:
        clients = [
            await exits.enter_async_context(
                httpx.AsyncClient(base_url=f"http://{HOST}:{each.port}", timeout=GIVES_UP_AFTER)
            )
            for each in instances
        ]
        yield Door(clients, journal, rng)
