"""Offsets are committed up to the first unfinished record, including records processed apart."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from order_projector.adapters.kafka.consumer import batch_consumer as module
from order_projector.adapters.kafka.consumer.batch_consumer import BatchConsumer
from order_projector.projection.ports import Record
from order_projector.projection.worker_state import WorkerState
from tests.unit.batch_consumers import FIRST, SECOND, Consumer, FakeMetrics, completed, raw


@dataclass
class Side:
    """Orders that are processed apart, as a test defines them."""

    left: dict[tuple[str, int], int] = field(default_factory=dict)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    failed: bool = False
    calls: list[str] = field(default_factory=list)

    def is_empty(self) -> bool:
        return not self.left

    def has_failed(self) -> bool:
        return self.failed

    def unfinished(self) -> Mapping[tuple[str, int], int]:
        return dict(self.left)

    async def drained(self) -> None:
        await self.over.wait()

    def cancel(self) -> None:
        self.calls.append("cancelled")
        self.over.set()

    def forget(self) -> None:
        self.calls.append("forgotten")
        self.left.clear()


@dataclass
class Harness:
    """A batch consumer that accepts batches, with orders apart."""

    side: Side = field(default_factory=Side)
    consumer: Consumer = field(default_factory=Consumer)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    now: float = 100.0
    processed: list[int] = field(default_factory=list)
    checked: int = 0

    def __post_init__(self) -> None:
        self.worker_state = WorkerState(lambda: self.now)
        self.batch_consumer = BatchConsumer(
            self.process, self.check, self.worker_state, self.metrics, apart=self.side
        )
        self.batch_consumer.resume()

    async def process(self, records: Sequence[Record]) -> None:
        self.processed.append(len(records))

    async def check(self) -> None:
        self.checked += 1

    async def take(self, *batch: Any) -> None:
        await self.batch_consumer.consume(self.consumer, batch)
        await completed(self.batch_consumer)

    async def idle(self) -> None:
        self.now += module.COMMIT_AGAIN_AFTER + 1
        await self.batch_consumer.on_idle(self.consumer, {})
        await completed(self.batch_consumer)


@pytest.fixture
def harness() -> Harness:
    return Harness()


async def test_nothing_beyond_an_unfinished_event_is_committed(harness: Harness) -> None:
    harness.side.left = {("t", 0): 4}
    await harness.take(raw(3), raw(4), raw(5), raw(9, partition=1))
    await harness.take(raw(6))

    assert harness.consumer.commits == [{FIRST: 4, SECOND: 10}]


async def test_what_was_done_apart_is_committed_though_no_record_comes(harness: Harness) -> None:
    harness.side.left = {("t", 0): 4}
    await harness.take(raw(3), raw(4), raw(5))
    harness.side.left = {("t", 0): 5}
    await harness.idle()
    harness.side.left = {}
    await harness.idle()
    await harness.idle()

    assert harness.consumer.commits == [{FIRST: 4}, {FIRST: 5}, {FIRST: 6}]


async def test_a_share_ends_when_what_is_apart_is_done_and_committed(harness: Harness) -> None:
    harness.side.left = {("t", 0): 3}
    await harness.take(raw(3))

    closing = asyncio.create_task(harness.batch_consumer.pause(harness.consumer, 5.0, "rebalance"))
    await asyncio.sleep(0.01)
    assert harness.side.calls == []
    harness.side.left = {}
    harness.side.over.set()
    await closing

    assert harness.consumer.commits == [{FIRST: 3}, {FIRST: 4}]
    assert harness.side.calls == ["cancelled", "forgotten"]
    assert harness.metrics.said == []


async def test_what_is_apart_too_long_is_given_up_uncommitted(harness: Harness) -> None:
    harness.side.left = {("t", 0): 3}
    await harness.take(raw(3), raw(9, partition=1))

    await harness.batch_consumer.shutdown(harness.consumer, 0.0)

    assert harness.consumer.commits == [{FIRST: 3, SECOND: 10}]
    assert harness.side.calls == ["cancelled", "forgotten"]
    assert harness.metrics.said == ["shutdown"]


async def test_a_shutdown_that_is_cut_short_cancels_what_is_apart(harness: Harness) -> None:
    harness.side.left = {("t", 0): 3}
    ending = asyncio.create_task(harness.batch_consumer.shutdown(harness.consumer, 60.0))
    await asyncio.sleep(0.01)
    ending.cancel()
    await asyncio.wait({ending})

    assert harness.side.calls == ["cancelled"]


async def test_a_share_that_ends_while_the_worker_stops_is_not_committed_beyond_what_is_apart(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.side.left = {("t", 0): 3}
    await harness.take(raw(3), raw(9, partition=1))
    draining = asyncio.Event()
    monkeypatch.setattr(BatchConsumer, "_drain", _held_up(BatchConsumer._drain, draining))

    stopping = asyncio.create_task(harness.batch_consumer.shutdown(harness.consumer, 0.0))
    await asyncio.sleep(0)
    await harness.batch_consumer.pause(harness.consumer, 0.0, "rebalance")
    draining.set()
    await stopping

    assert harness.consumer.commits == [{FIRST: 3, SECOND: 10}]


def _held_up(drain: Any, until: asyncio.Event) -> Any:
    """Delay the first drain until the event is set."""
    calls = list[str]()

    async def held_up(batch_consumer: BatchConsumer, task: Any, deadline: float, why: str) -> None:
        calls.append(why)
        if len(calls) == 1:
            await until.wait()
        await drain(batch_consumer, task, deadline, why)

    return held_up


async def test_what_was_given_up_apart_is_followed_up_by_the_next_call(harness: Harness) -> None:
    harness.side.left = {("t", 0): 3}
    await harness.batch_consumer.pause(harness.consumer, 0.0, "rebalance")
    harness.batch_consumer.resume()
    await harness.idle()

    assert harness.checked == 1


async def test_what_has_failed_apart_is_looked_at_though_no_record_comes(harness: Harness) -> None:
    harness.side.failed = True
    await harness.idle()

    assert harness.processed == [0]
