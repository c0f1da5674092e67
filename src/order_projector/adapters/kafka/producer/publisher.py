"""Publish many messages and wait until all of them are acknowledged.

FastStream's own `publish` is not used: it adds headers that are not in the contract, cannot carry
the original headers of a dead letter (bytes, repeated, null), and is half as fast.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    IllegalOperation,
    KafkaError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
)
from aiokafka.partitioner import DefaultPartitioner

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.connection.options import client_options, milliseconds
from order_projector.projection.ports import Coordinates, Unavailable
from order_projector.projection.waiting import waiting_for
from order_projector.settings import Settings

_log: Final = logging.getLogger(__name__)

Headers = tuple[tuple[str, bytes | None], ...]

_partition_of: Final = DefaultPartitioner()

DRAIN_WITHIN: Final = 5.0
"""Seconds for in-flight messages to be acknowledged before their producer is closed."""


@dataclass(frozen=True, slots=True)
class Message:
    """One record to publish; the key decides the partition."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


class Send(Protocol):
    """Hands a message to the producer; returns the future of its acknowledgement.

    Called for each message of a call, in order, and cancelled if they take too long together. May
    wait for the topic's metadata or for room in the producer. Raises `MessageSizeTooLargeError`
    for this message only, and another error of aiokafka for the producer.
    """

    async def __call__(
        self, producer: AIOKafkaProducer, message: Message, /
    ) -> asyncio.Future[Any]: ...


def producer_options(settings: Settings) -> dict[str, Any]:
    """Return the producer's options: acknowledged by all in-sync replicas, in large batches."""
    compression = settings.kafka_compression
    return client_options(settings) | {
        "acks": "all",
        "enable_idempotence": settings.kafka_enable_idempotence,
        "compression_type": None if compression == "none" else compression,
        "max_request_size": settings.kafka_max_request_size,
        # with aiokafka's default of 16 kB, every eight orders take a round trip
        "max_batch_size": min(524_288, settings.kafka_max_request_size),
        "request_timeout_ms": milliseconds(settings.kafka_request_timeout),
    }


class Connect(Protocol):
    """Creates a producer from the options, without connecting it.

    Called for the first producer and for each that replaces one; it does no I/O.
    """

    def __call__(self, *args: Any, **options: Any) -> AIOKafkaProducer: ...


