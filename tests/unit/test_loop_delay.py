"""The event loop's delay is how late a blocked loop makes a timer."""

import asyncio
import time

import pytest

from order_projector.worker import loop_delay
from order_projector.worker.loop_delay import LoopDelay


async def test_a_blocked_loop_is_observed_as_a_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_delay, "LOOK_EVERY", 0.01)
    observed = list[float]()
    seen = asyncio.Event()

    def observe(seconds: float) -> None:
        observed.append(seconds)
        seen.set()

    watching = asyncio.create_task(LoopDelay(observe).watch())
    await asyncio.sleep(0)  # sets the timer
    time.sleep(0.1)  # noqa: ASYNC251 - blocks on purpose
    await seen.wait()
    watching.cancel()

    assert observed[0] >= 0.08
