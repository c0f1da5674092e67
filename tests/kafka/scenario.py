"""A stream on its way through three brokers and several workers, while something befalls them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from order_projector.demo.stream import PAYMENTS, REDEMPTIONS, Stream
from order_projector.demo.worker import insist_on
from tests.faults.run import Run
from tests.faults.stall import longest_stall
from tests.faults.verdict import Verdict, judge
from tests.support.apache.cluster import Kafka
from tests.support.probes import until
from tests.support.streams import hard_stream, on_topics
from tests.support.topics import administration

PARTITIONS: Final = 6
PER_SECOND: Final = 80
RECORDS_OF_AN_ORDER: Final = 5.6


@dataclass(slots=True)
class Scenario:
    """A cluster, a run on it, and what is to be told of it in the end."""

    kafka: Kafka
    run: Run
    tell: Callable[[str], None]
    processes: list[int] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    @asynccontextmanager
    async def load(self, seed: int, seconds: float) -> AsyncIterator[Stream]:
        """Sends for so many seconds; the block begins in mid-stream, and ends when all is sent."""
        await self.run.ready()
        self.processes = [worker.pid for worker in self.run.workers]
        orders = round(seconds * PER_SECOND / RECORDS_OF_AN_ORDER)
        topics = self.run.topics
        names = {REDEMPTIONS: topics.redemptions, PAYMENTS: topics.payments}
        stream = on_topics(await asyncio.to_thread(hard_stream, orders, seed), names)
        async with asyncio.TaskGroup() as going_on:
            sending = going_on.create_task(self.run.sender.delivers(stream.records, seconds))
            await self.settled(len(self.run.sender.acknowledged) + len(stream.records) // 5)
            assert not sending.done()
            yield stream

    async def settled(self, records: int) -> None:
        """Waits until so many records are acknowledged, and half as many committed."""

        async def there() -> bool:
            done = sum((await self.run.seen.committed()).values())
            return len(self.run.sender.acknowledged) >= records and 2 * done >= records

        await until(there, f"{records} records are on their way", within=60)

    async def leader(self) -> int:
        """The broker that leads the first partition of the redemptions."""
        async with administration(self.run.topics.servers) as admin:
            (topic,) = await admin.describe_topics([self.run.topics.redemptions])
        return next(int(it["leader"]) for it in topic["partitions"] if it["partition"] == 0)

    async def coordinator(self) -> int:
        """The broker that keeps the workers' group."""
        async with administration(self.run.topics.servers) as admin:
            return int(await admin.find_coordinator(self.run.topics.group))

    async def nothing_is_amiss(self, name: str, *streams: Stream) -> Verdict:
        """Waits until all is through, and holds everything against what was acknowledged.

        The workers are those that were there before, and ready by themselves.
        """
        assert await self.run.drained()
        insist_on(*self.run.workers)
        await self.run.ready()
        assert [worker.pid for worker in self.run.workers] == self.processes
        evidence = await self.run.evidence()
        accounts = {name: it for stream in streams for name, it in stream.accounts.items()}
        verdict = await asyncio.to_thread(judge, evidence, accounts)
        self.tell(
            f"{name}: {len(evidence.acknowledged):,} events of {verdict.orders:,} orders in "
            f"{time.monotonic() - self.begun:.0f} s, longest stall of an order "
            f"{longest_stall(evidence):.1f} s; lost {verdict.count('lost')}, "
            f"doubled {verdict.count('doubled')}, wrong {verdict.count('wrong')}"
        )
        assert verdict.findings == ()
        return verdict
