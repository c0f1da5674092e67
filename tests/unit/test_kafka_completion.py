"""A batch is completed while the next one is processed: first its check, then its commit."""

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError

from order_projector.adapters.kafka.consumer import unlimited_retries
from order_projector.projection.retry import Backoff
from tests.unit.batch_consumers import FIRST, SECOND, Harness, raw


@pytest.fixture
def harness() -> Harness:
    harness = Harness()
    harness.projection.allowed.set()
    return harness


async def consume(harness: Harness, *batch: object) -> None:
    await harness.batch_consumer.consume(harness.consumer, batch)


async def turns(count: int = 10) -> None:
    """Yield to every other task this number of times."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_the_next_batch_is_processed_while_a_commit_waits_for_its_answer(
    harness: Harness,
) -> None:
    harness.consumer.answers.clear()

    await consume(harness, raw(3))
    await turns()
    await consume(harness, raw(4))

    assert len(harness.projection.done) == 2
    assert harness.consumer.commits == []
    harness.consumer.answers.set()
    await harness.completed()
    assert harness.consumer.commits == [{FIRST: 4}, {FIRST: 5}]


async def test_the_next_batch_is_processed_while_announcements_are_checked(
    harness: Harness,
) -> None:
    harness.projection.checks_allowed.clear()

    await consume(harness, raw(3))
    await turns()
    await consume(harness, raw(4))
    await turns()

    assert len(harness.projection.done) == 2
    assert harness.consumer.asked == 0


async def test_batches_that_end_during_a_commit_share_the_next_one(harness: Harness) -> None:
    harness.consumer.answers.clear()
    for offset in (3, 4, 5, 6):
        await consume(harness, raw(offset))
        await turns()
    harness.consumer.answers.set()
    await harness.completed()

    assert harness.consumer.commits == [{FIRST: 4}, {FIRST: 7}]


async def test_nothing_is_committed_whose_check_has_only_begun(harness: Harness) -> None:
    harness.projection.checks_allowed.clear()
    await consume(harness, raw(3))
    await turns()
    await consume(harness, raw(9, partition=1))
    harness.projection.check_only(1)
    await turns()

    assert harness.consumer.commits == [{FIRST: 4}]
    harness.projection.checks_allowed.set()
    await harness.completed()
    assert harness.consumer.commits == [{FIRST: 4}, {SECOND: 10}]


async def test_no_batch_is_taken_while_another_one_waits_for_its_check_to_begin(
    harness: Harness,
) -> None:
    harness.projection.checks_allowed.clear()
    await consume(harness, raw(3))
    await turns()
    await consume(harness, raw(4))
    third = harness.take(raw(5))
    await turns()
    assert len(harness.projection.done) == 2

    harness.projection.check_only(1)
    await turns()
    assert len(harness.projection.done) == 3

    harness.projection.checks_allowed.set()
    await third


async def test_partitions_are_let_go_only_when_the_announcements_are_checked_and_committed(
    harness: Harness,
) -> None:
    harness.projection.checks_allowed.clear()
    await consume(harness, raw(3))
    closing = asyncio.create_task(harness.close())
    await turns()
    assert not closing.done()

    harness.projection.checks_allowed.set()
    await closing

    assert harness.consumer.commits == [{FIRST: 4}]
    assert harness.metrics.said == []


async def test_partitions_are_let_go_only_when_the_commit_in_flight_is_answered(
    harness: Harness,
) -> None:
    harness.consumer.answers.clear()
    await consume(harness, raw(3))
    await turns()
    await consume(harness, raw(4))
    await turns()
    closing = asyncio.create_task(harness.close())
    await turns()
    assert not closing.done()

    harness.consumer.answers.set()
    await closing

    assert harness.consumer.commits == [{FIRST: 4}, {FIRST: 5}]
    assert harness.consumer.at_once == 1


async def test_a_check_that_takes_too_long_is_given_up_and_nothing_of_it_committed(
    harness: Harness,
) -> None:
    harness.projection.checks_allowed.clear()
    await consume(harness, raw(3))

    await harness.close(within=0.01)

    assert harness.consumer.commits == []
    assert harness.metrics.said == ["rebalance"]
    harness.projection.checks_allowed.set()
    harness.batch_consumer.resume()
    await harness.idle()
    assert harness.projection.checked == 1
    assert harness.consumer.commits == []


async def test_what_was_given_up_is_checked_beside_the_first_batch_of_the_next_assignment(
    harness: Harness,
) -> None:
    harness.projection.checks_allowed.clear()
    await consume(harness, raw(3))
    await harness.close(within=0.01)
    harness.projection.checks_allowed.set()
    harness.projection.allowed.clear()
    harness.batch_consumer.resume()

    taking = harness.take(raw(3))
    await turns()

    assert harness.projection.checked == 1
    assert harness.consumer.commits == []
    harness.projection.allowed.set()
    await taking
    assert harness.consumer.commits == [{FIRST: 4}]


async def test_a_check_that_fails_is_repeated_and_its_batch_not_committed_before(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlimited_retries, "BATCH_FAILED", Backoff(first=0.001, cap=30.0))
    harness.projection.check_failures = 2

    await harness.take(raw(3))

    assert harness.metrics.said == ["failed", "failed"]
    assert harness.projection.checked == 1
    assert harness.consumer.commits == [{FIRST: 4}]


async def test_a_commit_that_was_not_answered_is_part_of_the_next_one(harness: Harness) -> None:
    harness.consumer.refuses.append(KafkaConnectionError())
    await harness.take(raw(3))
    await harness.take(raw(9, partition=1))

    assert harness.consumer.commits == [{FIRST: 4, SECOND: 10}]


async def test_a_check_that_was_cancelled_before_it_began_is_made_once_nothing_is_read(
    harness: Harness,
) -> None:
    await consume(harness, raw(3))
    checking = harness.batch_consumer._completion.checking
    assert checking is not None
    assert harness.projection.checked == 0
    checking.cancel()
    await turns()
    assert harness.projection.checked == 0

    await harness.batch_consumer.on_idle(harness.consumer, {})
    await harness.completed()

    assert harness.projection.checked == 1
    assert harness.consumer.commits == [{FIRST: 4}]
