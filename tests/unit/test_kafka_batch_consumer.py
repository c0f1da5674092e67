"""A batch is committed when it is done, never before, and never passed over."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, KafkaConnectionError
from aiokafka.structs import ConsumerRecord

from order_projector.adapters.kafka.consumer import batch_consumer as module
from order_projector.adapters.kafka.consumer.batch_consumer import BatchConsumer
from order_projector.projection.ports import Record
from order_projector.projection.retry import Backoff
from order_projector.projection.worker_state import WorkerState

FIRST, SECOND = TopicPartition("t", 0), TopicPartition("t", 1)


def raw(offset: int, partition: int = 0) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord("t", partition, offset, 7, 0, b"k", b"v", None, 1, 1, (("h", b"\xff"),))


@dataclass
class Consumer:
    """Holds partitions, takes commits or refuses them."""

    held: set[TopicPartition] = field(default_factory=lambda: {FIRST, SECOND})
    commits: list[dict[TopicPartition, int]] = field(default_factory=list)
    refuses: list[Exception] = field(default_factory=list)

    def assignment(self) -> set[TopicPartition]:
        return self.held

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        await asyncio.sleep(0)
        if not offsets:
            raise ValueError(offsets)  # as aiokafka
        if self.refuses:
            raise self.refuses.pop(0)
        self.commits.append(offsets)


@dataclass
class FakeMetrics:
    """Remembers what was reported."""

    said: list[str] = field(default_factory=list)

    def abandoned(self, reason: str) -> None:
        self.said.append(reason)

    def batch_failed(self) -> None:
        self.said.append("failed")

    def commit_failed(self, error: BaseException) -> None:
        self.said.append(type(error).__name__)


@dataclass
class Projection:
    """Processes a batch once it is allowed to, after so many failures."""

    allowed: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    failures: int = 0
    done: list[Sequence[Record]] = field(default_factory=list)

    async def process(self, records: Sequence[Record]) -> None:
        self.begun.set()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("no known reason")
        await self.allowed.wait()
        self.done.append(records)


@dataclass
class Harness:
    """A batch consumer that accepts batches, and its collaborators."""

    projection: Projection = field(default_factory=Projection)
    consumer: Consumer = field(default_factory=Consumer)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    worker_state: WorkerState = field(default_factory=WorkerState)

    def __post_init__(self) -> None:
        self.batch_consumer = BatchConsumer(
            self.projection.process, self.worker_state, self.metrics
        )
        self.batch_consumer.resume()

    def take(self, *batch: Any) -> "asyncio.Task[None]":
        return asyncio.create_task(self.batch_consumer.consume(self.consumer, batch))

    async def close(self, within: float = 5.0) -> None:
        await self.batch_consumer.pause(self.consumer, within, "rebalance")


@pytest.fixture
def harness() -> Harness:
    return Harness()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_FAILED", Backoff(first=0.001, cap=30.0))


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

    await harness.batch_consumer.on_idle(harness.consumer, {})
    await harness.batch_consumer.on_idle(harness.consumer, {})

    assert harness.consumer.commits == [{FIRST: 4}]


async def test_offsets_of_partitions_that_are_somebody_else_s_are_forgotten(
    harness: Harness,
) -> None:
    harness.projection.allowed.set()
    harness.consumer.refuses.append(CommitFailedError())
    await harness.take(raw(3))

    await harness.close()

    assert harness.consumer.commits == []


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

    await harness.batch_consumer.on_idle(harness.consumer, {})
    assert harness.projection.done == []
    harness.batch_consumer.resume()
    await harness.batch_consumer.on_idle(harness.consumer, {})
    await harness.batch_consumer.on_idle(harness.consumer, {})

    assert harness.projection.done == [()]
    assert harness.consumer.commits == []


async def test_a_worker_that_stops_clears_up_what_its_batch_has_left_as_far_as_there_is_time(
    harness: Harness,
) -> None:
    taking = harness.take(raw(3))
    await harness.projection.begun.wait()
    await harness.close(within=0.01)
    await taking

    await harness.batch_consumer.finish_abandoned(within=0.01)
    assert harness.projection.done == []
    harness.projection.allowed.set()
    await harness.batch_consumer.finish_abandoned(within=5.0)
    await harness.batch_consumer.finish_abandoned(within=5.0)

    assert harness.projection.done == [()]


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
    await harness.batch_consumer.on_idle(harness.consumer, {})

    assert harness.projection.done == []
    assert harness.consumer.commits == []


async def test_markers_of_transactions_are_committed_when_there_is_nothing_else_to_do(
    harness: Harness,
) -> None:
    await harness.batch_consumer.on_idle(harness.consumer, {FIRST: 7})
    assert harness.consumer.commits == [{FIRST: 7}]


async def test_markers_behind_a_batch_that_was_given_up_are_not_committed(harness: Harness) -> None:
    taking = harness.take(raw(3))
    await harness.projection.begun.wait()
    await harness.close(within=0.01)
    await taking

    await harness.batch_consumer.on_idle(harness.consumer, {FIRST: 7})

    assert harness.consumer.commits == []
