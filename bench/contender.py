"""One contender at work: a process of its own, in a sandbox of its own."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from tests.support.processes import launched

from bench.sandbox import PARTITIONS, Sandbox
from order_projector.local.errors import ServerFailed
from order_projector.local.ports import free_port
from order_projector.local.server import Server, ServerSpec

CHECKOUT = Path(__file__).parents[1]
HERE = {"PYTHONPATH": os.pathsep.join((str(CHECKOUT / "src"), str(CHECKOUT)))}
"""The environment of a process that runs this checkout, whatever is installed."""
_RUN = ("-m", "order_projector", "run")
_LOOK_AGAIN = 0.05
_WITHIN = 300.0


class Effect(Enum):
    """What shows that a contender has processed an event."""

    ANNOUNCEMENT = auto()
    DOCUMENT = auto()
    """The order's document holds the event, or a later one of the same order."""


@dataclass(frozen=True, slots=True)
class Contender:
    """The name of a contender, how to run it, and what to watch.

    Those that announce what they do also count their batches, as the worker does.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    effect: Effect = Effect.ANNOUNCEMENT


WORKER = Contender("worker", (sys.executable, *_RUN), HERE)
PIPE = Contender("bare pipe", (sys.executable, "-m", "bench.pipe"), HERE)
HANDLER = Contender("per-message", (sys.executable, "-m", "bench.handler"), HERE)
SINK = Contender(
    "sink connector", (sys.executable, "-m", "bench.sink"), HERE, effect=Effect.DOCUMENT
)


def installed_worker(name: str, python: str) -> Contender:
    """Return the worker that is installed for another Python, in a virtual environment."""
    return Contender(name, (python, *_RUN), {})


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample of a contender: committed events, and its CPU time so far."""

    at: float
    events: int
    cpu: float


@dataclass(frozen=True, slots=True)
class Run:
    """Figures of a contender from the first observed commit to the last."""

    events: int
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    announced: int
    """Order events of the whole run, and so documents written."""

    @property
    def per_second(self) -> float:
        """Events per second."""
        return self.events / self.seconds


async def measured(
    contender: Contender, sandbox: Sandbox, settings: Mapping[str, str], events: int, log: Path
) -> Run:
    """Measure a contender until it has processed everything.

    The clock runs from the first observed commit to the last, so that start-up and joining the
    group are not measured.
    """
    async with running(contender, settings, log) as server, sandbox.offsets() as offsets:
        first = await has_committed(1, offsets, sandbox, server)
        last = await has_committed(events, offsets, sandbox, server)
        announced = await _announced(sandbox)
        if not announced:
            raise ServerFailed(f"{contender.name} did nothing{server.log_tail()}")
        return Run(
            events=last.events - first.events,
            seconds=last.at - first.at,
            cpu_seconds=last.cpu - first.cpu,
            peak_bytes=peak_memory(server.pid),
            announced=announced,
        )


@asynccontextmanager
async def running(
    contender: Contender, settings: Mapping[str, str], log: Path
) -> AsyncIterator[Server]:
    """Run a contender, which serves its metrics on ORDERS_HTTP_PORT from the settings.

    Its temporary files are next to its log.
    """

    async def always_ready(_: int) -> bool:
        return True

    spec = ServerSpec(
        name=contender.name,
        command=contender.command,
        port=int(settings["ORDERS_HTTP_PORT"]) or free_port(),
        log=log,
        answers=always_ready,
        environment={**contender.environment, **settings, "TMPDIR": str(log.parent)},
    )
    async with launched(spec) as server:
        yield server


async def has_committed(
    events: int, offsets: AIOKafkaConsumer, sandbox: Sandbox, server: Server
) -> Sample:
    """Wait until the contender has committed this many events."""
    process = psutil.Process(server.pid)
    async with asyncio.timeout(_WITHIN):
        while True:
            if not server.running:
                raise ServerFailed(f"the {server.spec.name} ended{server.log_tail()}")
            committed = await sandbox.committed(offsets)
            if committed >= events:
                return Sample(time.monotonic(), committed, cpu_seconds(process))
            await asyncio.sleep(_LOOK_AGAIN)


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU time that a process has used so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


async def _announced(sandbox: Sandbox) -> int:
    """Return the number of records in the outbound topic: the sum of its next offsets."""
    async with AIOKafkaProducer(
        bootstrap_servers=sandbox.topics.servers.bootstrap_servers, enable_idempotence=False
    ) as producer:
        ends = [
            await producer.send_and_wait(sandbox.topics.order_updated, b"", partition=partition)
            for partition in range(PARTITIONS)
        ]
    return sum(end.offset for end in ends)


def peak_memory(pid: int) -> int:
    """Return a process's peak memory in bytes, or its current memory if the peak is unavailable."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1_024
    return int(psutil.Process(pid).memory_info().rss)
