"""Topics change under running workers, which adapt without a restart."""

import asyncio

import pytest
from aiokafka.admin import NewPartitions

from tests.kafka.conftest import Begin
from tests.kafka.scenario import PARTITIONS
from tests.support.topics import administration, create

MORE = 9


@pytest.mark.parametrize("away", [0, 5], ids=["at once", "after 5 s"])
async def test_inbound_topics_deleted_and_made_again_are_read_from_their_beginning(
    begin: Begin, away: float
) -> None:
    async with begin(seed=51, seconds=12) as it:
        half = len(it.stream.records) // 2
        await it.send(it.stream.records[:half])
        assert await it.run.drained()
        await it.run.keep_evidence_of_topics()
        topics = it.run.topics

        async with administration(topics.servers) as admin:
            await admin.delete_topics(list(topics.inbound))
        await asyncio.sleep(away)
        await create(topics.servers, topics.inbound, PARTITIONS)
        await it.send(it.stream.records[half:])

        await it.verify(f"topics away for {away} s")


async def test_partitions_that_are_added_under_load_are_found_and_read_from_their_beginning(
    begin: Begin,
) -> None:
    """Then many orders have events in two partitions, and on two workers at the same time."""
    async with begin(seed=53, seconds=12) as it:
        async with it.load(it.stream.records):
            for topic in it.run.topics.inbound:
                async with administration(it.run.topics.servers) as admin:
                    await admin.create_partitions({topic: NewPartitions(MORE)})
            it.run.widen(MORE)

        await it.verify("partitions raised from 6 to 9")
        assert {place.partition for place in await it.run.seen.committed()} == set(range(MORE))
