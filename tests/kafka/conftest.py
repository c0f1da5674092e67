"""Apache Kafka brokers, open and secured, and the report of the tests on them."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from order_projector.local.database import running_database
from order_projector.local.ports import HOST
from tests.faults.run import running
from tests.kafka.guarded_workers import certified, order_projector
from tests.kafka.scenario import PARTITIONS, Scenario, load_of
from tests.support.apache.cluster import Kafka, running_kafka
from tests.support.guarded import GuardedKafka, guarded_kafka
from tests.support.servers import Servers
from tests.support.topics import own_topics

BROKERS: Final = 3
SETTINGS: Final = {"ORDERS_BATCH_SIZE": "100"}
"""The defaults except for smaller batches, so that there are many."""

SECURITY: Final = Path(__file__).parents[2] / "docs" / "how-to" / "secure.md"

Begin = Callable[..., AbstractAsyncContextManager[Scenario]]
REPORT_LINES: Final = pytest.StashKey[list[str]]()


@dataclass(frozen=True, slots=True)
class Cluster:
    """The brokers, and the addresses for a run on them."""

    kafka: Kafka
    servers: Servers


def pytest_configure(config: pytest.Config) -> None:
    config.stash[REPORT_LINES] = []


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for line in config.stash[REPORT_LINES]:
        terminalreporter.write_line(line)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    """Run three brokers and a database for all tests of the session."""
    folder = tmp_path_factory.mktemp("cluster")
    async with AsyncExitStack() as exits:
        kafka = await exits.enter_async_context(running_kafka(folder, brokers=BROKERS))
        database = await exits.enter_async_context(running_database(folder, sync_on_commit=True))
        servers = Servers(
            bootstrap_servers=kafka.bootstrap_servers,
            mongodb_uri=f"mongodb://{HOST}:{database.port}",
            idempotent=True,
            replication=BROKERS,
            database=database,
        )
        yield Cluster(kafka, servers)


@pytest.fixture
def begin(cluster: Cluster, tmp_path: Path, pytestconfig: pytest.Config) -> Begin:
    """Return a function that starts a scenario: a stream, and workers on topics of this test."""

    @asynccontextmanager
    async def begun(
        seed: int, seconds: float, workers: int = 2, **topic_settings: str
    ) -> AsyncIterator[Scenario]:
        await cluster.kafka.revive()
        async with (
            own_topics(cluster.servers, PARTITIONS, topic_settings) as topics,
            running(topics, PARTITIONS, workers, SETTINGS, tmp_path) as run,
        ):
            try:
                stream = await asyncio.to_thread(load_of, seconds, seed, topics)
                yield Scenario(cluster.kafka, run, stream, pytestconfig.stash[REPORT_LINES].append)
            finally:
                await cluster.kafka.revive()

    return begun


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GuardedKafka]:
    """Run one broker for all tests of a module, with the ACLs from the documentation."""
    async with guarded_kafka(tmp_path_factory.mktemp("guarded")) as guarded:
        for arguments in documented_acls():
            await guarded.administer("org.apache.kafka.tools.AclCommand", *arguments)
        yield guarded


def documented_acls() -> list[list[str]]:
    """Return the options of each `kafka-acls.sh` in the how-to on security."""
    commands = re.findall(r"^kafka-acls\.sh \$ADMIN (.*)$", SECURITY.read_text(), re.MULTILINE)
    assert commands
    return [line.split() for line in commands]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def guarded_topics(guarded: GuardedKafka) -> None:
    """Create the topics with a login other than the worker's."""
    pair = guarded.authority.client("order-projector-topics")
    made = await order_projector(certified(guarded, pair), "topics", "create", "--partitions", "2")
    assert made.returncode == 0, made.stderr


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mongodb_uri(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """Run a database for the workers of a module."""
    async with running_database(tmp_path_factory.mktemp("database")) as server:
        yield f"mongodb://{HOST}:{server.port}"
