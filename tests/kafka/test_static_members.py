"""A worker with an identity keeps its place in the group while it restarts.

The local stack's broker cannot show this: there, a static member that returns may wait more than a
minute until it has joined.
"""

from collections.abc import AsyncIterator
from typing import Final

import pytest

from tests.kafka.conftest import Cluster
from tests.support.probes import metric
from tests.support.shares import shares, until_shared
from tests.support.topics import Topics, own_topics
from tests.support.worker import LaunchWorker

PATIENT: Final = {"ORDERS_KAFKA_SESSION_TIMEOUT": "60"}
"""Longer than a restart takes on a busy machine."""


@pytest.fixture
async def topics(cluster: Cluster) -> AsyncIterator[Topics]:
    """Create topics, a database and a consumer group for this test alone, on the cluster."""
    await cluster.kafka.revive()
    async with own_topics(cluster.servers) as topics:
        yield topics


async def test_a_worker_with_an_identity_gets_its_share_back_and_the_others_keep_theirs(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    """It does not leave its group when it stops, so there is no rebalance."""
    stays = await launch_worker(ORDERS_KAFKA_GROUP_INSTANCE_ID="w-1", **PATIENT)
    restarts = await launch_worker(ORDERS_KAFKA_GROUP_INSTANCE_ID="w-2", **PATIENT)
    for worker in (stays, restarts):
        await worker.ready()
    await until_shared(topics, (stays, restarts), 3)
    before = [await shares(worker) for worker in (stays, restarts)]
    rebalances = await metric(stays, "order_projector_rebalances_total")

    await restarts.stop()
    await restarts.start()

    await until_shared(topics, (stays, restarts), 3)
    assert [await shares(worker) for worker in (stays, restarts)] == before
    assert await metric(stays, "order_projector_rebalances_total") == rebalances
