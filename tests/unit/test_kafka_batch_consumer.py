"""A batch is committed once it is done, never before, and never skipped."""

import asyncio

import pytest
from aiokafka.errors import CommitFailedError, KafkaConnectionError

from order_projector.adapters.kafka.consumer import batch_consumer as module
from order_projector.adapters.kafka.consumer import unlimited_retries
from order_projector.projection.retry import Backoff
from tests.unit.batch_consumers import FIRST, SECOND, Harness, raw


@pytest.fixture
def harness() -> Harness:
    return Harness()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unlimited_retries, "BATCH_FAILED", Backoff(first=0.001, cap=30.0))


async def test_offsets_after_the_last_records_are_committed_once_the_batch_is_done(
    harness: Harness,
) -> None:
    taking = harness.take(raw(3), raw(4), raw(9, partition=1))
    await harness.projection.begun.wait()
    assert harness.consumer.commits == []

    harness.projection.allowed.set()
    await taking

    assert harness.consumer.commits == [{FIRST: 5, SECOND: 10}]
    (records,) = harness.projection.done
    assert records[2].coordinates.offset == 9
    assert (records[0].key, records[0].value, records[0].headers) == (b"k", b"v", (("h", b"\xff"),))


async def test_nothing_is_committed_of_a_partition_that_stands_still(harness: Harness) -> None:
    harness.projection.allowed.set()
    harness.batch_consumer.withheld = lambda: {("t", 0)}

    await harness.take(raw(3), raw(9, partition=1))

    await harness.take(raw(4))

    assert harness.consumer.commits == [{SECOND: 10}]


async def test_records_of_partitions_that_were_lost_are_dropped_on_entry(harness: Harness) -> None:
    harness.projection.allowed.set()
    harness.consumer.held = {SECOND}

    await harness.take(raw(3), raw(9, partition=1))

    assert [len(records) for records in harness.projection.done] == [1]
    assert harness.consumer.commits == [{SECOND: 10}]


async def test_nothing_is_taken_between_the_loss_of_partitions_and_the_next_share(
    harness: Harness,
) -> None:
    harness.projection.allowed.set()
    await harness.close()
    await harness.take(raw(3))
    assert not harness.projection.done
    assert not harness.consumer.commits

    harness.batch_consumer.resume()
    await harness.take(raw(3))
    assert harness.consumer.commits == [{FIRST: 4}]


async def test_partitions_are_let_go_only_when_the_batch_in_hand_is_committed(
    harness: Harness,
) -> None:
    taking = harness.take(raw(3))
    await harness.projection.begun.wait()
    closing = asyncio.create_task(harness.close())
    await asyncio.sleep(0)
    assert not closing.done()

    harness.projection.allowed.set()
    await closing

    assert taking.done()
    assert harness.consumer.commits == [{FIRST: 4}]
    assert harness.metrics.said == []


async def test_a_batch_that_fails_is_tried_again_and_never_passed_over(harness: Harness) -> None:
    harness.projection.failures = 3
    harness.projection.allowed.set()

    await harness.take(raw(3))

    assert harness.metrics.said == ["failed"] * 3
    assert harness.consumer.commits == [{FIRST: 4}]


@pytest.mark.parametrize("error", [CommitFailedError(), KafkaConnectionError()])
async def test_a_commit_that_fails_is_reported_and_the_next_batch_goes_on(
    harness: Harness, error: Exception
) -> None:
    harness.projection.allowed.set()
    harness.consumer.refuses.append(error)

    await harness.take(raw(3))
    await harness.take(raw(9, partition=1))

    assert harness.metrics.said == [type(error).__name__]
    assert harness.consumer.commits[-1][SECOND] == 10


async def test_a_commit_the_broker_did_not_take_is_paid_when_there_is_nothing_else_to_do(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COMMIT_AGAIN_AFTER", -1.0)
    harness.projection.allowed.set()
    harness.consumer.refuses.append(KafkaConnectionError())
    await harness.take(raw(3))

    await harness.idle()
    await harness.idle()

    assert harness.consumer.commits == [{FIRST: 4}]


async def test_offsets_of_partitions_that_are_somebody_else_s_are_forgotten(
    harness: Harness,
) -> None:
    harness.projection.allowed.set()
    harness.consumer.refuses.append(CommitFailedError())
    await harness.take(raw(3))

    await harness.close()

    assert harness.consumer.commits == []


async def test_markers_of_transactions_are_committed_when_there_is_nothing_else_to_do(
    harness: Harness,
) -> None:
    await harness.idle({FIRST: 7})
    assert harness.consumer.commits == [{FIRST: 7}]
