"""A batch is committed when it is done, never before, and never passed over."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, KafkaConnectionError
from aiokafka.structs import ConsumerRecord

from order_projector.adapters.kafka import batch_consumer as module
from order_projector.adapters.kafka.batch_consumer import BatchConsumer
from order_projector.projection.ports import Record
from order_projector.telemetry.worker_state import WorkerState

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
class Scene:
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
def scene() -> Scene:
    return Scene()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.001)


async def test_offsets_after_the_last_records_are_committed_once_the_batch_is_done(
    scene: Scene,
) -> None:
    taking = scene.take(raw(3), raw(4), raw(9, partition=1))
    await scene.projection.begun.wait()
    assert scene.consumer.commits == []

    scene.projection.allowed.set()
    await taking

    assert scene.consumer.commits == [{FIRST: 5, SECOND: 10}]
    (records,) = scene.projection.done
    assert records[2].coordinates.offset == 9
    assert (records[0].key, records[0].value, records[0].headers) == (b"k", b"v", (("h", b"\xff"),))


async def test_nothing_is_committed_of_a_partition_that_stands_still(scene: Scene) -> None:
    scene.projection.allowed.set()
    scene.batch_consumer.withheld = lambda: {("t", 0)}

    await scene.take(raw(3), raw(9, partition=1))

    await scene.take(raw(4))

    assert scene.consumer.commits == [{SECOND: 10}]


async def test_records_of_partitions_that_were_lost_are_dropped_on_entry(scene: Scene) -> None:
    scene.projection.allowed.set()
    scene.consumer.held = {SECOND}

    await scene.take(raw(3), raw(9, partition=1))

    assert [len(records) for records in scene.projection.done] == [1]
    assert scene.consumer.commits == [{SECOND: 10}]


async def test_nothing_is_taken_between_the_loss_of_partitions_and_the_next_share(
    scene: Scene,
) -> None:
    scene.projection.allowed.set()
    await scene.close()
    await scene.take(raw(3))
    assert not scene.projection.done
    assert not scene.consumer.commits

    scene.batch_consumer.resume()
    await scene.take(raw(3))
    assert scene.consumer.commits == [{FIRST: 4}]


async def test_partitions_are_let_go_only_when_the_batch_in_hand_is_committed(
    scene: Scene,
) -> None:
    taking = scene.take(raw(3))
    await scene.projection.begun.wait()
    closing = asyncio.create_task(scene.close())
    await asyncio.sleep(0)
    assert not closing.done()

    scene.projection.allowed.set()
    await closing

    assert taking.done()
    assert scene.consumer.commits == [{FIRST: 4}]
    assert scene.metrics.said == []


async def test_a_batch_that_waits_for_a_service_is_given_up_at_once_and_not_committed(
    scene: Scene,
) -> None:
    taking = scene.take(raw(3))
    await scene.projection.begun.wait()
    scene.worker_state.wait_for("database")

    await scene.close(within=3_600)
    await taking

    assert not scene.projection.done
    assert not scene.consumer.commits
    assert scene.metrics.said == ["rebalance"]


async def test_a_batch_that_takes_too_long_is_given_up_and_not_committed(scene: Scene) -> None:
    taking = scene.take(raw(3))
    await scene.projection.begun.wait()

    await scene.close(within=0.01)
    await taking

    assert scene.consumer.commits == []
    assert scene.metrics.said == ["rebalance"]


async def test_a_batch_that_fails_is_tried_again_and_never_passed_over(scene: Scene) -> None:
    scene.projection.failures = 3
    scene.projection.allowed.set()

    await scene.take(raw(3))

    assert scene.metrics.said == ["failed"] * 3
    assert scene.consumer.commits == [{FIRST: 4}]


@pytest.mark.parametrize("error", [CommitFailedError(), KafkaConnectionError()])
async def test_a_commit_that_fails_is_reported_and_the_next_batch_goes_on(
    scene: Scene, error: Exception
) -> None:
    scene.projection.allowed.set()
    scene.consumer.refuses.append(error)

    await scene.take(raw(3))
    await scene.take(raw(9, partition=1))

    assert scene.metrics.said == [type(error).__name__]
    assert scene.consumer.commits[-1][SECOND] == 10


async def test_a_commit_the_broker_did_not_take_is_paid_when_there_is_nothing_else_to_do(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COMMIT_AGAIN_AFTER", -1.0)
    scene.projection.allowed.set()
    scene.consumer.refuses.append(KafkaConnectionError())
    await scene.take(raw(3))

    await scene.batch_consumer.on_idle(scene.consumer, {})
    await scene.batch_consumer.on_idle(scene.consumer, {})

    assert scene.consumer.commits == [{FIRST: 4}]


async def test_offsets_of_partitions_that_are_somebody_else_s_are_forgotten(scene: Scene) -> None:
    scene.projection.allowed.set()
    scene.consumer.refuses.append(CommitFailedError())
    await scene.take(raw(3))

    await scene.close()

    assert scene.consumer.commits == []


async def test_a_worker_that_is_cancelled_takes_its_batch_down_with_it(scene: Scene) -> None:
    taking = scene.take(raw(3))
    await scene.projection.begun.wait()

    taking.cancel()
    await asyncio.wait({taking})
    scene.projection.allowed.set()
    await asyncio.sleep(0)

    assert taking.cancelled()
    assert not scene.projection.done
    assert not scene.consumer.commits


async def test_what_a_batch_that_was_given_up_has_left_is_cleared_away_when_there_is_nothing_else(
    scene: Scene,
) -> None:
    taking = scene.take(raw(3))
    await scene.projection.begun.wait()
    await scene.close(within=0.01)
    await taking
    scene.projection.allowed.set()

    await scene.batch_consumer.on_idle(scene.consumer, {})
    assert scene.projection.done == []
    scene.batch_consumer.resume()
    await scene.batch_consumer.on_idle(scene.consumer, {})
    await scene.batch_consumer.on_idle(scene.consumer, {})

    assert scene.projection.done == [()]
    assert scene.consumer.commits == []


async def test_a_worker_that_stops_clears_up_what_its_batch_has_left_as_far_as_there_is_time(
    scene: Scene,
) -> None:
    taking = scene.take(raw(3))
    await scene.projection.begun.wait()
    await scene.close(within=0.01)
    await taking

    await scene.batch_consumer.finish_abandoned(within=0.01)
    assert scene.projection.done == []
    scene.projection.allowed.set()
    await scene.batch_consumer.finish_abandoned(within=5.0)
    await scene.batch_consumer.finish_abandoned(within=5.0)

    assert scene.projection.done == [()]


async def test_partitions_that_are_given_to_a_worker_that_ends_are_not_begun_with(
    scene: Scene,
) -> None:
    taking = scene.take(raw(3))
    await scene.projection.begun.wait()
    await scene.batch_consumer.shutdown(scene.consumer, within=0.01)
    await taking
    scene.projection.allowed.set()

    scene.batch_consumer.resume()
    await scene.take(raw(4))
    await scene.batch_consumer.on_idle(scene.consumer, {})

    assert scene.projection.done == []
    assert scene.consumer.commits == []


async def test_markers_of_transactions_are_committed_when_there_is_nothing_else_to_do(
    scene: Scene,
) -> None:
    await scene.batch_consumer.on_idle(scene.consumer, {FIRST: 7})
    assert scene.consumer.commits == [{FIRST: 7}]


async def test_markers_behind_a_batch_that_was_given_up_are_not_committed(scene: Scene) -> None:
    taking = scene.take(raw(3))
    await scene.projection.begun.wait()
    await scene.close(within=0.01)
    await taking

    await scene.batch_consumer.on_idle(scene.consumer, {FIRST: 7})

    assert scene.consumer.commits == []
