"""Brokers of Apache Kafka for the length of a `with` block; what they hold outlives a crash."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from order_projector.local.ports import HOST
from order_projector.local.server import Server
from tests.support.apache.node import PLAIN, Node, Recipe, formatted, new_node

AS_IT_COMES: Final = Recipe()


@dataclass(frozen=True, slots=True)
class Kafka:
    """A cluster, often of one."""

    nodes: tuple[Node, ...]
    servers: tuple[Server, ...]
    """The processes, in the order of the nodes; node 1 is the first."""

    @property
    def bootstrap_servers(self) -> str:
        """Where clients connect without any security."""
        return self.address(PLAIN)

    def address(self, listener: str) -> str:
        """Where clients connect through this listener."""
        return ",".join(f"{HOST}:{node.ports[listener]}" for node in self.nodes)

    def server(self, number: int) -> Server:
        """The process of the broker that has this number in the metadata."""
        return self.servers[number - 1]

    async def revive(self) -> None:
        """Brings back what a test has killed or frozen."""
        for server in self.servers:
            if server.running:
                server.resume()
            else:
                server.launch()
        await asyncio.gather(*(server.ready() for server in self.servers))


@asynccontextmanager
async def running_kafka(
    folder: Path, *, brokers: int = 1, recipe: Recipe = AS_IT_COMES
) -> AsyncIterator[Kafka]:
    """Run brokers, each a controller as well; their data and logs are in that folder.

    Every broker has the listener PLAINTEXT, also with others beside it. With an authorizer, name
    its user as a super user: `super.users=User:ANONYMOUS`.
    """
    cluster = urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")
    nodes = [
        new_node(number, folder / f"kafka-{number}", recipe.listeners)
        for number in range(1, brokers + 1)
    ]
    specs = await asyncio.gather(*(formatted(node, nodes, cluster, recipe) for node in nodes))
    servers = tuple(map(Server, specs))
    async with AsyncExitStack() as exits:
        exits.push_async_callback(_stop, servers)
        for server in servers:
            server.launch()
        await asyncio.gather(*(server.ready() for server in servers))
        yield Kafka(tuple(nodes), servers)


async def _stop(servers: tuple[Server, ...]) -> None:
    """One alone of several has no quorum any more, and would wait for it: they are killed then."""
    if len(servers) == 1:
        await servers[0].stop()
    else:
        await asyncio.gather(*(server.kill() for server in servers))
