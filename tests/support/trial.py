"""A stream that is sent to real workers, and everything they make of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pymongo import AsyncMongoClient

from order_projector.local.server import Server
from order_projector.verification.check import CheckReport, Result, check
from order_projector.verification.watch import END, Watch, watching
from order_projector.workload.stream import PAYMENTS, REDEMPTIONS, Stream
from order_projector.workload.traffic import Traffic, traffic
from tests.support.probes import until
from tests.support.streams import on_topics
from tests.support.topics import Topics

PARTITIONS = 6


@dataclass(frozen=True, slots=True)
class Trial:
    """A stream that is sent through the topics of one test."""

    topics: Topics
    stream: Stream
    traffic: Traffic
    watch: Watch
    watching: "asyncio.Task[None]"

    async def send(self, per_second: int) -> None:
        """Send the whole stream at a steady rate."""
        await self.traffic.steadily(self.stream.records, per_second)

    async def until_announced(self, orders: int) -> None:
        """Wait until this number of orders has been announced, in the middle of the stream."""

        async def announced() -> bool:
            return len(self.watch.orders) >= orders

        await until(announced, f"{orders} orders are announced", within=60)

    async def until_drained(self, within: float = 60.0) -> None:
        """Wait until everything that was sent is committed."""
        ends = dict[tuple[str, int], int]()
        for sent in self.traffic.sent:
            topic, partition, offset = sent.place
            ends[topic, partition] = max(ends.get((topic, partition), 0), offset + 1)

        async def drained() -> bool:
            inbound = dict.fromkeys((self.topics.redemptions, self.topics.payments), PARTITIONS)
            done = await self.watch.consumed(inbound)
            return all(done[place] >= end for place, end in ends.items())

        await until(drained, "everything sent is committed", within=within)

    async def report(self, workers: Sequence[Server]) -> CheckReport:
        """Stop the workers, read all they have left behind, and compare it with the fold."""
        await asyncio.gather(*(worker.stop() for worker in workers))
        for topic in (self.topics.order_updated, self.topics.dead_letters):
            await self.traffic.ends(topic, PARTITIONS, END)
        async with asyncio.timeout(30):
            await asyncio.shield(self.watching)
        result = Result(
            await _documents(self.topics), self.watch.announced, self.watch.dead_letters
        )
        return await asyncio.to_thread(check, self.traffic.sent, self.stream.totals, result)


@asynccontextmanager
async def trial(topics: Topics, stream: Stream) -> AsyncIterator[Trial]:
    """Yield a trial of this stream, of which nothing has been sent yet."""
    names = {REDEMPTIONS: topics.redemptions, PAYMENTS: topics.payments}
    servers = topics.servers.bootstrap_servers
    async with (
        traffic(servers) as sender,
        watching(servers, topics.group, topics.order_updated, topics.dead_letters, PARTITIONS) as (
            watch,
            task,
        ),
    ):
        yield Trial(topics, on_topics(stream, names), sender, watch, task)


async def _documents(topics: Topics) -> Mapping[str, Mapping[str, Any]]:
    async with AsyncMongoClient[dict[str, Any]](topics.servers.mongodb_uri) as client:
        stored = client[topics.database]["orders"].find()
        return {document["_id"]: document async for document in stored}