@dataclass(slots=True)
class Publisher:
    """Publishes through one producer, and replaces it after an unrecoverable error."""

    options: dict[str, Any]
    within: float
    """Seconds within which all messages of one call must be acknowledged."""
    connect: Connect = AIOKafkaProducer
    _producer: AIOKafkaProducer | None = None
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _discarding: dict[AIOKafkaProducer, asyncio.Task[None]] = field(default_factory=dict)

    async def start(self) -> None:
        """Connect, or raise `Unavailable`."""
        await self._started()

    async def topics(self) -> Collection[str]:
        """Ask the broker for its topics, or raise `Unavailable`."""
        producer = await self._started()
        try:
            async with self._in_time():
                cluster = await producer.client.fetch_all_metadata()
        except (KafkaError, OSError, TimeoutError) as error:
            raise Unavailable(_reason(error)) from error
        topics: Collection[str] = cluster.topics()
        return topics

    async def publish(self, messages: Sequence[Message]) -> Sequence[Message]:
        """Send in this order; return the oversized messages once all others are acknowledged.

        No oversized message is published. Raises `Unavailable` if an acknowledgement is missing:
        then any of the messages may have been published.
        """
        oversized, uncertain = await self._publish(messages, _send)
        for message in uncertain:  # a broker rejects a whole batch, which may hold many
            oversized += chain.from_iterable(await self._publish([message], _send_alone))
        return oversized

    async def publish_one(self, message: Message) -> Coordinates | None:
        """Send one message; return its place once it is acknowledged, None if it is oversized.

        Raises `Unavailable` as `publish`.
        """
        places = list[Coordinates]()

        async def send(producer: AIOKafkaProducer, message: Message) -> asyncio.Future[Any]:
            future = await _send_alone(producer, message)
            future.add_done_callback(lambda done: places.extend(_place(done)))
            return future

        oversized, uncertain = await self._publish([message], send)
        return None if oversized or uncertain or not places else places[0]

    async def _publish(
        self, messages: Sequence[Message], send: Send
    ) -> tuple[list[Message], list[Message]]:
        """Return the messages that the producer rejects, and those in oversized batches."""
        producer = await self._started()
        oversized, pending = list[Message](), dict[asyncio.Future[Any], Message]()
        try:
            async with self._in_time():
                for message in messages:
                    try:
                        pending[await send(producer, message)] = message
                    except MessageSizeTooLargeError:
                        oversized.append(message)
                if pending:
                    await asyncio.wait(pending)
        except TimeoutError:
            # In-flight messages stay with this producer, ahead of all later ones: a new producer
            # could overtake them, and an older state of an order would be its last record.
            for future in pending:
                future.add_done_callback(lambda late: _failures([late]))
            raise Unavailable(f"no acknowledgement within {self.within:g} s") from None
        except asyncio.CancelledError:
            await self._drain(producer, pending)
            raise
        except (KafkaError, IllegalOperation, OSError) as error:
            await self._drain(producer, pending)
            raise Unavailable(_reason(error)) from error
        return oversized, await self._too_large(producer, pending)

    async def _too_large(
        self, producer: AIOKafkaProducer, answered: Mapping[asyncio.Future[Any], Message]
    ) -> list[Message]:
        """Return the messages of batches too large for the broker, and those queued behind them.

        A failed batch leaves a gap in an idempotent producer's sequence numbers, so the broker
        rejects every later batch of this producer. Any other failure is raised.
        """
        failures = _failures(answered)
        if failures:
            await self._discard(producer, DRAIN_WITHIN)
        too_large = any(isinstance(it, MessageSizeTooLargeError) for it in failures.values())
        explained = (MessageSizeTooLargeError, OutOfOrderSequenceNumber) if too_large else ()
        for error in failures.values():
            if not isinstance(error, explained):
                raise Unavailable(_reason(error)) from error
        return [answered[future] for future in failures]

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        with waiting_for("broker"):
            async with asyncio.timeout(self.within):
                yield

    async def stop(self, within: float) -> None:
        """Wait ``within`` seconds for in-flight messages; discard unsent ones.

        No caller waits for those any more: sent now, they could arrive after another worker's.
        """
        if self._producer is not None:
            await self._discard(self._producer, within)

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = self.connect(**self.options)
                try:
                    async with self._in_time():
                        await producer.start()
                except (KafkaError, OSError, TimeoutError) as error:
                    await private_api.discard(producer)
                    raise Unavailable(_reason(error)) from error
                except BaseException:
                    await private_api.discard(producer)
                    raise
                self._producer = producer
            return self._producer

    async def _drain(
        self, producer: AIOKafkaProducer, pending: Collection[asyncio.Future[Any]]
    ) -> None:
        """Wait for in-flight messages; discard unsent ones.

        Nothing compares these announcements with the store afterwards, so they must not arrive
        after later ones, as they could if the producer kept retrying them.
        """
        await self._discard(producer, DRAIN_WITHIN)
        _failures(pending)

    async def _discard(self, producer: AIOKafkaProducer, drain_within: float) -> None:
        """Stop a producer exactly once: a second stop would cancel what the first one drains."""
        if self._producer is producer:
            self._producer = None
        discarding = self._discarding.get(producer)
        if discarding is None:
            discarding = asyncio.create_task(private_api.discard(producer, drain_within))
            self._discarding[producer] = discarding
            discarding.add_done_callback(lambda _: self._discarding.pop(producer))
        await asyncio.shield(discarding)


async def _send(producer: AIOKafkaProducer, message: Message) -> asyncio.Future[Any]:
    if message.key is None and message.value is None:  # legal, but rejected by `send`
        return await _send_alone(producer, message)
    future: asyncio.Future[Any] = await producer.send(
        message.topic, key=message.key, value=message.value, headers=list(message.headers)
    )
    return future


async def _send_alone(producer: AIOKafkaProducer, message: Message) -> asyncio.Future[Any]:
    """Send a message in a batch of its own, to the partition of its key."""
    batch = producer.create_batch()
    batch.append(
        key=message.key, value=message.value, timestamp=None, headers=list(message.headers)
    )
    partitions = sorted(await producer.partitions_for(message.topic))
    future: asyncio.Future[Any] = await producer.send_batch(
        batch, message.topic, partition=_partition_of(message.key, partitions, partitions)
    )
    return future


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition to which a key is published."""
    numbers = list(range(partitions))
    return int(_partition_of(key, numbers, numbers))


def _place(future: asyncio.Future[Any]) -> Iterator[Coordinates]:
    """Yield where an acknowledged message stands."""
    if not future.cancelled() and future.exception() is None:
        stored = future.result()
        yield Coordinates(stored.topic, stored.partition, stored.offset)


def _failures(
    futures: Iterable[asyncio.Future[Any]],
) -> dict[asyncio.Future[Any], BaseException]:
    """Return the errors; retrieve all, so that none is logged as never retrieved."""
    errors = {
        future: future.exception() for future in futures if future.done() and not future.cancelled()
    }
    return {future: error for future, error in errors.items() if error is not None}


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
