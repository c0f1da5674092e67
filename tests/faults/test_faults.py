"""Real workers on real servers leave the same result under faults as the fold of all events."""

import asyncio
import time

from tests.support.probes import metric, probed, until_reason
from tests.support.processes import pause
from tests.support.streams import hard_stream
from tests.support.topics import Topics
from tests.support.trial import trial
from tests.support.worker import LaunchWorker

FREEZE = 20.0


async def test_two_workers_with_half_of_the_keys_missing_leave_the_fold_of_all_events(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    stream = hard_stream(250, seed=1)
    workers = [await launch_worker(ORDERS_BATCH_SIZE="50") for _ in range(2)]
    for worker in workers:
        await worker.ready()
    async with trial(topics, stream) as run:
        await run.send(per_second=1_000)
        await run.until_drained()
        shares = [await metric(each, "order_projector_batch_records_sum") for each in workers]

        report = await run.report(workers)

    assert report.differences == ()
    assert (report.orders, report.dead_letters > 0) == (250, True)
    assert min(shares) > 200


async def test_a_worker_that_is_killed_in_mid_stream_and_started_again_leaves_the_same(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    stream = hard_stream(250, seed=2)
    worker = await launch_worker(ORDERS_BATCH_SIZE="50")
    await worker.ready()
    async with trial(topics, stream) as run:
        sending = asyncio.create_task(run.send(per_second=350))
        await run.until_announced(80)
        assert not sending.done()

        await worker.kill()
        await sending
        await worker.start()
        await run.until_drained()

        report = await run.report([worker])

    assert report.differences == ()
    assert report.orders == 250


async def test_a_database_that_stands_still_for_20_seconds_costs_readiness_and_nothing_else(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    assert topics.servers.database is not None
    stream = hard_stream(250, seed=3, poison=0)
    worker = await launch_worker(ORDERS_BATCH_SIZE="50")
    await worker.ready()
    process = worker.pid
    async with trial(topics, stream) as run:
        sending = asyncio.create_task(run.send(per_second=350))
        await run.until_announced(80)
        assert not sending.done()

        pause(topics.servers.database)
        begun = time.monotonic()
        await until_reason(worker, "database: ")
        await sending
        await asyncio.sleep(FREEZE - (time.monotonic() - begun))
        assert (await probed(worker, "/readyz"))[0] == 503
        assert (await probed(worker, "/livez"))[0] == 200
        topics.servers.database.resume()

        await worker.ready()
        await run.until_drained()
        assert (worker.pid, worker.running) == (process, True)
        report = await run.report([worker])

    assert report.differences == ()
    assert (report.orders, report.dead_letters) == (250, 0)
