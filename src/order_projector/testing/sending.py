"""Send events to the worker."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import AIOKafkaProducer

from order_projector.testing.envelopes import Sealed
from order_projector.testing.event import Event
from order_projector.testing.loops import check_own


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
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __aenter__(self) -> Self:
        """Connect to the broker."""
        producer = AIOKafkaProducer(**self._options)
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        self._producer = producer
        self._loop = asyncio.get_running_loop()
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
        check_own(self._loop)
        sent = [
            await self._producer.send(
                self._topics.get(event.topic, event.topic),
                event.value,
                key=event.key,
                headers=list(event.headers) if isinstance(event, Sealed) else None,
            )
            for event in events
        ]
        await asyncio.gather(*sent)


def _check(event: object) -> None:
    if isinstance(event, Event | Sealed):
        return
    listed = ": send(*events)" if isinstance(event, list | tuple) else ""
    raise TypeError(f"events: {event!r} should be an event{listed}")
