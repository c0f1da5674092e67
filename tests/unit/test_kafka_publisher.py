"""All messages are acknowledged in order, or publishing is reported as unavailable."""

import asyncio
import gc
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.producer import publisher as module
from order_projector.adapters.kafka.producer.publisher import Message, Publisher
from order_projector.projection.ports import Unavailable


@dataclass(eq=False)
class Producer:
    """A producer that answers when and how a test tells it to."""

    sent: list[bytes] = field(default_factory=list)
    futures: list["asyncio.Future[None]"] = field(default_factory=list)
    sending: asyncio.Event = field(default_factory=asyncio.Event)
    starts: Exception | None = None
    refuses: Exception | None = None
    fails: Exception | None = None
    silent: bool = False
    discarded: bool = False
    settled: float = 0.0

    async def start(self) -> None:
        if self.starts is not None:
            raise self.starts

    async def send(self, _topic: str, **record: Any) -> "asyncio.Future[None]":
        if self.refuses is not None:
            raise self.refuses
        future = asyncio.get_running_loop().create_future()
        self.sent.append(record["key"])
        self.futures.append(future)
        self.sending.set()
        if self.fails is not None:
            future.set_exception(self.fails)
        elif not self.silent:
            future.set_result(None)
        return future


@dataclass
class Harness:
    """A publisher, and the producers that it creates one after the other."""

    producers: list[Producer]
    made: int = 0

    def __post_init__(self) -> None:
        self.publisher = Publisher({}, 0.05, connect=self.connect)

    def connect(self) -> Producer:
        self.made += 1
        return self.producers[self.made - 1]

    async def publish(self, *keys: bytes) -> None:
        await self.publisher.publish([Message("t", key, b"", ()) for key in keys])


@pytest.fixture(autouse=True)
def _discarding(monkeypatch: pytest.MonkeyPatch) -> None:
    async def discard(producer: Producer, settle: float = 0.0) -> None:
        producer.discarded, producer.settled = True, settle

    monkeypatch.setattr(private_api, "discard", discard)
    monkeypatch.setattr(module, "DRAIN_WITHIN", 0.05)


async def test_messages_are_sent_in_their_order_through_one_producer() -> None:
    harness = Harness([Producer()])
    await harness.publish(b"a", b"b")
    await harness.publish(b"c")
    assert harness.producers[0].sent == [b"a", b"b", b"c"]


async def test_a_broker_that_cannot_be_reached_is_unavailable_and_tried_anew() -> None:
    harness = Harness([Producer(starts=KafkaConnectionError("nobody")), Producer()])
    with pytest.raises(Unavailable, match="nobody"):
        await harness.publish(b"a")
    await harness.publish(b"a")
    assert harness.producers[0].discarded
    assert harness.producers[1].sent == [b"a"]


async def test_silence_keeps_the_producer_so_that_nothing_overtakes_what_is_on_its_way() -> None:
    producer = Producer(silent=True)
    harness = Harness([producer])
    with pytest.raises(Unavailable, match="no acknowledgement"):
        await harness.publish(b"a")
    producer.silent = False
    await harness.publish(b"a")
    assert (harness.made, producer.sent, producer.discarded) == (1, [b"a", b"a"], False)


async def test_what_fails_after_the_silence_is_no_error_of_the_log() -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, about: told.append(about))
    producer = Producer(silent=True)
    with pytest.raises(Unavailable, match="no acknowledgement"):
        await Harness([producer]).publish(b"a")

    producer.futures.pop().set_exception(KafkaConnectionError("discarded"))
    await asyncio.sleep(0)
    gc.collect()

    assert told == []


@pytest.mark.parametrize(
    "producer",
    [Producer(fails=KafkaTimeoutError("too late")), Producer(refuses=OSError("too late"))],
    ids=["answered", "refused"],
)
async def test_a_failed_message_is_unavailable_and_its_producer_replaced(
    producer: Producer,
) -> None:
    harness = Harness([producer, Producer()])
    with pytest.raises(Unavailable, match="too late"):
        await harness.publish(b"a", b"b")
    await harness.publish(b"a")
    assert producer.discarded
    assert harness.producers[1].sent == [b"a"]


async def test_a_publication_that_is_given_up_sends_no_more_and_lets_arrive_what_is_sent() -> None:
    producer = Producer(silent=True)
    harness = Harness([producer, Producer()])
    publishing = asyncio.create_task(harness.publish(b"a"))
    await producer.sending.wait()

    publishing.cancel()
    await asyncio.wait({publishing})

    assert publishing.cancelled()
    assert producer.discarded
    assert producer.settled == module.DRAIN_WITHIN
    await harness.publish(b"b")
    assert harness.producers[1].sent == [b"b"]


async def test_publications_that_are_given_up_together_end_their_producer_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended: list[Producer] = []
    ending, arrived = asyncio.Event(), asyncio.Event()

    async def discard(producer: Producer, settle: float = 0.0) -> None:
        del settle
        ended.append(producer)
        ending.set()
        await arrived.wait()

    monkeypatch.setattr(private_api, "discard", discard)
    producer = Producer(silent=True)
    harness = Harness([producer])
    publications = {asyncio.create_task(harness.publish(key)) for key in (b"a", b"b")}
    await producer.sending.wait()
    await asyncio.sleep(0)  # lets the second one send too
    assert sorted(producer.sent) == [b"a", b"b"]

    for publication in publications:
        publication.cancel()
    await ending.wait()
    assert not any(publication.done() for publication in publications)
    arrived.set()
    await asyncio.wait(publications)

    assert ended == [producer]


async def test_stopping_sends_nothing_that_nobody_waits_for_any_more() -> None:
    producer = Producer(silent=True)
    harness = Harness([producer])
    with pytest.raises(Unavailable):
        await harness.publish(b"a")

    await harness.publisher.stop(within=1)

    assert producer.discarded
