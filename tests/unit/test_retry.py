"""Pauses between attempts."""

import asyncio
from random import Random

import pytest

from order_projector.projection.metrics import NullMetrics
from order_projector.projection.ports import Unavailable
from order_projector.projection.retry import Backoff, RetryPolicy
from tests.unit.recorded_metrics import RecordingMetrics
from tests.unit.world import Unhurried

BACKOFF = Backoff(first=0.1, cap=5.0)


@pytest.mark.parametrize(("attempt", "most"), [(0, 0.1), (1, 0.2), (5, 3.2), (6, 5.0), (9999, 5.0)])
def test_pauses_double_up_to_the_cap_with_full_jitter(attempt: int, most: float) -> None:
    pauses = [BACKOFF.pause(attempt, Random(seed)) for seed in range(200)]

    assert 0 <= min(pauses) < most * 0.1
    assert most * 0.9 < max(pauses) <= most


@pytest.mark.parametrize(
    ("attempt", "pause"), [(0, 0.1), (1, 0.2), (5, 3.2), (6, 5.0), (9999, 5.0)]
)
def test_without_jitter_a_pause_is_the_longest_one(attempt: int, pause: float) -> None:
    assert BACKOFF.longest(attempt) == pytest.approx(pause)


async def test_a_step_that_comes_back_gives_its_result() -> None:
    answers: list[int | Unavailable] = [Unavailable("away"), Unavailable("away"), 7]

    async def step() -> int:
        match answers.pop(0):
            case int() as answer:
                return answer
            case Unavailable() as error:
                raise error

    assert await RetryPolicy(NullMetrics(), Unhurried()).until_available("broker", step) == 7


async def test_an_error_of_another_kind_ends_the_waiting() -> None:
    errors = [Unavailable("away"), LookupError("gone")]

    async def step() -> None:
        raise errors.pop(0)

    with pytest.raises(LookupError, match="gone"):
        await RetryPolicy(NullMetrics(), Unhurried()).until_available("broker", step)


async def test_a_step_that_is_given_up_waits_for_nothing_any_more() -> None:
    metrics = RecordingMetrics()
    errors = [Unavailable("away"), asyncio.CancelledError()]

    async def step() -> None:
        raise errors.pop(0)

    with pytest.raises(asyncio.CancelledError):
        await RetryPolicy(metrics, Unhurried()).until_available("database", step)

    assert metrics.recorded == ["waiting for database: away", "retry database", "resumed database"]
