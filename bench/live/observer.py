"""Watch a contender's announcements, and record when each event has been announced."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import orjson
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord

from bench.live.stream import Stream, Turn, order_number
from bench.sandbox import Sandbox


@dataclass(slots=True)
class Arrivals:
    """When the events of a stream were announced, by position.

    An announcement states how many events caused it. The events of an order are announced in the
    order in which they were sent, so it covers that many of the earliest ones not announced yet.
    """

    stream: Stream
    at: dict[int, float] = field(default_factory=dict)
    announcements: int = 0
    several: int = 0
    """Number of announcements of more than one event."""
    _steps: dict[int, int] = field(default_factory=dict)
    _revisions: dict[int, int] = field(default_factory=dict)

    def reached(self, order: int, step: int, moment: float) -> None:
        """Record that all of an order's events up to this step have arrived."""
        known = self._steps.get(order, 0)
        if step >= known:
            self.note(order, step + 1, step + 1 - known, moment)

    def note(self, order: int, revision: int, events: int, moment: float) -> None:
        """Record an announcement; ignore one that repeats a revision."""
        if revision <= self._revisions.get(order, 0):
            return
        self._revisions[order] = revision
        step = self._steps.get(order, 0)
        self._steps[order] = step + events
        positions = [self.stream.position(Turn(order, step + nth)) for nth in range(events)]
        if positions[-1] < 0:  # it was sent ahead
            return
        self.announcements += 1
        self.several += events > 1
        self.at.update((position, moment) for position in positions if position >= 0)


@dataclass(slots=True)
class Observer:
    """A reader of the outbound topic of a sandbox."""

    arrivals: Arrivals
    consumer: AIOKafkaConsumer

    async def watch(self) -> None:
        """Record what arrives until cancelled."""
        while True:
            polled = await self.consumer.getmany(timeout_ms=1_000)
            moment = time.monotonic()
            for records in polled.values():
                self._note(records, moment)

    def _note(self, records: Iterable[ConsumerRecord], moment: float) -> None:
        for record in records:
            value = orjson.loads(record.value)
            events = len(value["causes"])
            self.arrivals.note(order_number(record.key), value["revision"], events, moment)


@asynccontextmanager
async def observing(own: Sandbox, stream: Stream) -> AsyncIterator[Arrivals]:
    """Watch for the length of a `with` block."""
    async with own.reader(own.topics.order_updated) as consumer:
        observer = Observer(Arrivals(stream), consumer)
        watching = asyncio.create_task(observer.watch())
        try:
            yield observer.arrivals
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
