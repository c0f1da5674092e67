"""A message too large for the broker is reported as such, and all others are published."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import MessageSizeTooLargeError, OutOfOrderSequenceNumber
from aiokafka.partitioner import DefaultPartitioner

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.producer.publisher import Message, Publisher
from order_projector.projection.ports import Unavailable


@dataclass(eq=False)
class Producer:
    """A producer that batches concurrent messages; the broker takes or rejects a batch as a whole.

    After a rejected batch, the broker takes none from this producer until it is restarted.
    """

    own_limit: int
    brokers_limit: int
    most_in_a_batch: int = 100
    has_gap: bool = False
    taken: list[bytes] = field(default_factory=list)
    partitions: list[int] = field(default_factory=list)
    _batch: list[tuple[bytes, "asyncio.Future[None]"]] = field(default_factory=list)

    async def start(self) -> None:
        self.has_gap = False

    async def send(self, _topic: str, *, value: bytes, **_: Any) -> "asyncio.Future[None]":
        if len(value) > self.own_limit:
            raise MessageSizeTooLargeError(f"{len(value)} bytes")
        future = asyncio.get_running_loop().create_future()
        if not self._batch:
            asyncio.get_running_loop().call_soon(self._flush)
        self._batch.append((value, future))
        return future

    def create_batch(self) -> Any:
        values = list[bytes]()
        return SimpleNamespace(values=values, append=lambda value, **_: values.append(value))

    async def partitions_for(self, _topic: str) -> set[int]:
        return {2, 0, 1}

    async def send_batch(self, batch: Any, _topic: str, partition: int) -> "asyncio.Future[None]":
        self.partitions.append(partition)
        future = asyncio.get_running_loop().create_future()
        self._answer([(batch.values[0], future)])
        return future

    def _flush(self) -> None:
        while self._batch:
            batch = self._batch[: self.most_in_a_batch]
            del self._batch[: self.most_in_a_batch]
            self._answer(batch)

    def _answer(self, batch: list[tuple[bytes, "asyncio.Future[None]"]]) -> None:
        if self.has_gap:
            for _, future in batch:
                future.set_exception(OutOfOrderSequenceNumber())
        elif sum(len(value) for value, _ in batch) > self.brokers_limit:
            self.has_gap = True
            for _, future in batch:
                future.set_exception(MessageSizeTooLargeError())
        else:
            for value, future in batch:
                self.taken.append(value)
                future.set_result(None)


@pytest.fixture(autouse=True)
def _discarding(monkeypatch: pytest.MonkeyPatch) -> None:
    async def discard(producer: Producer, settle: float = 0.0) -> None:
        del producer, settle

    monkeypatch.setattr(private_api, "discard", discard)


async def published(producer: Producer, *sizes: int) -> list[int]:
    """Publish messages of these sizes; return the sizes of those given back as too large."""
    publisher = Publisher({}, 1.0, connect=lambda: producer)
    messages = [Message("t", b"k%d" % at, b"x" * size, ()) for at, size in enumerate(sizes)]
    return [len(message.value or b"") for message in await publisher.publish(messages)]


async def test_a_message_larger_than_a_request_may_be_is_given_back_and_the_others_go() -> None:
    producer = Producer(own_limit=100, brokers_limit=1_000)

    assert await published(producer, 10, 101, 20) == [101]
    assert producer.taken == [b"x" * 10, b"x" * 20]


async def test_a_batch_too_large_for_the_broker_goes_message_by_message() -> None:
    producer = Producer(own_limit=1_000, brokers_limit=100)

    assert await published(producer, 60, 101, 70) == [101]
    assert producer.taken == [b"x" * 60, b"x" * 70]


async def test_what_follows_a_batch_too_large_is_published_as_well() -> None:
    producer = Producer(own_limit=1_000, brokers_limit=100, most_in_a_batch=2)

    assert await published(producer, 10, 20, 101, 30, 40, 50, 60) == [101]
    assert producer.taken == [b"x" * size for size in (10, 20, 30, 40, 50, 60)]


async def test_a_broken_sequence_without_anything_too_large_is_unavailable() -> None:
    producer = Producer(own_limit=1_000, brokers_limit=100)
    publisher = Publisher({}, 1.0, connect=lambda: producer)
    await publisher.start()
    producer.has_gap = True

    with pytest.raises(Unavailable, match="OutOfOrderSequenceNumber"):
        await publisher.publish([Message("t", b"k", b"x", ())])


async def test_alone_a_message_goes_where_it_would_have_gone_with_the_others() -> None:
    producer = Producer(own_limit=1_000, brokers_limit=100)

    assert await published(producer, 60, 60, 60) == []
    assert producer.partitions == [
        DefaultPartitioner()(b"k%d" % at, [0, 1, 2], [0, 1, 2]) for at in range(3)
    ]
