"""Sends events to the worker."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import AIOKafkaProducer

from order_projector.testing.envelopes import Sealed
from order_projector.testing.event import Event


class Sender:
    """A producer of events, for the length of an ``async with`` block.

    ``topics`` renames the topics that events belong on; ``options`` are aiokafka's own, of its
    producer: security, for example.
    """

    def __init__(
        self, bootstrap_servers: str, *, topics: Mapping[str, str] | None = None, **options: Any
    ) -> None:
        """Connect to nothing yet."""
        self._topics: Final = dict(topics or {})
        self._options: Final = {"acks": "all", **options, "bootstrap_servers": bootstrap_servers}
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> Self:
        """Connect."""
        self._producer = AIOKafkaProducer(**self._options)
        await self._producer.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Send what is on its way, and disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def send(self, *events: Event | Sealed) -> None:
        """Send the events in this sequence, and return when the broker has acknowledged all.

        Raises RuntimeError outside of the ``async with`` block.
        """
        if self._producer is None:
            raise RuntimeError("a Sender is used as `async with Sender(...) as sender:`")
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
