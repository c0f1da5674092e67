"""One contender at work: a process of its own, on topics and a database of its own."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition
from tests.support.processes import launched

from bench.events import BenchEvent
from order_projector.local.broker import create_topics
from order_projector.local.errors import ServerFailed
from order_projector.local.ports import free_port
from order_projector.local.server import Server, ServerSpec
from order_projector.local.stack import LocalStack

CHECKOUT = str(Path(__file__).parents[1])
PARTITIONS = 6
_LOOK_AGAIN = 0.05
_WITHIN = 300.0


@dataclass(frozen=True, slots=True)
class Contender:
    """How a contender is called and run."""

    name: str
    command: tuple[str, ...]


WORKER = Contender("worker", ("-m", "order_projector", "run"))
PIPE = Contender("bare pipe", ("-m", "bench.pipe"))
HANDLER = Contender("per-message", ("-m", "bench.handler"))


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Topics, a group and a database for one contender alone."""

    stack: LocalStack
    name: str

    @property
    def inbound(self) -> tuple[str, str]:
        """The topics of redemptions and of payments."""
        return (f"{self.name}.redemptions", f"{self.name}.payments")

    @property
    def outbound(self) -> str:
        """The topic of order events."""
        return f"{self.name}.order.updated"

    def environment(self, mongodb_uri: str) -> dict[str, str]:
        """Return the settings that point a contender here."""
        redemptions, payments = self.inbound
        return {
            **self.stack.environment(),
            "ORDERS_MONGODB_URI": mongodb_uri,
            "ORDERS_MONGODB_DATABASE": self.name,
            "ORDERS_CONSUMER_GROUP": self.name,
            "ORDERS_REDEMPTIONS_TOPIC": redemptions,
            "ORDERS_PAYMENTS_TOPIC": payments,
            "ORDERS_ORDER_UPDATED_TOPIC": self.outbound,
            "ORDERS_DEAD_LETTERS_TOPIC": f"{self.name}.dead-letters",
            "ORDERS_HTTP_PORT": "0",
            "ORDERS_LOG_LEVEL": "WARNING",
        }

    async def fill(self, events: Sequence[BenchEvent]) -> None:
        """Create the topics, and produce the events."""
        servers = self.stack.bootstrap_servers
        topics = (*self.inbound, self.outbound, f"{self.name}.dead-letters")
        await create_topics(servers, topics, PARTITIONS)
        redemptions, payments = self.inbound
        async with AIOKafkaProducer(
            bootstrap_servers=servers, acks="all", enable_idempotence=False, linger_ms=5
        ) as producer:
            sent = [
                await producer.send(
                    payments if event.payment else redemptions,
                    event.value,
                    key=event.order_id.encode(),
                )
                for event in events
            ]
            await asyncio.gather(*sent)


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample of a contender: committed events, and its CPU time so far."""

    at: float
    events: int
    cpu: float


@dataclass(frozen=True, slots=True)
class Run:
    """From the first commit to the last."""

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
    async with _running(contender, settings, log) as server, _offsets(sandbox) as offsets:
        process = psutil.Process(server.pid)
        first = await _look(process, offsets, sandbox, server, at_least=1)
        last = await _look(process, offsets, sandbox, server, at_least=events)
        announced = await _announced(sandbox)
        if not announced:
            raise ServerFailed(f"{contender.name} did nothing: {_log(server)}")
        return Run(
            events=last.events - first.events,
            seconds=last.at - first.at,
            cpu_seconds=last.cpu - first.cpu,
            peak_bytes=_peak(process),
            announced=announced,
        )


@asynccontextmanager
async def _running(
    contender: Contender, settings: Mapping[str, str], log: Path
) -> AsyncIterator[Server]:
    async def always_ready(_: int) -> bool:
        return True

    spec = ServerSpec(
        name=contender.name,
        command=(sys.executable, *contender.command),
        port=free_port(),
        log=log,
        answers=always_ready,
        environment={"PYTHONPATH": CHECKOUT, **settings},
    )
    async with launched(spec) as server:
        yield server


@asynccontextmanager
async def _offsets(sandbox: Sandbox) -> AsyncIterator[AIOKafkaConsumer]:
    """Somebody who can say what the group has committed."""
    async with AIOKafkaConsumer(
        bootstrap_servers=sandbox.stack.bootstrap_servers,
        group_id=sandbox.name,
        enable_auto_commit=False,
    ) as consumer:
        yield consumer


async def _look(
    process: psutil.Process,
    offsets: AIOKafkaConsumer,
    sandbox: Sandbox,
    server: Server,
    *,
    at_least: int,
) -> Sample:
    """Wait for so many committed events."""
    async with asyncio.timeout(_WITHIN):
        while True:
            if not server.running:
                raise ServerFailed(_log(server))
            committed = [
                await offsets.committed(TopicPartition(topic, partition)) or 0
                for topic in sandbox.inbound
                for partition in range(PARTITIONS)
            ]
            if sum(committed) >= at_least:
                times = process.cpu_times()
                return Sample(time.monotonic(), sum(committed), times.user + times.system)
            await asyncio.sleep(_LOOK_AGAIN)


def _log(server: Server) -> str:
    return server.spec.log.read_text(errors="replace")[-2_000:]


async def _announced(sandbox: Sandbox) -> int:
    """How many records the outbound topic holds: where one more would be put."""
    async with AIOKafkaProducer(
        bootstrap_servers=sandbox.stack.bootstrap_servers, enable_idempotence=False
    ) as producer:
        ends = [
            await producer.send_and_wait(sandbox.outbound, b"", partition=partition)
            for partition in range(PARTITIONS)
        ]
    return sum(end.offset for end in ends)


def _peak(process: psutil.Process) -> int:
    """The most memory the process ever held, where the system tells; else what it holds now."""
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1_024
    return int(process.memory_info().rss)
