"""The broker and the database that the tests run against."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from order_projector.local.broker import running_broker
from order_projector.local.database import running_database
from order_projector.local.ports import HOST
from order_projector.local.server import Server
from tests.support.apache.cluster import running_kafka

APACHE: Final = "apache"
"""The value of ORDERS_TEST_KAFKA that starts Apache Kafka; any other value is an address."""


@dataclass(frozen=True, slots=True)
class Servers:
    """The addresses of the servers, with a handle on each one that the tests started themselves."""

    bootstrap_servers: str
    mongodb_uri: str
    idempotent: bool
    """Whether the broker supports an idempotent producer."""
    session_timeout: str = "6"
    """In seconds; the local broker delays a new group by half of it, others accept no less."""
    replication: int = 1
    """The replication factor of a test's topics."""
    broker: Server | None = None
    database: Server | None = None

    @property
    def name(self) -> str:
        """The kind of broker, for people."""
        if self.broker is None:
            return "a broker elsewhere"
        return "Apache Kafka" if self.idempotent else "the local stack's broker"

    async def revive(self) -> None:
        """Resume or restart the servers that a test has frozen or killed."""
        for server in (self.broker, self.database):
            if server is None:
                continue
            if server.running:
                server.resume()
            else:
                await server.start()


@asynccontextmanager
async def servers_for_tests(folder: Path, *, sync_on_commit: bool = True) -> AsyncIterator[Servers]:
    """Yield the servers named by the environment; start those that it does not name.

    ORDERS_TEST_KAFKA=apache starts Apache Kafka instead of the local stack's broker. With
    `sync_on_commit`, acknowledged writes survive a kill of the local database.
    """
    async with AsyncExitStack() as exits:
        database = None
        if not (mongodb_uri := os.environ.get("ORDERS_TEST_MONGODB", "")):
            database = await exits.enter_async_context(
                running_database(folder, sync_on_commit=sync_on_commit)
            )
            mongodb_uri = f"mongodb://{HOST}:{database.port}"
        wanted = os.environ.get("ORDERS_TEST_KAFKA", "")
        broker = await _broker(wanted, folder, exits)
        yield Servers(
            bootstrap_servers=f"{HOST}:{broker.port}" if broker else wanted,
            mongodb_uri=mongodb_uri,
            idempotent=bool(wanted),
            session_timeout="6" if wanted else "3",
            broker=broker,
            database=database,
        )


async def _broker(wanted: str, folder: Path, exits: AsyncExitStack) -> Server | None:
    if wanted == APACHE:
        return (await exits.enter_async_context(running_kafka(folder))).server(1)
    return None if wanted else await exits.enter_async_context(running_broker(folder))
