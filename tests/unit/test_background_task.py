"""A background task runs its work from its start to its stop."""

import asyncio

from order_projector.worker.background import BackgroundTask


async def test_the_work_runs_until_it_is_stopped() -> None:
    running, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        running.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = BackgroundTask(work)
    await task.start()
    await running.wait()
    await task.stop()

    assert ended.is_set()


async def test_it_stops_before_it_was_started_and_twice() -> None:
    async def work() -> None:
        await asyncio.Event().wait()

    task = BackgroundTask(work)
    await task.stop()
    await task.start()
    await task.stop()
    await task.stop()


async def test_it_stops_after_its_work_has_ended() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        ended.set()

    task = BackgroundTask(work)
    await task.start()
    await ended.wait()
    await task.stop()
