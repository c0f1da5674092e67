"""Partitions are read one by one: none can hide, delay or lose the records of another."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import (
    ConsumerStoppedError,
    CorruptRecordException,
    KafkaError,
    TopicAuthorizationFailedError,
)
from aiokafka.structs import ConsumerRecord

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.consumer import poller as module
from order_projector.adapters.kafka.consumer.batch_consumer import BatchConsumer
from order_projector.adapters.kafka.consumer.offsets import Offsets
from order_projector.adapters.kafka.consumer.poller import Poller
from order_projector.projection.worker_state import WorkerState

FIRST, SECOND = TopicPartition("t", 0), TopicPartition("t", 1)

Found = dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]]


def raw(at: TopicPartition, offset: int) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(at.topic, at.partition, offset, 7, 0, None, b"", None, -1, 0, ())


@dataclass
class Consumer:
    """A fake consumer that returns its partitions' records, and fails where a test says so."""

    logs: Found = field(default_factory=lambda: {FIRST: [], SECOND: []})
    broken: dict[TopicPartition, Exception] = field(default_factory=dict)
    dead: Exception | None = None
    before: Callable[[TopicPartition], Awaitable[None]] | None = None
    waits: int = 0

    def assignment(self) -> frozenset[TopicPartition]:
        return frozenset(self.logs)

    async def getmany(self, *only: TopicPartition, timeout_ms: int, max_records: int) -> Found:
        await asyncio.sleep(0)
        if self.dead is not None:
            raise self.dead
        self.waits += timeout_ms > 0
        found: Found = {}
        for partition in only or self.logs:
            if partition in self.broken:
                raise self.broken[partition]
            if self.before is not None and only:
                await self.before(partition)
            log = self.logs[partition]
            taken, self.logs[partition] = log[:max_records], log[max_records:]
            max_records -= len(taken)
            if taken:
                found[partition] = taken
            if not max_records:
                break
        return found


@dataclass
class FakeMetrics:
    """Metrics that record what was reported."""

    said: list[str] = field(default_factory=list)

    def poll_failed(self, error: BaseException) -> None:
        self.said.append(type(error).__name__)

    def waiting_for(self, service: str, reason: str) -> None:
        self.said.append(f"waiting for {service}: {reason}")

    def resumed(self, service: str) -> None:
        self.said.append(f"{service} is back")

    def abandoned(self, reason: str) -> None: ...
    def batch_failed(self) -> None: ...
    def commit_failed(self, error: BaseException) -> None: ...
    def stage(self, stage: str, seconds: float) -> None: ...
    def removed(self, count: int) -> None: ...


@dataclass
class Harness:
    """A poller with a consumer whose group answers."""

    consumer: Consumer = field(default_factory=Consumer)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    worker_state: WorkerState = field(default_factory=WorkerState)
    restart: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        async def process(_records: Any) -> None: ...
        async def check_announcements() -> None: ...
        async def enforce_breakers(_consumer: Any) -> None: ...

        self.batch_consumer = BatchConsumer(
            process, check_announcements, self.worker_state, self.metrics
        )
        offsets = Offsets(self.metrics, self.worker_state, silent_after=5.0)
        self.poller = Poller(
            self.batch_consumer,
            offsets,
            self.worker_state,
            self.metrics,
            10,
            1,
            self.restart,
            enforce_breakers,
        )

    async def poll(self) -> list[tuple[int, int]]:
        return [(it.partition, it.offset) for it in await self.poller.poll(self.consumer)]

    async def polls(self, count: int) -> list[tuple[int, int]]:
        return [each for _ in range(count) for each in await self.poll()]


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch) -> Harness:
    monkeypatch.setattr(module, "POLL_FAILED", replace(module.POLL_FAILED, first=0.0))
    monkeypatch.setattr(private_api, "reaches_group", lambda _consumer: True)
    return Harness()


async def test_a_batch_holds_records_of_all_partitions_each_in_its_order(harness: Harness) -> None:
    harness.consumer.logs = {
        FIRST: [raw(FIRST, 1), raw(FIRST, 2)],
        SECOND: [raw(SECOND, 7), raw(SECOND, 8)],
    }
    polled = await harness.poll()
    assert sorted(polled) == [(0, 1), (0, 2), (1, 7), (1, 8)]
    assert polled.index((0, 1)) < polled.index((0, 2))
    assert polled.index((1, 7)) < polled.index((1, 8))
    assert await harness.poll() == []


async def test_a_batch_has_its_limit_and_no_partition_starves(harness: Harness) -> None:
    harness.consumer.logs = {each: [raw(each, n) for n in range(100)] for each in (FIRST, SECOND)}
    batches = [await harness.poll() for _ in range(4)]
    assert [len(batch) for batch in batches] == [10] * 4
    assert {partition for partition, _ in batches[0] + batches[1]} == {0, 1}


