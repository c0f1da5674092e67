"""Count a contender's traffic with its database: a proxy in a process of its own."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.servers import Servers

from bench.contender import HERE
from order_projector.local.ports import HOST, free_port
from order_projector.local.server import Server, ServerSpec, accepts_connections, serving

_LOOK_AGAIN = 0.01


@dataclass(frozen=True, slots=True)
class Traffic:
    """Commands to the database, and bytes in both directions."""

    commands: int
    sent: int
    received: int

    def since(self, earlier: "Traffic") -> "Traffic":
        """Return what has been added since then."""
        return Traffic(
            self.commands - earlier.commands,
            self.sent - earlier.sent,
            self.received - earlier.received,
        )


@dataclass(frozen=True, slots=True)
class CountingProxy:
    """A proxy in front of the database; it adds latency, so compare only runs with it."""

    server: Server

    @property
    def uri(self) -> str:
        """The URI for MongoDB clients."""
        return f"mongodb://{HOST}:{self.server.port}/?directConnection=true"

    async def traffic(self) -> Traffic:
        """Return the traffic so far."""
        before = len(self._lines())
        self.server.signal(signal.SIGUSR1)
        while len(self._lines()) == before:  # noqa: ASYNC110 - another process cannot set an event
            await asyncio.sleep(_LOOK_AGAIN)
        counts = json.loads(self._lines()[-1])
        return Traffic(sum(counts["commands"].values()), counts["sent"], counts["received"])

    def _lines(self) -> list[str]:
        """Return the complete lines."""
        return self.server.spec.log.read_text().split("\n")[:-1]


@asynccontextmanager
async def counting(servers: Servers, log: Path) -> AsyncIterator[CountingProxy]:
    """Run a proxy in front of the database for the length of a `with` block."""
    if servers.database is None:
        raise TypeError("only a database of this machine is counted")
    port = free_port()
    spec = ServerSpec(
        name="proxy",
        command=(sys.executable, "-m", "bench.proxy", str(port), str(servers.database.port)),
        port=port,
        log=log,
        answers=accepts_connections,
        environment=HERE,
    )
    async with serving(spec) as server:
        yield CountingProxy(server)
