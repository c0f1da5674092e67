"""The cost of single events, each sent when the one before has been announced."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from tests.support.servers import Servers

from bench.contender import Contender, cpu_seconds, has_committed, running
from bench.counting import CountingProxy, Traffic, counting
from bench.events import BenchEvent
from bench.live.arithmetic import percentile
from bench.sandbox import Sandbox, sandbox
from order_projector.local.errors import ServerFailed
from order_projector.local.server import Server

_WITHIN = 120.0
UNMEASURED = 3
"""Number of events before those that are measured."""


@dataclass(frozen=True, slots=True)
class SingleEvents:
    """The average cost of some single events."""

    latency: float
    """Median seconds from sent to announced."""
    contender: float
    """CPU time of the contender, in seconds per event."""
    database: float
    announced: int
    """Size of the last announcement's value in bytes."""
    events: int
    traffic: Traffic | None
    """The total of all events, if it was counted."""

    @property
    def cpu(self) -> float:
        """CPU time of contender and database, in seconds per event."""
        return self.contender + self.database


@dataclass(slots=True)
class SingleEventRun:
    """A contender that gets its events one by one."""

    own: Sandbox
    server: Server
    producer: AIOKafkaProducer
    consumer: AIOKafkaConsumer
    proxy: CountingProxy | None = None
    _sent: Counter[str] = field(default_factory=Counter)
    _announced: Counter[str] = field(default_factory=Counter)
    _revisions: dict[str, int] = field(default_factory=dict)

    async def preload(self, events: list[BenchEvent]) -> None:
        """Send many events together, and wait until the contender has processed them."""
        await self.own.fill(events)
        self._sent.update(event.key for event in events)
        async with self.own.offsets() as offsets:
            await has_committed(self._sent.total(), offsets, self.own, self.server)

    async def measure(self, events: Iterable[BenchEvent]) -> SingleEvents:
        """Send one event after the other; the first few are not measured."""
        remaining = iter(events)
        for event in (next(remaining) for _ in range(UNMEASURED)):
            await self._once(event)
        database = self.own.topics.servers.database
        if database is None:
            raise TypeError("only a database of this machine is measured")
        processes = psutil.Process(self.server.pid), psutil.Process(database.pid)
        traffic = await self.proxy.traffic() if self.proxy else None
        before = [cpu_seconds(process) for process in processes]
        answers = [await self._once(event) for event in remaining]
        spent = [cpu_seconds(each) - was for each, was in zip(processes, before, strict=True)]
        if self.proxy and traffic:
            traffic = (await self.proxy.traffic()).since(traffic)
        return SingleEvents(
            latency=percentile([latency for latency, _ in answers], 50),
            contender=spent[0] / len(answers),
            database=spent[1] / len(answers),
            announced=answers[-1][1],
            events=len(answers),
            traffic=traffic,
        )

    async def _once(self, event: BenchEvent) -> tuple[float, int]:
        """Send an event; return the seconds until its announcement, and the announcement's size."""
        order_id = event.key
        begun = time.monotonic()
        await self.producer.send(self.own.topic_of(event), event.value, key=order_id.encode())
        self._sent[order_id] += 1
        size = 0
        async with asyncio.timeout(_WITHIN):
            while self._announced[order_id] < self._sent[order_id]:
                polled = await self.consumer.getmany(timeout_ms=100)
                ended = time.monotonic()
                for record in (record for records in polled.values() for record in records):
                    self._note(record.key.decode(), record.value)
                    size = len(record.value)
                if not self.server.running:
                    raise ServerFailed(f"the {self.server.spec.name} ended{self.server.log_tail()}")
        return ended - begun, size

    def _note(self, order_id: str, value: bytes) -> None:
        """Count the events of an announcement; ignore one that repeats a revision."""
        content = orjson.loads(value)
        if content["revision"] > self._revisions.get(order_id, 0):
            self._revisions[order_id] = content["revision"]
            self._announced[order_id] += len(content["causes"])


@dataclass(slots=True)
class SingleEventBench:
    """Contenders that run with topics and a database of their own each time."""

    servers: Servers
    folder: Path
    _runs: int = 0

    @asynccontextmanager
    async def timed(
        self, contender: Contender, settings: Mapping[str, str]
    ) -> AsyncIterator[SingleEventRun]:
        """Run a contender with a direct connection to its database."""
        async with (
            self._own(contender) as own,
            _run(contender, own, settings, self.folder) as run,
        ):
            yield run

    @asynccontextmanager
    async def counted(
        self, contender: Contender, settings: Mapping[str, str]
    ) -> AsyncIterator[SingleEventRun]:
        """Run a contender through a counting proxy."""
        async with (
            self._own(contender) as own,
            counting(self.servers, self.folder / f"{own.name}.json") as proxy,
            _run(contender, own, {**settings, "ORDERS_MONGODB_URI": proxy.uri}, self.folder) as run,
        ):
            run.proxy = proxy
            yield run

    def _own(self, contender: Contender) -> AbstractAsyncContextManager[Sandbox]:
        self._runs += 1
        name = f"{contender.name.replace(' ', '-')}-{self._runs}"
        return sandbox(self.servers, name, database=name)


@asynccontextmanager
async def _run(
    contender: Contender, own: Sandbox, settings: Mapping[str, str], folder: Path
) -> AsyncIterator[SingleEventRun]:
    log = folder / f"{own.name}.log"
    async with (
        AIOKafkaProducer(
            bootstrap_servers=own.topics.servers.bootstrap_servers,
            acks="all",
            enable_idempotence=False,
        ) as producer,
        own.reader(own.topics.order_updated) as consumer,
        running(contender, {**own.environment(), **settings}, log) as server,
    ):
        yield SingleEventRun(own, server, producer, consumer)
