"""The broker and the database the tests run against."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from order_projector.local.broker import running_broker
from order_projector.local.database import running_database
from order_projector.local.ports import HOST
from order_projector.local.server import Server


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers are; a handle on each one that the tests started themselves."""

    bootstrap_servers: str
    mongodb_uri: str
    idempotent: bool
    """Whether the broker can serve an idempotent producer."""
    broker: Server | None = None
    database: Server | None = None

    async def revive(self) -> None:
        """Brings back what a test has killed or frozen."""
        for server in (self.broker, self.database):
            if server is None:
                continue
            if server.running:
                server.resume()
            else:
                await server.start()


@asynccontextmanager
async def servers_for_tests(folder: Path) -> AsyncIterator[Servers]:
    """Gives the servers named by the environment, and starts those that are not named.

    The local database keeps what it acknowledges, so that a test may kill it.
    """
    async with AsyncExitStack() as exits:
        broker = database = None
        if not (mongodb_uri := os.environ.get("ORDERS_TEST_MONGODB", "")):
            database = await exits.enter_async_context(
                running_database(folder, sync_on_commit=True)
            )
            mongodb_uri = f"mongodb://{HOST}:{database.port}"
        if not (bootstrap_servers := os.environ.get("ORDERS_TEST_KAFKA", "")):
            broker = await exits.enter_async_context(running_broker(folder))
            bootstrap_servers = f"{HOST}:{broker.port}"
        yield Servers(
            bootstrap_servers=bootstrap_servers,
            mongodb_uri=mongodb_uri,
            idempotent=broker is None,
            broker=broker,
            database=database,
        )
