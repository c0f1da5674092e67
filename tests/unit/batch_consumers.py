"""A batch consumer with fakes for its collaborators."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord

from order_projector.adapters.kafka.consumer.batch_consumer import BatchConsumer
from order_projector.projection.ports import Record
from order_projector.projection.worker_state import WorkerState

FIRST, SECOND = TopicPartition("t", 0), TopicPartition("t", 1)


def raw(offset: int, partition: int = 0) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord("t", partition, offset, 7, 0, b"k", b"v", None, 1, 1, (("h", b"\xff"),))


@dataclass
class Consumer:
    """A fake consumer that holds partitions, and accepts or rejects commits."""

    held: set[TopicPartition] = field(default_factory=lambda: {FIRST, SECOND})
    commits: list[dict[TopicPartition, int]] = field(default_factory=list)
    refuses: list[Exception] = field(default_factory=list)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    """Commits are answered while this is set."""
    asked: int = 0
    """Number of commits sent."""
    in_flight: int = 0
    at_once: int = 0
    """Largest number of commits in flight at the same time."""

    def __post_init__(self) -> None:
        self.answers.set()

    def assignment(self) -> set[TopicPartition]:
        return self.held

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if not offsets:
            raise ValueError(offsets)  # as aiokafka does
        self.asked += 1
        self.in_flight += 1
        self.at_once = max(self.at_once, self.in_flight)
        await asyncio.sleep(0)
        await self.answers.wait()
        self.in_flight -= 1
        if self.refuses:
            raise self.refuses.pop(0)
        self.commits.append(offsets)


@dataclass
class FakeMetrics:
    """Metrics that record what was reported."""

    said: list[str] = field(default_factory=list)

    def abandoned(self, reason: str) -> None:
        self.said.append(reason)

    def batch_failed(self) -> None:
        self.said.append("failed")

    def stage(self, stage: str, seconds: float) -> None:
        assert stage == "commit"
        assert seconds >= 0

    def commit_failed(self, error: BaseException) -> None:
        self.said.append(type(error).__name__)


@dataclass
class Projection:
    """A projection that processes a batch once allowed, after a number of failures."""

    allowed: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    failures: int = 0
    done: list[Sequence[Record]] = field(default_factory=list)
    checked: int = 0
    """Number of completed checks of the announcements."""
    checks_allowed: asyncio.Event = field(default_factory=asyncio.Event)
    check_failures: int = 0
    _check_only: int = 0

    def __post_init__(self) -> None:
        self.checks_allowed.set()

    async def check_announcements(self) -> None:
        await self.checks_allowed.wait()
        if self._check_only:
            self._check_only -= 1
            if not self._check_only:
                self.checks_allowed.clear()
        if self.check_failures:
            self.check_failures -= 1
            raise RuntimeError("no known reason")
        self.checked += 1

    def check_only(self, count: int) -> None:
        """Allow this number of checks."""
        self._check_only = count
        self.checks_allowed.set()

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
            self.projection.process,
            self.projection.check_announcements,
            self.worker_state,
            self.metrics,
        )
        self.batch_consumer.resume()

    def take(self, *batch: Any) -> "asyncio.Task[None]":
        """Start a batch; the task ends when the batch is completed."""
        return asyncio.create_task(self._take(batch))

    async def _take(self, batch: Sequence[Any]) -> None:
        await self.batch_consumer.consume(self.consumer, batch)
        await self.completed()

    async def idle(self, passed: dict[TopicPartition, int] | None = None) -> None:
        """Complete what is pending, as after a poll without records."""
        await self.batch_consumer.on_idle(self.consumer, passed or {})
        await self.completed()

    async def completed(self) -> None:
        await completed(self.batch_consumer)

    async def close(self, within: float = 5.0) -> None:
        await self.batch_consumer.pause(self.consumer, within, "rebalance")


async def completed(batch_consumer: BatchConsumer) -> None:
    """Wait until neither a check nor a commit is in progress."""
    completion = batch_consumer._completion
    while tasks := [
        each.task for each in (completion._checks, completion._commits) if each.task is not None
    ]:
        await asyncio.wait(tasks)
