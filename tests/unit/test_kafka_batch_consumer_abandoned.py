"""A batch that was abandoned is not committed, and its announcements are finished later."""

import asyncio

import pytest

from tests.unit.batch_consumers import FIRST, Harness, raw


@pytest.fixture
def harness() -> Harness:
    return Harness()


async def test_a_batch_that_waits_for_a_service_is_given_up_at_once_and_not_committed(
    harness: Harness,
) -> None:
    taking = harness.take(raw(3))
    await harness.projection.begun.wait()
    harness.worker_state.wait_for("database")

    await harness.close(within=3_600)
    await taking

    assert not harness.projection.done
    assert not harness.consumer.commits
    assert harness.metrics.said == ["rebalance"]


async def test_a_batch_that_takes_too_long_is_given_up_and_not_committed(harness: Harness) -> None:
    taking = harness.take(raw(3))
    await harness.projection.begun.wait()

    await harness.close(within=0.01)
    await taking

    assert harness.consumer.commits == []
    assert harness.metrics.said == ["rebalance"]


async def test_a_worker_that_is_cancelled_takes_its_batch_down_with_it(harness: Harness) -> None:
    taking = harness.take(raw(3))
    await harness.projection.begun.wait()

    taking.cancel()
    await asyncio.wait({taking})
    harness.projection.allowed.set()
    await asyncio.sleep(0)

    assert taking.cancelled()
    assert not harness.projection.done
    assert not harness.consumer.commits


async def test_what_a_batch_that_was_given_up_has_left_is_cleared_away_when_there_is_nothing_else(
    harness: Harness,
) -> None:
    taking = harness.take(raw(3))
    await harness.projection.begun.wait()
    await harness.close(within=0.01)
    await taking
    harness.projection.allowed.set()

    await harness.idle()
    assert harness.projection.checked == 0
    harness.batch_consumer.resume()
    await harness.idle()
    await harness.idle()

    assert harness.projection.checked == 1
    assert harness.consumer.commits == []


async def test_a_worker_that_stops_clears_up_what_its_batch_has_left_as_far_as_there_is_time(
    harness: Harness,
) -> None:
    taking = harness.take(raw(3))
    await harness.projection.begun.wait()
    await harness.close(within=0.01)
    await taking

    harness.projection.checks_allowed.clear()
    await harness.batch_consumer.finish_abandoned(within=0.01)
    assert harness.projection.checked == 0
    harness.projection.checks_allowed.set()
    await harness.batch_consumer.finish_abandoned(within=5.0)
    await harness.batch_consumer.finish_abandoned(within=5.0)

    assert harness.projection.checked == 1


async def test_partitions_that_are_given_to_a_worker_that_ends_are_not_begun_with(
    harness: Harness,
) -> None:
    taking = harness.take(raw(3))
    await harness.projection.begun.wait()
    await harness.batch_consumer.shutdown(harness.consumer, within=0.01)
    await taking
    harness.projection.allowed.set()

    harness.batch_consumer.resume()
    await harness.take(raw(4))
    await harness.idle()

    assert harness.projection.done == []
    assert harness.consumer.commits == []


async def test_markers_behind_a_batch_that_was_given_up_are_not_committed(harness: Harness) -> None:
    taking = harness.take(raw(3))
    await harness.projection.begun.wait()
    await harness.close(within=0.01)
    await taking

    await harness.idle({FIRST: 7})

    assert harness.consumer.commits == []
