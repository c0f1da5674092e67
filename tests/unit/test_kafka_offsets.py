"""The group's progress is what the brokers report, even while nothing is fetched."""

import logging
from dataclasses import dataclass, field

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from order_projector.adapters.kafka.consumer.offsets import Offsets, PartitionLag
from order_projector.adapters.kafka.consumer.progress import PartitionOffsets
from order_projector.projection.worker_state import WorkerState

FIRST, SECOND = TopicPartition("t", 0), TopicPartition("t", 1)
NOW = 1_700_000_000.0


def raw(offset: int, age: float = 0.0) -> ConsumerRecord[bytes, bytes]:
    timestamp = int((NOW - age) * 1_000)
    return ConsumerRecord("t", 0, offset, timestamp, 0, None, b"", None, -1, 0, ())


@dataclass
class FakeMetrics:
    """Metrics that record how many records were removed."""

    counts: list[int] = field(default_factory=list)

    def removed(self, count: int) -> None:
        self.counts.append(count)


@dataclass
class Harness:
    """Offsets with clocks that stand still until a test moves them."""

    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    monotonic: float = 100.0
    unix: float = NOW

    def __post_init__(self) -> None:
        self.worker_state = WorkerState(lambda: self.monotonic)
        self.offsets = Offsets(
            self.metrics, self.worker_state, silent_after=5.0, now=lambda: self.unix
        )

    def answered(self, committed: int | None, end: int, beginning: int = 0) -> None:
        self.offsets.asked()
        self.offsets.answered({FIRST: PartitionOffsets(beginning, end, committed)})

    def passes(self, seconds: float) -> None:
        self.monotonic += seconds
        self.unix += seconds


@pytest.fixture
def harness() -> Harness:
    return Harness()


def test_lag_is_the_end_offset_less_the_committed_offset(harness: Harness) -> None:
    harness.offsets.read(FIRST, [raw(offset) for offset in range(100, 1_000)])
    harness.answered(committed=100, end=1_119)
    (lag,) = harness.offsets.lags()
    assert (lag.topic, lag.partition, lag.records) == ("t", 0, 1_019)


def test_a_group_that_has_committed_nothing_lags_from_the_oldest_record_on() -> None:
    assert PartitionOffsets(beginning=40, end=100, committed=None).lag == 60


def test_what_retention_has_removed_is_no_lag() -> None:
    assert PartitionOffsets(beginning=40, end=100, committed=10).lag == 60


def test_time_lag_is_the_age_of_the_oldest_record_that_is_not_committed(harness: Harness) -> None:
    harness.offsets.read(FIRST, [raw(5, age=30), raw(6, age=20)])
    harness.offsets.read(FIRST, [raw(7, age=10)])
    harness.answered(committed=5, end=8)
    assert list(harness.offsets.lags()) == [PartitionLag("t", 0, 3, 30.0)]

    harness.answered(committed=7, end=8)
    assert list(harness.offsets.lags()) == [PartitionLag("t", 0, 1, 10.0)]

    harness.answered(committed=8, end=8)
    assert list(harness.offsets.lags()) == [PartitionLag("t", 0, 0, 0.0)]


def test_a_record_that_was_not_read_yet_ages_from_when_it_was_seen_to_wait(
    harness: Harness,
) -> None:
    harness.answered(committed=5, end=6)
    harness.passes(12)
    (lag,) = harness.offsets.lags()
    assert lag.seconds == 12.0


def test_a_commit_is_progress_and_so_is_a_worker_whose_partitions_are_all_empty(
    harness: Harness,
) -> None:
    harness.answered(committed=5, end=9)
    harness.passes(30)
    harness.answered(committed=5, end=9)
    assert harness.worker_state.idle_for() == 30
    harness.answered(committed=6, end=9)
    assert harness.worker_state.idle_for() == 0
    harness.passes(30)
    harness.answered(committed=9, end=9)
    harness.passes(30)
    harness.answered(committed=9, end=9)
    assert harness.worker_state.idle_for() == 0


def test_one_empty_partition_is_no_progress_beside_one_that_stands_still(harness: Harness) -> None:
    harness.passes(30)
    harness.offsets.answered({FIRST: PartitionOffsets(0, 9, 9), SECOND: PartitionOffsets(0, 9, 5)})
    assert harness.worker_state.idle_for() == 30


async def test_a_broker_that_does_not_answer_is_complained_of_in_time(harness: Harness) -> None:
    harness.answered(committed=5, end=9)
    harness.offsets.asked()
    harness.passes(4)
    assert await harness.offsets.unavailable_reason() is None
    harness.offsets.asked()
    harness.passes(2)
    assert str(await harness.offsets.unavailable_reason()) == "broker: no answer (6 s)"
    harness.answered(committed=5, end=9)
    assert await harness.offsets.unavailable_reason() is None


def test_records_that_retention_removed_are_one_warning_and_are_counted(
    harness: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    for _ in range(3):
        harness.answered(committed=10, end=100, beginning=40)
    assert harness.metrics.counts == [30]
    (record,) = caplog.records
    assert record.getMessage() == (
        "t-0: the records from offset 10 to 39 were deleted before they were read; the topic's "
        "retention is too short"
    )


def test_records_removed_between_two_answers_are_found_by_the_offsets_that_were_read(
    harness: Harness,
) -> None:
    harness.answered(committed=10, end=20)
    harness.offsets.read(FIRST, [raw(10), raw(11)])
    harness.offsets.read(FIRST, [raw(50), raw(51)])
    harness.answered(committed=52, end=60, beginning=50)
    assert harness.metrics.counts == [38]


def test_markers_of_transactions_are_not_taken_for_removed_records(harness: Harness) -> None:
    harness.answered(committed=10, end=20)
    harness.offsets.read(FIRST, [raw(10)])
    harness.offsets.read(FIRST, [raw(12)])
    harness.answered(committed=13, end=20, beginning=0)
    assert harness.metrics.counts == []


async def test_a_position_behind_which_only_markers_came_is_to_be_committed(
    harness: Harness,
) -> None:
    consumer = AIOKafkaConsumer()
    consumer.assign([FIRST])
    consumer._subscription.subscription.assignment.state_value(FIRST).reset_to(13)
    assert harness.offsets.passed(consumer) == {}

    harness.answered(committed=10, end=13)
    assert harness.offsets.passed(consumer) == {FIRST: 13}

    harness.answered(committed=13, end=13)
    assert harness.offsets.passed(consumer) == {}
    await consumer.stop()


async def test_a_position_with_records_below_it_that_are_not_done_is_never_committed(
    harness: Harness,
) -> None:
    consumer = AIOKafkaConsumer()
    consumer.assign([FIRST])
    consumer._subscription.subscription.assignment.state_value(FIRST).reset_to(13)
    harness.offsets.read(FIRST, [raw(10), raw(11)])

    harness.answered(committed=10, end=13)

    assert harness.offsets.passed(consumer) == {}
    await consumer.stop()
