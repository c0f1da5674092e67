"""One contender at one rate: started, caught up, paced, and measured for a while."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from tests.support.probes import metric
from tests.support.servers import Servers

from bench.contender import Contender, Effect, cpu_seconds, has_committed, running
from bench.counting import CountingProxy, Traffic, counting
from bench.live.arithmetic import MISSING, Observed, percentile
from bench.live.documents import watching_documents
from bench.live.generating import Generator, generating, sent_by, sleep_until
from bench.live.observer import Arrivals, observing
from bench.live.stream import Stream, event
from bench.sandbox import Sandbox, growth, sandbox
from bench.sizes import Sizes
from order_projector.local.errors import ServerFailed
from order_projector.local.ports import free_port
from order_projector.local.server import Server

GRACE = 2.0
"""Seconds to wait for announcements after the last event."""
_LOOK_AGAIN = 0.05
_FEW = 0.02
"""The share of announcements of several events up to which a stream counts as live."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long a rate is measured, and how long it is held before that."""

    rate: int
    seconds: float
    lead: float

    @property
    def first(self) -> int:
        """The position of the first event that is measured."""
        return round(self.rate * self.lead)

    @property
    def events(self) -> int:
        """The number of all events, including those before the measurement."""
        return self.first + round(self.rate * self.seconds)


@dataclass(frozen=True, slots=True)
class Reading:
    """Totals at one moment."""

    events: int
    batches: float
    records: float
    cpu: Mapping[str, float]
    """In seconds, by process."""


@dataclass(frozen=True, slots=True)
class Segment:
    """The measurement of one contender at one rate."""

    rate: int
    latencies: tuple[float, ...]
    """Seconds from sent to announced; `MISSING` for an event that was not announced in time."""
    lateness: tuple[float, ...]
    """Seconds from due to sent."""
    events: int
    """Number of events announced while CPU time was measured."""
    batches: float
    records: float
    cpu: Mapping[str, float]
    announcements: int
    several: int
    """Number of announcements of more than one event."""

    @property
    def observed(self) -> Observed:
        """The contender's CPU time per event, for the cost model."""
        return Observed(self.records / self.batches, self.cpu[CONTENDER] / self.events)

    @property
    def one_at_a_time(self) -> bool:
        """Whether orders had one event per batch, so that the cost model applies."""
        return self.batches > 0 and self.several <= self.announcements * _FEW

    @property
    def sustained(self) -> bool:
        """Whether 99 % of the events were announced within a second, and sent in time."""
        return percentile(self.latencies, 99) < 1.0 and percentile(self.lateness, 99) < 1.0


CONTENDER = "contender"


@dataclass(slots=True)
class Entrant:
    """A contender and its database over several segments, each with orders of its own."""

    contender: Contender
    servers: Servers
    folder: Path
    sizes: Sizes
    _next_order: int = 0
    _runs: int = 0

    async def segment(self, schedule: Schedule) -> Segment:
        """Measure the contender at this rate."""
        async with self._started(schedule, self.servers.mongodb_uri) as run:
            return await run.measure()

    async def traffic(self, schedule: Schedule) -> tuple[Traffic, int]:
        """Count commands and bytes at this rate; return them with the number of events."""
        log = self.folder / f"{self._name}-proxy-{self._runs}.json"
        async with (
            counting(self.servers, log) as proxy,
            self._started(schedule, proxy.uri) as run,
        ):
            return await run.count(proxy)

    @property
    def _name(self) -> str:
        return self.contender.name.replace(" ", "-")

    @asynccontextmanager
    async def _started(self, schedule: Schedule, uri: str) -> AsyncIterator["_LiveRun"]:
        """Run the contender until it has processed everything sent ahead, and watch it."""
        self._runs += 1
        name = f"{self._name}-{self._runs}"
        stream = Stream(schedule.rate, self._next_order)
        self._next_order += stream.orders(schedule.events)
        ahead = [event(turn) for turn in stream.before()]
        async with sandbox(self.servers, name, database=self._name) as own:
            await own.fill(ahead)
            settings = own.environment() | growth(self.sizes)
            settings |= {"ORDERS_MONGODB_URI": uri, "ORDERS_HTTP_PORT": str(free_port())}
            async with (
                _watching(self.contender, own, stream) as arrivals,
                running(self.contender, settings, self.folder / f"{name}.log") as server,
            ):
                async with own.offsets() as offsets:
                    await has_committed(len(ahead), offsets, own, server)
                file = self.folder / f"{name}.sent"
                yield _LiveRun(own, schedule, stream, server, arrivals, file, self.contender.effect)


