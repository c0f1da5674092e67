"""Threads fold a few orders at a time; a caller that waits for a fold may be cancelled."""

import asyncio
import threading

import pytest

from order_projector.projection.folding import Threads


async def test_a_thread_that_nobody_waits_for_any_more_still_counts_until_it_ends() -> None:
    threads, go = Threads(1), threading.Event()
    loop, entered = asyncio.get_running_loop(), asyncio.Event()

    def block() -> None:
        loop.call_soon_threadsafe(entered.set)
        go.wait()

    first = asyncio.create_task(threads(block))
    await entered.wait()
    first.cancel()
    second = asyncio.create_task(threads(lambda: "second"))
    await asyncio.wait({second}, timeout=0.01)
    assert first.cancelled()
    assert not second.done()

    go.set()
    assert await second == "second"


async def test_what_is_raised_in_a_thread_is_raised_to_who_waits() -> None:
    def fail() -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        await Threads(1)(fail)
