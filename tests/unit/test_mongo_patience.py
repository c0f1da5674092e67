"""A slow command is awaited as long as the database answers, and no longer."""

import asyncio
import gc

import pytest
from pymongo import _csot
from pymongo.errors import AutoReconnect

from order_projector.adapters.mongo.patience import LONGEST, patiently


class Database:
    """A database that works on a command until it has been pinged this number of times."""

    def __init__(self, pings: int, dies_at: int | None = None) -> None:
        self.left = pings
        self.dies_at = dies_at
        self.done = asyncio.Event()
        self.timeouts = list[float | None]()
        self.cancelled = False

    async def ping(self) -> None:
        self.timeouts.append(_csot.get_timeout())
        if self.left == self.dies_at:
            raise AutoReconnect("away")
        self.left -= 1
        if self.left == 0:
            self.done.set()

    async def sort(self) -> str:
        self.timeouts.append(_csot.get_timeout())
        try:
            await self.done.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return "sorted"


async def test_a_slow_command_is_waited_for_and_a_ping_has_the_usual_timeout() -> None:
    database = Database(pings=3)

    assert await patiently(database.sort(), database.ping, look_every=0) == "sorted"
    assert database.timeouts == [LONGEST, None, None, None]


async def test_a_database_that_does_not_answer_ends_the_wait() -> None:
    database = Database(pings=3, dies_at=2)

    with pytest.raises(AutoReconnect):
        await patiently(database.sort(), database.ping, look_every=0)
    await asyncio.sleep(0)
    assert database.cancelled


async def test_what_a_command_raises_is_raised() -> None:
    async def refused() -> None:
        raise AutoReconnect("not now")

    with pytest.raises(AutoReconnect, match="not now"):
        await patiently(refused(), Database(pings=1).ping)


async def test_a_command_that_fails_once_nobody_waits_for_it_is_not_logged() -> None:
    said = list[object]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))

    async def fails_late() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise AutoReconnect("late") from None

    with pytest.raises(AutoReconnect, match="away"):
        await patiently(fails_late(), Database(pings=1, dies_at=1).ping, look_every=0)
    for _ in range(3):
        await asyncio.sleep(0)
    gc.collect()

    assert said == []
