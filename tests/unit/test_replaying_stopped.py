"""A command reports what the database has recorded, even if it is stopped meanwhile."""

import asyncio
from collections.abc import Coroutine

from order_projector.projection.handling import Handling, HandlingState
from tests.unit.test_replaying import NEW_PLACE, Broker, Records, handler, letter


class SlowRecords(Records):
    """A record that stores at once and acknowledges once it is told to."""

    def __init__(self, slow: HandlingState) -> None:
        super().__init__()
        self.slow, self.stored, self.answers = slow, asyncio.Event(), asyncio.Event()

    async def put(self, handling: Handling, before: Handling | None) -> bool:
        done = await super().put(handling, before)
        if handling.state is self.slow:
            self.stored.set()
            await self.answers.wait()
        return done


async def stopped_before_the_answer(
    records: SlowRecords, step: Coroutine[object, object, object]
) -> tuple[list[object], bool]:
    """Return what a command learns that is stopped once the step is stored; whether it stops."""
    learned = list[object]()

    async def command() -> None:
        learned.append(await step)
        await asyncio.sleep(0)
        learned.append("went on")

    task = asyncio.create_task(command())
    await records.stored.wait()
    task.cancel()
    await asyncio.sleep(0)
    records.answers.set()
    await asyncio.wait({task})
    return learned, task.cancelled() and task.cancelling() == 1


async def test_a_replay_that_is_stopped_while_it_is_recorded_is_reported_before_it_stops() -> None:
    records, dead = SlowRecords(HandlingState.REPLAYED), letter()
    replay = handler(records).replay(Broker(), dead, dead.original(), "mended")

    assert await stopped_before_the_answer(records, replay) == ([NEW_PLACE], True)
    assert records.kept[dead.id].state is HandlingState.REPLAYED


async def test_a_discard_that_is_stopped_while_it_is_recorded_is_reported_before_it_stops() -> None:
    records, dead = SlowRecords(HandlingState.DISCARDED), letter()
    discard = handler(records).discard(dead, "a test")

    assert await stopped_before_the_answer(records, discard) == ([None], True)