async def test_a_partition_that_cannot_be_read_costs_its_neighbour_nothing(
    harness: Harness,
) -> None:
    harness.consumer.logs = {FIRST: [raw(FIRST, 1), raw(FIRST, 2)], SECOND: [raw(SECOND, 7)]}
    harness.consumer.broken[SECOND] = CorruptRecordException("bad checksum")

    assert await harness.polls(5) == [(0, 1), (0, 2)]
    assert list(harness.worker_state.unreadable_partitions) == ["t-1"]
    assert not harness.restart.is_set()

    harness.consumer.broken.clear()
    assert await harness.polls(3) == [(1, 7)]
    assert harness.worker_state.unreadable_partitions == {}


async def test_a_partition_that_fails_no_more_is_readable_again_though_nothing_comes(
    harness: Harness,
) -> None:
    time = 100.0
    harness.worker_state.clock = lambda: time
    harness.consumer.broken[SECOND] = TopicAuthorizationFailedError("t")
    await harness.polls(3)
    assert list(harness.worker_state.unreadable_partitions) == ["t-1"]

    harness.consumer.broken.clear()
    await harness.polls(3)
    assert list(harness.worker_state.unreadable_partitions) == ["t-1"]

    time += module.POLL_FAILED.cap + module.RECOVERED_AFTER
    await harness.polls(2)
    assert harness.worker_state.unreadable_partitions == {}


async def test_records_read_before_partitions_moved_are_left_to_be_read_again(
    harness: Harness,
) -> None:
    harness.consumer.logs = {FIRST: [raw(FIRST, 1)], SECOND: [raw(SECOND, 7), raw(SECOND, 8)]}

    async def rebalance(partition: TopicPartition) -> None:
        if partition == SECOND:
            await harness.batch_consumer.pause(None, 0, "rebalance")

    harness.consumer.before = rebalance
    assert (0, 1) not in await harness.poll()


async def test_a_consumer_that_never_recovers_is_made_anew(harness: Harness) -> None:
    harness.consumer.dead = KafkaError("the coordinator is gone")

    await harness.polls(module.RESTART_AFTER)

    assert harness.restart.is_set()
    assert "waiting for broker: the group cannot be reached" in harness.metrics.said
    harness.consumer.dead = None
    harness.consumer.logs[FIRST] = [raw(FIRST, 1)]
    assert await harness.polls(3) == [(0, 1)]
    assert harness.metrics.said[-1] == "broker is back"


async def test_a_worker_without_partitions_waits_for_the_broker_no_longer_than_it_must(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ONE_BY_ONE_FOR", 0.0)
    harness.consumer.logs.clear()
    harness.consumer.dead = KafkaError("for a moment")
    await harness.poll()
    harness.consumer.dead = None

    assert await harness.poll() == []

    assert harness.metrics.said == [
        "KafkaError",
        "waiting for broker: the group cannot be reached",
        "broker is back",
    ]


async def test_partitions_that_were_taken_away_take_their_troubles_with_them(
    harness: Harness,
) -> None:
    harness.consumer.broken = {FIRST: KafkaError("away"), SECOND: KafkaError("away")}
    await harness.polls(2)
    assert harness.metrics.said[-1] == "waiting for broker: the group cannot be reached"

    await harness.batch_consumer.pause(None, 1.0, "rebalance")
    harness.consumer.logs.clear()
    await harness.poll()

    assert harness.metrics.said[-1] == "broker is back"


async def test_a_partition_that_moves_while_it_is_asked_takes_its_trouble_with_it_too(
    harness: Harness,
) -> None:
    await harness.batch_consumer.pause(None, 1.0, "rebalance")
    harness.consumer.broken[SECOND] = KafkaError("not ours any more")
    await harness.polls(3)
    assert list(harness.worker_state.unreadable_partitions) == ["t-1"]

    del harness.consumer.logs[SECOND]
    await harness.poll()

    assert harness.worker_state.unreadable_partitions == {}


async def test_a_consumer_that_was_stopped_ends_the_loop(harness: Harness) -> None:
    harness.consumer.dead = ConsumerStoppedError()
    with pytest.raises(ConsumerStoppedError):
        await harness.poll()


async def test_a_group_that_cannot_be_reached_is_waited_for(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private_api, "reaches_group", lambda _consumer: False)
    await harness.polls(3)
    assert harness.metrics.said == ["waiting for broker: the group cannot be reached"]
    harness.consumer.logs[FIRST] = [raw(FIRST, 1)]
    await harness.poll()
    assert harness.metrics.said == [
        "waiting for broker: the group cannot be reached",
        "broker is back",
    ]


async def test_what_is_told_of_a_long_invalid_header_name_is_short(
    harness: Harness, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exception's own repr holds the whole name, with four characters for each byte."""
    monkeypatch.setattr(private_api, "use_lenient_records", lambda *_: None)
    name = b"\xff" * 300_000
    harness.consumer.broken[FIRST] = UnicodeDecodeError("utf-8", name, 0, 1, "invalid start byte")
    for _ in range(3):
        await harness.poll()
    messages = [
        record.getMessage()
        for record in caplog.records
        if "UnicodeDecodeError" in record.getMessage()
    ]
    assert messages
    assert max(map(len, messages)) <= 1_100
    assert all(len(why) <= 1_000 for why in harness.worker_state.unreadable_partitions.values())
