"""The servers of a run, and the topics, group and database of each contender."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition
from tests.support.servers import Servers, servers_for_tests
from tests.support.topics import Topics, administration, create

from bench.events import BenchEvent
from bench.sizes import Sizes

PARTITIONS = 6
_SESSION_TIMEOUT = "10"
"""In seconds; with less, a contender on a busy machine loses its partitions and repeats work."""
_ELSEWHERE = (
    "the bench reads the processor time of its broker and its database, so they run here: "
    "ORDERS_TEST_KAFKA may only be 'apache', and ORDERS_TEST_MONGODB must not be set"
)


@dataclass(frozen=True, slots=True)
class Database:
    """The durability of an acknowledged write."""

    name: str
    title: str
    has_stored: bool


DATABASES = (
    Database("storing", "a database that has stored what it acknowledges", has_stored=True),
    Database(
        "acknowledging",
        "the same one, acknowledging before it has stored anything",
        has_stored=False,
    ),
)


@asynccontextmanager
async def servers_of_a_run(database: Database) -> AsyncIterator[tuple[Servers, Path]]:
    """Start the servers that the environment does not name; yield them and a folder for logs."""
    with TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        async with servers_for_tests(folder, sync_on_commit=database.has_stored) as servers:
            if servers.broker is None or servers.database is None:
                raise SystemExit(_ELSEWHERE)
            yield servers, folder


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Topics, a group and a database for one contender alone."""

    topics: Topics

    @property
    def name(self) -> str:
        """The name of the group, and the prefix of all topics' names."""
        return self.topics.group

    def environment(self) -> dict[str, str]:
        """Return the settings with which a contender uses this sandbox."""
        return {
            **self.topics.environment(),
            "ORDERS_KAFKA_SESSION_TIMEOUT": _SESSION_TIMEOUT,
            "ORDERS_HTTP_PORT": "0",
            "ORDERS_LOG_LEVEL": "WARNING",
        }

    async def fill(self, events: Sequence[BenchEvent]) -> None:
        """Produce the events, as fast as the broker accepts them."""
        async with AIOKafkaProducer(
            bootstrap_servers=self.topics.servers.bootstrap_servers,
            acks="all",
            enable_idempotence=False,
            linger_ms=5,
        ) as producer:
            sent = [
                await producer.send(self.topic_of(event), event.value, key=event.key.encode())
                for event in events
            ]
            await asyncio.gather(*sent)

    def topic_of(self, event: BenchEvent) -> str:
        """Return the inbound topic of this event."""
        return self.topics.payments if event.payment else self.topics.redemptions

    @asynccontextmanager
    async def offsets(self) -> AsyncIterator[AIOKafkaConsumer]:
        """Yield a client that can read the group's committed offsets."""
        async with AIOKafkaConsumer(
            bootstrap_servers=self.topics.servers.bootstrap_servers,
            group_id=self.topics.group,
            enable_auto_commit=False,
        ) as consumer:
            yield consumer

    @asynccontextmanager
    async def reader(self, *topics: str) -> AsyncIterator[AIOKafkaConsumer]:
        """Yield a client that reads these topics from their beginning."""
        async with AIOKafkaConsumer(
            bootstrap_servers=self.topics.servers.bootstrap_servers,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        ) as consumer:
            consumer.assign(
                [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
            )
            yield consumer

    async def committed(self, offsets: AIOKafkaConsumer) -> int:
        """Return how many inbound events the group has committed."""
        found = [
            await offsets.committed(TopicPartition(topic, partition)) or 0
            for topic in self.topics.inbound
            for partition in range(PARTITIONS)
        ]
        return sum(found)


@asynccontextmanager
async def sandbox(servers: Servers, name: str, database: str) -> AsyncIterator[Sandbox]:
    """Create topics for the length of a `with` block; the database stays."""
    topics = Topics(
        servers=servers,
        redemptions=f"{name}.redemptions",
        payments=f"{name}.payments",
        order_updated=f"{name}.order.updated",
        dead_letters=f"{name}.dead-letters",
        database=database,
        group=name,
    )
    await create(servers, topics.names, PARTITIONS)
    try:
        yield Sandbox(topics)
    finally:
        async with administration(servers) as admin:
            await admin.delete_topics(list(topics.names))


def growth(sizes: Sizes) -> dict[str, str]:
    """Return the setting with the sizes of the values that contenders without logic write."""
    return {"BENCH_SIZES": json.dumps((sizes.documents, sizes.announcements))}
