"""Wait longer for one slow command than for any other, as long as the database answers."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

import pymongo

Result = TypeVar("Result")

LONGEST: Final = 120.0
"""Seconds after which even a database that answers has failed.

Motor gives a command a thread of a small pool, which keeps it for so long if the other side is gone
without a word, also when its caller has gone.
"""
LOOK_EVERY: Final = 2.0


async def patiently(
    command: Coroutine[Any, Any, Result],
    ping: Callable[[], Awaitable[object]],
    look_every: float = LOOK_EVERY,
) -> Result:
    """Return what a command returns, however long the database works at it.

    The usual timeout of the client would end it; instead, ``ping`` is called every ``look_every``
    seconds, and raises within the usual timeout once the database does not answer.
    """
    with pymongo.timeout(LONGEST):
        running = asyncio.create_task(command)
    running.add_done_callback(_retrieve)
    try:
        while not (await asyncio.wait({running}, timeout=look_every))[0]:
            await ping()
        return await running
    finally:
        running.cancel()


def _retrieve(running: "asyncio.Task[Any]") -> None:
    """Take the error of a command that ends after its caller has gone: it would be logged."""
    if not running.cancelled():
        running.exception()
