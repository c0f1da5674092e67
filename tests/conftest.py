"""Fixtures for tests that need servers; no server starts unless a test requests it."""

import itertools
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.local.api import api_spec
from order_projector.local.server import Server
from order_projector.local.worker import worker_spec
from tests.support.apache.cluster import Kafka, running_kafka
from tests.support.processes import launched
from tests.support.servers import Servers, servers_for_tests
from tests.support.topics import Topics, own_topics
from tests.support.worker import LaunchWorker


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    """Yield this run's servers: local, or as ORDERS_TEST_KAFKA and ORDERS_TEST_MONGODB say."""
    async with servers_for_tests(tmp_path_factory.mktemp("stack")) as servers:
        yield servers


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def apache_kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Kafka]:
    """Yield an Apache Kafka broker with its default configuration; it needs Java and Maven."""
    async with running_kafka(tmp_path_factory.mktemp("apache")) as kafka:
        yield kafka


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """Heed SIGINT: a job in a shell's background ignores it, and so do the processes it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
async def topics(stack: Servers) -> AsyncIterator[Topics]:
    """Yield topics, a database and a consumer group for this test alone."""
    async with own_topics(stack) as topics:
        yield topics


@pytest.fixture
async def database(topics: Topics) -> AsyncIterator[AsyncDatabase[dict[str, Any]]]:
    """Yield a client's view of this test's database."""
    async with AsyncMongoClient[dict[str, Any]](topics.servers.mongodb_uri) as client:
        yield client[topics.database]


@pytest.fixture
async def launch_worker(topics: Topics, tmp_path: Path) -> AsyncIterator[LaunchWorker]:
    """Yield a function that launches workers on this test's topics; keywords override settings."""
    async with AsyncExitStack() as exits:
        numbers = itertools.count(1)

        async def launch(**settings: str) -> Server:
            log = tmp_path / f"worker-{next(numbers)}.log"
            worker = launched(worker_spec(topics.environment() | settings, log))
            return await exits.enter_async_context(worker)

        yield launch


@pytest_asyncio.fixture
async def launch_api(topics: Topics, tmp_path: Path) -> AsyncIterator[LaunchWorker]:
    """Yield a function that launches APIs on this test's topics; keywords override settings."""
    async with AsyncExitStack() as exits:
        numbers = itertools.count(1)

        async def launch(**settings: str) -> Server:
            log = tmp_path / f"api-{next(numbers)}.log"
            api = launched(api_spec(topics.environment() | settings, log))
            server = await exits.enter_async_context(api)
            await server.ready()
            return server

        yield launch
