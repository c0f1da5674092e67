"""The producer: many messages out, and not a step further before all are acknowledged.

FastStream's own `publish` is not used: it adds headers to the ones the contract names, cannot carry
a dead letter's original ones (bytes, repeated, null), and is half as fast.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    IllegalOperation,
    KafkaError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
)
from aiokafka.partitioner import DefaultPartitioner

from order_projector.adapters.kafka import private_api
from order_projector.adapters.kafka.connection import client_options, milliseconds
from order_projector.projection.ports import Unavailable
from order_projector.settings import Settings

_log: Final = logging.getLogger(__name__)

Headers = tuple[tuple[str, bytes | None], ...]

_partition_of: Final = DefaultPartitioner()

SETTLE_WITHIN: Final = 5.0
"""Seconds that messages on their way are given to arrive before their producer is cut off."""


@dataclass(frozen=True, slots=True)
class Message:
    """One record to publish; the key decides the partition."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


Send = Callable[[AIOKafkaProducer, Message], Awaitable[asyncio.Future[Any]]]


def producer_options(settings: Settings) -> dict[str, Any]:
    """Options of the producer: acknowledged by all in-sync replicas, in big batches."""
    compression = settings.kafka_compression
    return client_options(settings) | {
        "acks": "all",
        "enable_idempotence": settings.kafka_enable_idempotence,
        "compression_type": None if compression == "none" else compression,
        "max_request_size": settings.kafka_max_request_size,
        # aiokafka's 16 kB make a round trip of every eight orders
        "max_batch_size": min(524_288, settings.kafka_max_request_size),
        "request_timeout_ms": milliseconds(settings.kafka_request_timeout),
    }


@dataclass(slots=True)
class Publisher:
    """Publishes through one producer, and makes a new one when that is beyond repair."""

    options: dict[str, Any]
    within: float
    """Seconds for all messages of one publication to be acknowledged."""
    connect: Callable[..., AIOKafkaProducer] = AIOKafkaProducer
    """Makes a producer of the options."""
    _producer: AIOKafkaProducer | None = None
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _ending: dict[AIOKafkaProducer, asyncio.Task[None]] = field(default_factory=dict)

    async def start(self) -> None:
        """Connects, or raises `Unavailable`."""
        await self._started()

    async def publish(self, messages: Sequence[Message]) -> Sequence[Message]:
        """Sends in this sequence; returns when every message is acknowledged that is not too large.

        Gives those that are, none of which was published. Raises `Unavailable` when an
        acknowledgement is missing: then some, or all, may have been published.
        """
        refused, doubtful = await self._publish(messages, _send)
        for message in doubtful:  # a broker answers for a whole batch, which may hold many
            refused += chain.from_iterable(await self._publish([message], _send_alone))
        return refused

    async def _publish(
        self, messages: Sequence[Message], send: Send
    ) -> tuple[list[Message], list[Message]]:
        """Gives the messages that the producer has refused, and those in batches too large."""
        producer = await self._started()
        refused, pending = list[Message](), dict[asyncio.Future[Any], Message]()
        try:
            async with asyncio.timeout(self.within):
                for message in messages:
                    try:
                        pending[await send(producer, message)] = message
                    except MessageSizeTooLargeError:
                        refused.append(message)
                if pending:
                    await asyncio.wait(pending)
        except TimeoutError:
            # What is on its way stays with this producer, ahead of all that follows it: a new
            # producer could overtake it, and an older state of an order would be its last record.
            raise Unavailable(f"no acknowledgement within {self.within:g} s") from None
        except asyncio.CancelledError:
            await self._settle(producer, pending)
            raise
        except (KafkaError, IllegalOperation, OSError) as error:
            await self._settle(producer, pending)
            raise Unavailable(_reason(error)) from error
        return refused, await self._too_large(producer, pending)

    async def _too_large(
        self, producer: AIOKafkaProducer, answered: Mapping[asyncio.Future[Any], Message]
    ) -> list[Message]:
        """The messages in batches too large for the broker, and those that could not follow them.

        A failed batch leaves a gap in an idempotent producer's sequence, and the broker takes no
        later one: neither of this publication nor of any other. Any other failure is raised.
        """
        failures = _failures(answered)
        if failures:
            await self._discard(producer, SETTLE_WITHIN)
        too_large = any(isinstance(it, MessageSizeTooLargeError) for it in failures.values())
        explained = (MessageSizeTooLargeError, OutOfOrderSequenceNumber) if too_large else ()
        for error in failures.values():
            if not isinstance(error, explained):
                raise Unavailable(_reason(error)) from error
        return [answered[future] for future in failures]

    async def stop(self, within: float) -> None:
        """Lets arrive what is on its way, for so many seconds, and sends nothing more.

        Whoever published it has given up waiting for it: it would come after what others announce.
        """
        if self._producer is not None:
            await self._discard(self._producer, within)

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = self.connect(**self.options)
                try:
                    async with asyncio.timeout(self.within):
                        await producer.start()
                except (KafkaError, OSError, TimeoutError) as error:
                    await private_api.discard(producer)
                    raise Unavailable(_reason(error)) from error
                except BaseException:
                    await private_api.discard(producer)
                    raise
                self._producer = producer
            return self._producer

    async def _settle(
        self, producer: AIOKafkaProducer, pending: Collection[asyncio.Future[Any]]
    ) -> None:
        """Lets arrive what is on its way, and sends nothing more.

        Nobody looks a second time at what it announces: it must not come after what is announced
        later. Sent again and again until the last moment, it could.
        """
        await self._discard(producer, SETTLE_WITHIN)
        _failures(pending)

    async def _discard(self, producer: AIOKafkaProducer, settle: float) -> None:
        """Ends a producer, once: a second cut would not let arrive what the first one waits for."""
        if self._producer is producer:
            self._producer = None
        ending = self._ending.get(producer)
        if ending is None:
            ending = asyncio.create_task(private_api.discard(producer, settle))
            self._ending[producer] = ending
            ending.add_done_callback(lambda _: self._ending.pop(producer))
        await asyncio.shield(ending)


async def _send(producer: AIOKafkaProducer, message: Message) -> asyncio.Future[Any]:
    if message.key is None and message.value is None:  # legal, and refused by `send`
        return await _send_alone(producer, message)
    future: asyncio.Future[Any] = await producer.send(
        message.topic, key=message.key, value=message.value, headers=list(message.headers)
    )
    return future


async def _send_alone(producer: AIOKafkaProducer, message: Message) -> asyncio.Future[Any]:
    """Sends a message in a batch of its own, to the partition where it would go anyway."""
    batch = producer.create_batch()
    batch.append(
        key=message.key, value=message.value, timestamp=None, headers=list(message.headers)
    )
    partitions = sorted(await producer.partitions_for(message.topic))
    future: asyncio.Future[Any] = await producer.send_batch(
        batch, message.topic, partition=_partition_of(message.key, partitions, partitions)
    )
    return future


def _failures(
    futures: Iterable[asyncio.Future[Any]],
) -> dict[asyncio.Future[Any], BaseException]:
    """The errors; all are looked at, so that none is reported as never retrieved."""
    errors = {
        future: future.exception() for future in futures if future.done() and not future.cancelled()
    }
    return {future: error for future, error in errors.items() if error is not None}


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
