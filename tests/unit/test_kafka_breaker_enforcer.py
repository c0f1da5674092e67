"""The consumer stays off the partitions that are held back, and skips none of their records."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from aiokafka.structs import ConsumerRecord

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.consumer import breaker_enforcer as module
from order_projector.adapters.kafka.consumer.breaker_enforcer import BreakerEnforcer
from order_projector.projection.ports import (
    BreakerState,
    HeldBack,
    Partition,
    Record,
    Unavailable,
)
from order_projector.projection.worker_state import WorkerState

FIRST, SECOND = TopicPartition("t", 0), TopicPartition("t", 1)
HELD = HeldBack("t", 0, 5, 8, ("invalid_json", "invalid_json"), "why")
STATE = BreakerState(HELD, datetime(2026, 3, 1, tzinfo=UTC))


@dataclass
class Consumer:
    """A consumer of a log of offsets from `begins` to `ends`, or to `real`, its actual end."""

    held: set[TopicPartition] = field(default_factory=lambda: {FIRST, SECOND})
    stopped: set[TopicPartition] = field(default_factory=set)
    positions: dict[TopicPartition, int] = field(default_factory=lambda: {FIRST: 4, SECOND: 4})
    begins: int = 0
    ends: int = 20
    real: int | None = None
    fails: int = 0
    unreadable_names: int = 0

    def assignment(self) -> set[TopicPartition]:
        return set(self.held)

    def paused(self) -> set[TopicPartition]:
        return set(self.stopped)

    def pause(self, at: TopicPartition) -> None:
        self.stopped.add(at)

    def resume(self, at: TopicPartition) -> None:
        self.stopped.discard(at)

    def seek(self, at: TopicPartition, offset: int) -> None:
        self.positions[at] = offset

    async def position(self, at: TopicPartition) -> int:
        return self.positions[at]

    async def beginning_offsets(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, int]:
        return dict.fromkeys(partitions, self.begins)

    async def end_offsets(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, int]:
        return dict.fromkeys(partitions, self.ends)

    async def getmany(
        self, at: TopicPartition, *, timeout_ms: int, max_records: int
    ) -> Mapping[TopicPartition, list[ConsumerRecord[bytes, bytes]]]:
        del timeout_ms
        assert max_records == 1
        assert at not in self.stopped
        if self.fails:
            self.fails -= 1
            raise KafkaConnectionError("away")
        if self.unreadable_names:
            self.unreadable_names -= 1
            raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no")
        real = self.ends if self.real is None else self.real
        offset = max(self.begins, self.positions[at])
        if offset == real:
            return {}
        if offset > real:  # out of range: start again at the beginning
            offset = self.begins
        self.positions[at] = offset + 1
        return {at: [ConsumerRecord("t", 0, offset, 7, 0, b"k", b"v", None, 1, 1, ())]}


@dataclass
class Holds:
    """Decisions that a test has made."""

    still: set[Partition] = field(default_factory=lambda: {("t", 0)})
    rewind: dict[Partition, int] = field(default_factory=dict)
    to_try: list[BreakerState] = field(default_factory=list)
    judged: list[tuple[int, int]] = field(default_factory=list)
    removed: list[BreakerState] = field(default_factory=list)
    database_away: bool = False

    def closed_to(self, partition: Partition) -> bool:
        return partition in self.still

    def resume_at(self, partition: Partition) -> int | None:
        return self.rewind.pop(partition, None)

    def untried(self) -> list[BreakerState]:
        return list(self.to_try)

    async def judge(self, state: BreakerState, first: Record, last: Record) -> None:
        if self.database_away:
            raise Unavailable("no primary")
        self.to_try.remove(state)
        self.judged.append((first.coordinates.offset, last.coordinates.offset))

    async def release_removed(self, state: BreakerState) -> None:
        self.to_try.remove(state)
        self.removed.append(state)


@dataclass
class Harness:
    """A consumer of two partitions, the first of which is held back."""

    consumer: Consumer = field(default_factory=Consumer)
    holds: Holds = field(default_factory=Holds)
    now: float = 100.0

    def __post_init__(self) -> None:
        self.breaker_enforcer = BreakerEnforcer(self.holds, WorkerState(lambda: self.now))

    async def apply(self) -> None:
        await self.breaker_enforcer.apply(self.consumer)


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch) -> Harness:
    harness = Harness()

    def use_lenient_records(consumer: Consumer, at: TopicPartition) -> None:
        consumer.seek(at, consumer.positions[at])

    monkeypatch.setattr(private_api, "use_lenient_records", use_lenient_records)
    return harness


async def test_only_the_partition_that_stands_still_is_paused(harness: Harness) -> None:
    await harness.apply()

    assert harness.consumer.stopped == {FIRST}


async def test_records_that_were_read_and_not_processed_are_sought_back_to(
    harness: Harness,
) -> None:
    harness.holds.rewind = {("t", 0): 2}

    await harness.apply()

    assert harness.consumer.positions == {FIRST: 2, SECOND: 4}


async def test_a_partition_that_goes_on_is_resumed_where_it_stood(harness: Harness) -> None:
    await harness.apply()
    harness.holds.still.clear()
    harness.holds.rewind = {("t", 0): 3}

    await harness.apply()

    assert harness.consumer.stopped == set()
    assert harness.consumer.positions[FIRST] == 3


async def test_partitions_of_other_workers_are_left_alone(harness: Harness) -> None:
    harness.consumer.held = {SECOND}
    harness.holds.rewind = {("t", 0): 2}
    harness.holds.to_try = [STATE]

    await harness.apply()

    assert harness.consumer.stopped == set()
    assert (harness.holds.judged, harness.holds.removed) == ([], [])


async def test_the_first_and_the_last_record_are_tried_and_the_position_stays(
    harness: Harness,
) -> None:
    harness.holds.to_try = [STATE]

    await harness.apply()

    assert harness.holds.judged == [(5, 8)]
    assert harness.consumer.positions[FIRST] == 4
    assert harness.consumer.stopped == {FIRST}


async def test_where_retention_has_removed_the_first_the_first_that_is_left_is_tried(
    harness: Harness,
) -> None:
    harness.holds.to_try = [STATE]
    harness.consumer.begins = 7

    await harness.apply()

    assert harness.holds.judged == [(7, 8)]


@pytest.mark.parametrize(
    ("begins", "ends", "position"),
    [
        pytest.param(9, 20, 4, id="retention has removed all of it"),
        pytest.param(0, 0, 0, id="a topic made again is empty"),
        pytest.param(0, 3, 0, id="a topic made again is not that long yet"),
        pytest.param(0, 5, 0, id="it ends where the first one stood"),
        pytest.param(0, 8, 0, id="the last record is not there any more"),
        pytest.param(0, 20, 9, id="the group has passed all of it"),
    ],
)
async def test_a_breaker_that_holds_nothing_back_any_more_is_closed(
    begins: int, ends: int, position: int, harness: Harness
) -> None:
    harness.holds.to_try = [STATE]
    harness.consumer.begins, harness.consumer.ends = begins, ends
    harness.consumer.positions[FIRST] = position

    await harness.apply()

    assert (harness.holds.judged, harness.holds.removed) == ([], [STATE])


@pytest.mark.parametrize("reported", [0, 5, 6, 8])
async def test_a_broker_that_reports_too_low_an_end_closes_no_breaker(
    reported: int, harness: Harness
) -> None:
    """After a batch of records, the reported end may be the second offset of that batch."""
    harness.holds.to_try = [STATE]
    harness.consumer.ends, harness.consumer.real = reported, 9

    await harness.apply()

    assert (harness.holds.judged, harness.holds.removed) == ([(5, 8)], [])


async def test_a_trial_that_fails_is_made_again_later_and_holds_the_partition_meanwhile(
    harness: Harness,
) -> None:
    harness.holds.to_try = [STATE]
    harness.consumer.fails = 1

    await harness.apply()
    await harness.apply()
    assert harness.holds.judged == []
    assert (harness.consumer.positions[FIRST], harness.consumer.stopped) == (4, {FIRST})

    harness.now += module.RETRY_AFTER
    await harness.apply()
    assert harness.holds.judged == [(5, 8)]


async def test_a_trial_that_needs_a_database_that_is_away_is_made_again_later(
    harness: Harness,
) -> None:
    harness.holds.to_try, harness.holds.database_away = [STATE], True
    await harness.apply()
    harness.holds.database_away = False
    harness.now += module.RETRY_AFTER

    await harness.apply()

    assert harness.holds.judged == [(5, 8)]


async def test_a_header_name_that_is_no_text_keeps_no_record_from_being_tried(
    harness: Harness,
) -> None:
    harness.holds.to_try = [STATE]
    harness.consumer.unreadable_names = 1

    await harness.apply()

    assert harness.holds.judged == [(5, 8)]


async def test_a_trial_that_fails_is_told_of_without_what_the_record_holds(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def position(_at: TopicPartition) -> int:
        raise UnicodeDecodeError("utf-8", b"ada@example.com\xff", 15, 16, "invalid start byte")

    monkeypatch.setattr(harness.consumer, "position", position)
    harness.holds.to_try = [STATE]

    await harness.apply()

    assert "cannot retry the records held back of t-0 now: UnicodeDecodeError" in caplog.text
    assert "ada@example.com" not in caplog.text
