"""If brokers of a cluster crash, freeze or fall behind, the workers wait and then recover."""

import asyncio

import pytest

from tests.kafka.conftest import Begin
from tests.support.processes import pause

FREEZE = 20.0
AWAY = 10.0


async def test_a_leader_that_is_killed_and_restarted_twice_under_load_costs_nothing(
    begin: Begin,
) -> None:
    async with begin(seed=31, seconds=20) as it:
        half = len(it.stream.records) // 2
        for records in (it.stream.records[:half], it.stream.records[half:]):
            async with it.load(records):
                leader = it.kafka.server(await it.leader())
                await leader.kill()
                await it.wait_for_progress(100)
                await leader.start()

        await it.verify("leader killed twice")


@pytest.mark.nightly
async def test_a_broker_that_stands_still_for_20_seconds_costs_nothing(begin: Begin) -> None:
    """It coordinates the group, and leads a third of all partitions."""
    async with begin(seed=32, seconds=25) as it:
        async with it.load(it.stream.records):
            frozen = it.kafka.server(await it.coordinator())
            pause(frozen)
            await asyncio.sleep(FREEZE)
            frozen.resume()

        await it.verify("broker frozen for 20 s")


@pytest.mark.nightly
async def test_one_broker_of_three_is_waited_out_until_the_others_are_back(begin: Begin) -> None:
    async with begin(seed=33, seconds=12) as it:
        async with it.load(it.stream.records):
            gone = it.kafka.servers[1:]
            await asyncio.gather(*(server.kill() for server in gone))
            await asyncio.sleep(AWAY)
            await it.kafka.revive()

        await it.verify("two of three brokers gone")


@pytest.mark.nightly
async def test_fewer_replicas_in_sync_than_the_minimum_are_waited_out(begin: Begin) -> None:
    """Until the replica is back, nothing is acknowledged to the producer or to the worker."""
    async with begin(seed=34, seconds=12, **{"min.insync.replicas": "3"}) as it:
        async with it.load(it.stream.records):
            behind = it.kafka.server(1 + await it.leader() % 3)
            await behind.kill()
            await asyncio.sleep(AWAY)
            await behind.start()

        await it.verify("replicas below the minimum")


async def test_a_group_moves_to_another_coordinator_when_its_own_is_killed(begin: Begin) -> None:
    async with begin(seed=35, seconds=20) as it:
        async with it.load(it.stream.records):
            first = await it.coordinator()
            await it.kafka.server(first).kill()
            await it.wait_for_progress(400)
            assert await it.coordinator() != first
            await it.kafka.server(first).start()

        await it.verify("coordinator killed")
