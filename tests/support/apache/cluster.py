"""Apache Kafka brokers for the length of a `with` block; their data survives a crash."""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from order_projector.local.ports import HOST
from order_projector.local.server import Server
from tests.support.apache.node import PLAIN, Node, Recipe, formatted, new_node

AS_IT_COMES: Final = Recipe()


@dataclass(frozen=True, slots=True)
class Kafka:
    """A cluster, often of one broker."""

    nodes: tuple[Node, ...]
    servers: tuple[Server, ...]
    """The processes, in the order of the nodes; node 1 is the first."""

    @property
    def bootstrap_servers(self) -> str:
        """The bootstrap servers of the listener without any security."""
        return self.address(PLAIN)

    def address(self, listener: str) -> str:
        """Return the bootstrap servers of this listener."""
        return ",".join(f"{HOST}:{node.ports[listener]}" for node in self.nodes)

    def server(self, number: int) -> Server:
        """Return the process of the broker with this number in the metadata."""
        return self.servers[number - 1]

    async def revive(self) -> None:
        """Resume or restart the brokers that a test has frozen or killed."""
        for server in self.servers:
            if server.running:
                server.resume()
            else:
                server.launch()
        await asyncio.gather(*(server.ready() for server in self.servers))


def cluster_id(random: Callable[[], UUID] = uuid4) -> str:
    """Return a random id that does not begin with a hyphen, which looks like an option to Kafka."""
    while (text := urlsafe_b64encode(random().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text


@asynccontextmanager
async def running_kafka(
    folder: Path, *, brokers: int = 1, recipe: Recipe = AS_IT_COMES
) -> AsyncIterator[Kafka]:
    """Run brokers that are controllers as well, with data and logs in this folder.

    Every broker has the listener PLAINTEXT, whichever others the recipe adds. With an authorizer,
    make its user a super user: `super.users=User:ANONYMOUS`.
    """
    cluster = cluster_id()
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
    """Stop a single broker; kill several, as the last ones would wait for a lost quorum."""
    if len(servers) == 1:
        await servers[0].stop()
    else:
        await asyncio.gather(*(server.kill() for server in servers))
