"""Watch the documents of a contender that announces nothing, and record when they hold an event.

The watcher reads what is sent, and looks for the documents of the orders that lack something, a
hundred times a second. That adds up to ten milliseconds to a latency, and the cost of reading a few
documents to the database.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection

from bench.live.observer import Arrivals
from bench.live.stream import Stream, order_number
from bench.sandbox import Sandbox

_LOOK_EVERY = 0.01
_AT_ONCE = 500
"""Documents that are looked for at once; more are missing only when the contender is overtaxed."""


def step_of(event_id: str) -> int:
    """Return the step of an order's life that the event with this id is."""
    return int(event_id.rpartition("_")[2])


@dataclass(slots=True)
class DocumentWatcher:
    """A reader of the inbound topics and of the collection of a sandbox."""

    arrivals: Arrivals
    consumer: AIOKafkaConsumer
    orders: AsyncCollection[dict[str, Any]]
    _awaited: dict[str, int] = field(default_factory=dict)
    """The last step that was sent of each order whose document lacks something, by order id."""

    async def watch(self) -> None:
        """Record what the documents hold until cancelled."""
        while True:
            polled = await self.consumer.getmany(timeout_ms=0)
            for records in polled.values():
                self._expect(records)
            await self._look()
            await asyncio.sleep(_LOOK_EVERY)

    def _expect(self, records: Iterable[ConsumerRecord]) -> None:
        for record in records:
            order, step = record.key.decode(), step_of(orjson.loads(record.value)["id"])
            self._awaited[order] = max(step, self._awaited.get(order, 0))

    async def _look(self) -> None:
        some = [*islice(self._awaited, _AT_ONCE)]
        if not some:
            return
        found = await self.orders.find({"_id": {"$in": some}}, {"id": 1}).to_list()
        moment = time.monotonic()
        for document in found:
            order, step = document["_id"], step_of(document["id"])
            self.arrivals.reached(order_number(order.encode()), step, moment)
            if step >= self._awaited[order]:
                del self._awaited[order]


@asynccontextmanager
async def watching_documents(own: Sandbox, stream: Stream) -> AsyncIterator[Arrivals]:
    """Watch for the length of a `with` block."""
    topics = own.topics
    async with (
        own.reader(*topics.inbound) as consumer,
        AsyncMongoClient[dict[str, Any]](topics.servers.mongodb_uri) as client,
    ):
        orders = client[topics.database]["orders"]
        watcher = DocumentWatcher(Arrivals(stream), consumer, orders)
        watching = asyncio.create_task(watcher.watch())
        try:
            yield watcher.arrivals
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
