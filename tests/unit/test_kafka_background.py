"""A step runs in the background, one run at a time, whatever happens to its task."""

import asyncio

import pytest

from order_projector.adapters.kafka.consumer.background import Background


class Steps:
    """A step that records the targets for which it ran."""

    def __init__(self) -> None:
        self.ran = list[int]()
        self.background = Background(self)

    async def __call__(self, target: int) -> None:
        self.ran.append(target)


async def test_a_run_that_is_cancelled_before_it_begins_keeps_nobody_waiting() -> None:
    """Otherwise, a worker that lost its partitions at that moment would take no batch again."""
    steps = Steps()
    steps.background.request(1)
    waiting = asyncio.create_task(steps.background.caught_up())
    assert steps.background.task is not None
    steps.background.task.cancel()

    await asyncio.wait_for(waiting, timeout=5)
    await asyncio.wait_for(steps.background.caught_up(), timeout=5)
    assert steps.background.task is None


@pytest.mark.parametrize("turns", [1, 2, 3])
async def test_the_request_after_it_is_run(turns: int) -> None:
    """It is run however soon it follows the end of the task."""
    steps = Steps()
    steps.background.request(1)
    cancelled = steps.background.task
    assert cancelled is not None
    cancelled.cancel()
    for _ in range(turns):
        await asyncio.sleep(0)

    steps.background.request(2)

    assert steps.background.task is not None
    await asyncio.wait({steps.background.task}, timeout=5)
    assert steps.ran == [2]
