"""Each order store in turn, empty, for the suite that all of them must pass."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection

from order_projector.adapters.mongo import connect
from order_projector.projection.ports import OrderStore
from tests.support.servers import Servers
from tests.support.shared_store import SharedMemoryStore


@pytest.fixture(params=["memory", "motor", "pymongo"])
def kind(request: pytest.FixtureRequest) -> str:
    """Return each store's kind in turn; a test of only the database names the drivers itself."""
    chosen: str = request.param
    return chosen


@pytest.fixture
def uri(request: pytest.FixtureRequest, kind: str) -> str:
    """Return the database's URI; start no server for the in-memory store."""
    if kind == "memory":
        return ""
    servers: Servers = request.getfixturevalue("stack")
    return servers.mongodb_uri


@pytest.fixture
def database() -> str:
    """Return the name of a database for this test alone."""
    return f"test-{uuid4().hex[:12]}"


@pytest.fixture
async def store(kind: str, uri: str, database: str) -> AsyncIterator[OrderStore]:
    """Yield an empty store."""
    match kind:
        case "memory":
            yield SharedMemoryStore()
        case "motor" | "pymongo" as driver:
            opened = connect(uri, database, driver=driver)
            indexes = opened.indexes()
            await indexes.make((await indexes.missing()).indexes)
            yield opened
            await opened.close()
            async with AsyncMongoClient[dict[str, Any]](uri) as client:
                await client.drop_database(database)


@pytest.fixture
async def orders(uri: str, database: str) -> AsyncIterator[AsyncCollection[dict[str, Any]]]:
    """Yield the collection of stored documents, as any other client sees it."""
    async with AsyncMongoClient[dict[str, Any]](uri) as client:
        yield client[database]["orders"]