@dataclass(frozen=True, slots=True)
class _LiveRun:
    """A contender that waits for events."""

    sandbox: Sandbox
    schedule: Schedule
    stream: Stream
    server: Server
    arrivals: Arrivals
    file: Path
    effect: Effect

    async def measure(self) -> Segment:
        schedule = self.schedule
        async with self._generated() as generator:
            pace = await generator.pace()
            await sleep_until(pace.due(schedule.first))
            first = await self._read(generator)
            await sleep_until(pace.due(schedule.events))
            last = await self._read(generator)
            await self._all_arrived()
            await generator.ended()
        sent = sent_by(self.file)
        measured = range(schedule.first, schedule.events)
        return Segment(
            rate=schedule.rate,
            latencies=tuple(self.arrivals.at.get(n, MISSING) - sent[n] for n in measured),
            lateness=tuple(pace.lateness(sent[schedule.first :], schedule.first)),
            events=last.events - first.events,
            batches=last.batches - first.batches,
            records=last.records - first.records,
            cpu={name: last.cpu[name] - first.cpu[name] for name in last.cpu},
            announcements=self.arrivals.announcements,
            several=self.arrivals.several,
        )

    async def count(self, proxy: CountingProxy) -> tuple[Traffic, int]:
        """Count from the first measured event to the last."""
        async with self._generated() as generator:
            pace = await generator.pace()
            await sleep_until(pace.due(self.schedule.first))
            first, before = await proxy.traffic(), len(self.arrivals.at)
            await sleep_until(pace.due(self.schedule.events))
            last, after = await proxy.traffic(), len(self.arrivals.at)
            await generator.ended()
        return last.since(first), after - before

    def _generated(self) -> AbstractAsyncContextManager[Generator]:
        return generating(self.sandbox.topics, self.stream, self.schedule.events, self.file)

    async def _read(self, generator: Generator) -> Reading:
        servers = self.sandbox.topics.servers
        pids = {CONTENDER: self.server.pid, **_server_pids(servers), "generator": generator.pid}
        processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        processes["observer"] = psutil.Process()
        events = len(self.arrivals.at)
        cpu = {name: cpu_seconds(process) for name, process in processes.items()}
        batches, records = await self._batches()
        return Reading(events=events, batches=batches, records=records, cpu=cpu)

    async def _batches(self) -> tuple[float, float]:
        """Return how many batches the contender has processed, and of how many records."""
        if self.effect is Effect.DOCUMENT:
            return 0.0, 0.0
        metrics = "order_projector_batch_records"
        batches = await metric(self.server, f"{metrics}_count")
        return batches, await metric(self.server, f"{metrics}_sum")

    async def _all_arrived(self) -> None:
        deadline = time.monotonic() + GRACE
        while len(self.arrivals.at) < self.schedule.events and time.monotonic() < deadline:
            await asyncio.sleep(_LOOK_AGAIN)
            if not self.server.running:
                raise ServerFailed(f"the {self.server.spec.name} ended{self.server.log_tail()}")


def _watching(
    contender: Contender, own: Sandbox, stream: Stream
) -> AbstractAsyncContextManager[Arrivals]:
    """Watch what the contender makes of the events."""
    match contender.effect:
        case Effect.ANNOUNCEMENT:
            return observing(own, stream)
        case Effect.DOCUMENT:
            return watching_documents(own, stream)


def _server_pids(servers: Servers) -> dict[str, int]:
    running = {"broker": servers.broker, "database": servers.database}
    return {name: server.pid for name, server in running.items() if server is not None}
