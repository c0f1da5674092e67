"""Send events to the worker."""

import asyncio
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import AIOKafkaProducer

from order_projector.testing.envelopes import Sealed
from order_projector.testing.event import Event
from order_projector.testing.loops import ClientLoop, ConnectingLoop


class Sender:
    """A producer of events, for the duration of an ``async with`` block.

    ``topics`` maps the default topic names to others; ``options`` are passed to aiokafka's
    producer, for example for security.
    """

    def __init__(
        self, bootstrap_servers: str, *, topics: Mapping[str, str] | None = None, **options: Any
    ) -> None:
        """Keep the options; entering the block connects."""
        self._topics: Final = dict(topics or {})
        self._options: Final = {"acks": "all", **options, "bootstrap_servers": bootstrap_servers}
        self._producer: AIOKafkaProducer | None = None
        self._loop: ClientLoop = ConnectingLoop()

    async def __aenter__(self) -> Self:
        """Connect to the broker."""
        producer = AIOKafkaProducer(**self._options)
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        self._producer = producer
        self._loop.bind()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Send what is still buffered, and disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def send(self, *events: Event | Sealed) -> None:
        """Send the events in this order; return when the broker has acknowledged all of them.

        Raises RuntimeError outside the ``async with`` block and in another event loop, TypeError
        for what is not an event.
        """
        for event in events:
            _check(event)
        if self._producer is None:
            raise RuntimeError("a Sender is used as `async with Sender(...) as sender:`")
        await self._loop.run(self._send(self._producer, events))

    async def _send(self, producer: AIOKafkaProducer, events: Iterable[Event | Sealed]) -> None:
        sent = [
            await producer.send(
                self._topics.get(event.topic, event.topic),
                event.value,
                key=event.key,
                headers=list(event.headers) if isinstance(event, Sealed) else None,
            )
            for event in events
        ]
        await asyncio.gather(*sent)


def sender_on(loop: ClientLoop, bootstrap_servers: str) -> Sender:
    """Return a sender that belongs to this loop, in which it is entered."""
    sender = Sender(bootstrap_servers)
    sender._loop = loop
    return sender


def _check(event: object) -> None:
    if isinstance(event, Event | Sealed):
        return
    listed = ": send(*events)" if isinstance(event, list | tuple) else ""
    raise TypeError(f"events: {event!r} should be an event{listed}")
