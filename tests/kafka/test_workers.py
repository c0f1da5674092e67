"""Workers come and go under load, as with every release."""

from tests.faults.nemesis import stopped
from tests.kafka.conftest import Begin


async def test_three_workers_restarted_one_by_one_under_load_cost_nothing(begin: Begin) -> None:
    async with begin(seed=41, seconds=25, workers=3) as it:
        async with it.load(it.stream.records):
            for worker in it.run.workers:
                await stopped(worker)
                worker.launch()
                await worker.ready()
            it.processes = [worker.pid for worker in it.run.workers]

        await it.nothing_is_amiss("three workers restarted one by one")
