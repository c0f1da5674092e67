"""Topics, a database and a consumer group for each test, so that tests cannot interfere."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code
from pymongo import AsyncMongoClient

from tests.support.servers import Servers

NO_SETTINGS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Topics:
    """The names that one test may use, and the servers they are on."""

    servers: Servers
    redemptions: str
    payments: str
    order_updated: str
    dead_letters: str
    database: str
    group: str

    @property
    def names(self) -> tuple[str, str, str, str]:
        """All four topics."""
        return (self.redemptions, self.payments, self.order_updated, self.dead_letters)

    @property
    def inbound(self) -> tuple[str, str]:
        """The topics that a worker reads."""
        return (self.redemptions, self.payments)

    @property
    def outbound(self) -> tuple[str, str]:
        """The topics that a worker writes."""
        return (self.order_updated, self.dead_letters)

    def environment(self) -> dict[str, str]:
        """Return the settings of a worker on these topics."""
        return {
            "ORDERS_KAFKA_SESSION_TIMEOUT": self.servers.session_timeout,
            "ORDERS_KAFKA_BOOTSTRAP_SERVERS": self.servers.bootstrap_servers,
            "ORDERS_KAFKA_ENABLE_IDEMPOTENCE": str(self.servers.idempotent).lower(),
            "ORDERS_CONSUMER_GROUP": self.group,
            "ORDERS_REDEMPTIONS_TOPIC": self.redemptions,
            "ORDERS_PAYMENTS_TOPIC": self.payments,
            "ORDERS_ORDER_UPDATED_TOPIC": self.order_updated,
            "ORDERS_DEAD_LETTERS_TOPIC": self.dead_letters,
            "ORDERS_MONGODB_URI": self.servers.mongodb_uri,
            "ORDERS_MONGODB_DATABASE": self.database,
        }


@asynccontextmanager
async def own_topics(
    servers: Servers, partitions: int = 6, settings: Mapping[str, str] = NO_SETTINGS
) -> AsyncIterator[Topics]:
    """Create four topics with new names, and remove all traces of them at the end."""
    await servers.revive()
    topics = await new_topics(servers, partitions, settings)
    try:
        yield topics
    finally:
        await servers.revive()
        await _remove(topics)


async def new_topics(
    servers: Servers, partitions: int, settings: Mapping[str, str] = NO_SETTINGS
) -> Topics:
    """Create four topics with new names."""
    name = f"test-{uuid4().hex[:12]}"
    topics = Topics(
        servers=servers,
        redemptions=f"{name}.redemptions",
        payments=f"{name}.payments",
        order_updated=f"{name}.order.updated",
        dead_letters=f"{name}.order.dead-letters",
        database=name,
        group=name,
    )
    await create(servers, topics.names, partitions, settings)
    return topics


async def create(
    servers: Servers,
    names: Sequence[str],
    partitions: int,
    settings: Mapping[str, str] = NO_SETTINGS,
) -> None:
    """Create topics with the servers' replication factor."""
    copies = servers.replication
    async with administration(servers) as admin:
        response = await admin.create_topics(
            [NewTopic(name, partitions, copies, topic_configs=dict(settings)) for name in names]
        )
    refused = [(name, for_code(code)) for name, code, *_ in response.topic_errors if code]
    assert not refused


@asynccontextmanager
async def administration(servers: Servers) -> AsyncIterator[AIOKafkaAdminClient]:
    """Yield an administration client."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.bootstrap_servers)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def _remove(topics: Topics) -> None:
    async with administration(topics.servers) as admin:
        await admin.delete_topics(list(topics.names))
    async with AsyncMongoClient[dict[str, object]](topics.servers.mongodb_uri) as client:
        await client.drop_database(topics.database)
