"""A deployment for each story, on servers of its own, so that names match those on the pages."""

import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from order_projector.local.server import Server
from order_projector.local.stack import LocalStack, local_stack
from order_projector.local.worker import worker_spec
from tests.handbook import backups
from tests.handbook.cluster import Cluster
from tests.handbook.console import Console
from tests.handbook.deployment import Story
from tests.support.processes import launched

QUICK = {"ORDERS_KAFKA_SESSION_TIMEOUT": "3"}
"""The local broker makes a new group wait for half of this timeout."""


def variables_of(stack: LocalStack) -> dict[str, str]:
    """Return the settings of workers and commands."""
    return stack.environment() | QUICK


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    """Yield a story: its cluster has no workers yet, and its topics have one partition each."""
    async with AsyncExitStack() as exits:
        stack = await exits.enter_async_context(
            local_stack(data_dir=tmp_path / "stack", partitions=1)
        )
        variables = variables_of(stack)
        numbers = itertools.count(1)

        async def launch(changed: Mapping[str, str]) -> Server:
            log = tmp_path / f"worker-{next(numbers)}.log"
            spec = worker_spec({**variables_of(stack), **changed}, log)
            return await exits.enter_async_context(launched(spec))

        console = Console(tmp_path, variables)
        cluster = Cluster(launch, variables)
        console.stand_ins = {
            "kubectl": cluster.kubectl,
            "pip": cluster.pip,
            "mongodump": partial(backups.dump, tmp_path),
            "mongorestore": partial(backups.restore, tmp_path),
        }
        client = AsyncMongoClient[dict[str, Any]](stack.mongodb_uri)
        database = (await exits.enter_async_context(client))["orders"]
        yield Story(console, cluster, stack.bootstrap_servers, database)
