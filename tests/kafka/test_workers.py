"""Workers come and go under load, as in every deployment; what they publish is stored once."""

from collections.abc import Iterator

from tests.faults.nemesis import stopped
from tests.kafka.conftest import Begin
from tests.kafka.scenario import Scenario

LENGTH = slice(8, 12)
PRODUCER_ID = slice(43, 51)
BEFORE_LENGTH = 12
"""Positions in a record batch, magic 2: LENGTH counts the bytes after BEFORE_LENGTH."""


def producers(it: Scenario, topic: str) -> Iterator[int]:
    """Yield the producer id of every batch from the brokers' own files; -1 means none."""
    for node in it.kafka.nodes:
        for log in (node.folder / "data").glob(f"{topic}-*/*.log"):
            batches = log.read_bytes()
            while len(batches) >= PRODUCER_ID.stop:
                yield int.from_bytes(batches[PRODUCER_ID], signed=True)
                batches = batches[BEFORE_LENGTH + int.from_bytes(batches[LENGTH]) :]


async def test_three_workers_restarted_one_by_one_under_load_cost_nothing(begin: Begin) -> None:
    async with begin(seed=41, seconds=20, workers=3) as it:
        async with it.load(it.stream.records):
            for worker in it.run.workers:
                await stopped(worker)
                worker.launch()
                await worker.ready()
            it.processes = [worker.pid for worker in it.run.workers]

        await it.verify("three workers restarted one by one")


async def test_all_that_a_worker_publishes_comes_from_an_idempotent_producer(begin: Begin) -> None:
    async with begin(seed=42, seconds=2, workers=1) as it:
        await it.send(it.stream.records)
        assert await it.run.drained()

        for topic in it.run.topics.outbound:
            numbers = list(producers(it, topic))
            assert numbers
            assert min(numbers) >= 0
