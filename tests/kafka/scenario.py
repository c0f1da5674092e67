"""A stream through three brokers and several workers, while faults are injected."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from order_projector.local.server import require_running
from order_projector.workload.stream import PAYMENTS, REDEMPTIONS, Stream, StreamRecord
from tests.faults.run import Run
from tests.faults.stall import longest_stall
from tests.faults.verdict import Verdict, judge
from tests.support.apache.cluster import Kafka
from tests.support.probes import until
from tests.support.streams import hard_stream, on_topics
from tests.support.topics import Topics, administration

PARTITIONS: Final = 6
PER_SECOND: Final = 80
RECORDS_OF_AN_ORDER: Final = 5.6


def load_of(seconds: float, seed: int, topics: Topics) -> Stream:
    """Return a demanding stream for this number of seconds."""
    names = {REDEMPTIONS: topics.redemptions, PAYMENTS: topics.payments}
    orders = round(seconds * PER_SECOND / RECORDS_OF_AN_ORDER)
    return on_topics(hard_stream(orders, seed), names)


@dataclass(slots=True)
class Scenario:
    """A cluster, a run on it, and where its result is reported."""

    kafka: Kafka
    run: Run
    stream: Stream
    report: Callable[[str], None]
    processes: list[int] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    async def send(self, records: Sequence[StreamRecord]) -> None:
        """Send steadily; return when everything is acknowledged."""
        await self.run.ready()
        self.processes = [worker.pid for worker in self.run.workers]
        await self.run.sender.deliver(records, len(records) / PER_SECOND)

    @asynccontextmanager
    async def load(self, records: Sequence[StreamRecord]) -> AsyncIterator[None]:
        """Send steadily; the block begins in mid-stream and ends once all is acknowledged."""
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(self.send(records))
            await self.wait_for_progress(len(records) // 5)
            assert not sending.done()
            yield

    async def wait_for_progress(self, records: int) -> None:
        """Wait until this many more records are acknowledged, and some of them committed."""
        sent, done = len(self.run.sender.acknowledged), await self.run.seen.committed()

        async def has_progressed() -> bool:
            if len(self.run.sender.acknowledged) < sent + records:
                return False
            return await self.run.seen.committed() != done

        await until(has_progressed, f"{records} records more, and commits", within=60)

    async def leader(self) -> int:
        """Return the id of the broker that leads the first partition of the redemptions topic."""
        async with administration(self.run.topics.servers) as admin:
            (topic,) = await admin.describe_topics([self.run.topics.redemptions])
        return next(int(it["leader"]) for it in topic["partitions"] if it["partition"] == 0)

    async def coordinator(self) -> int:
        """Return the id of the broker that coordinates the workers' group."""
        async with administration(self.run.topics.servers) as admin:
            return int(await admin.find_coordinator(self.run.topics.group))

    async def verify(self, name: str) -> Verdict:
        """Wait until everything is processed, and compare it with what was acknowledged.

        Also check that the worker processes are the same ones as before, and ready without help.
        """
        if not await self.run.drained():
            raise AssertionError(
                "\n".join(["not drained", *(each.log_tail() for each in self.run.workers)])
            )
        require_running(*self.run.workers)
        await self.run.ready()
        assert [worker.pid for worker in self.run.workers] == self.processes
        evidence = await self.run.evidence()
        verdict = await asyncio.to_thread(judge, evidence, self.stream.totals)
        self.report(
            f"{name}: {len(evidence.acknowledged):,} events of {verdict.orders:,} orders in "
            f"{time.monotonic() - self.begun:.0f} s, longest stall of an order "
            f"{longest_stall(evidence):.1f} s; lost {verdict.count('lost')}, "
            f"doubled {verdict.count('doubled')}, wrong {verdict.count('wrong')}"
        )
        assert verdict.clean, "\n".join(map(str, verdict.findings))
        return verdict
