"""A chaos run: workers, APIs, servers, a stream and faults; then a comparison of everything."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from order_projector.local.stack import TOPICS
from order_projector.workload.stream import Hostile, Stream
from tests.faults.api.crowd import Crowd, crowd
from tests.faults.api.journal import Journal
from tests.faults.group_reviver import GroupReviver
from tests.faults.nemesis import Nemesis
from tests.faults.reliable_producer import ReliableProducer
from tests.faults.run import Run, running
from tests.faults.schedule import APIS, WORKERS, Kind, schedule
from tests.faults.verdict import Verdict, judge
from tests.support.servers import Servers, servers_for_tests
from tests.support.streams import hard_stream, on_topics
from tests.support.topics import new_topics, own_topics

PARTITIONS: Final = 6
RECORDS_OF_AN_ORDER: Final = 5.6
SETTINGS: Final[Mapping[str, str]] = {
    "ORDERS_BATCH_SIZE": "100",
    "ORDERS_KAFKA_REBALANCE_TIMEOUT": "20",
    "ORDERS_KAFKA_REQUEST_TIMEOUT": "5",
    "ORDERS_MONGODB_TIMEOUT": "3",
    "ORDERS_SHUTDOWN_TIMEOUT": "10",
}
"""Shorter timeouts than the defaults, so that each of them expires many times in a run."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The parameters of a run; everything random is drawn from the seed."""

    seconds: float
    seed: int
    per_second: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """Counts of the records that were sent and acknowledged."""

    records: int
    orders: int
    duplicates: int
    poison: int
    keyless: int
    resent: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a run."""

    plan: Plan
    faults: Mapping[Kind, int]
    sent: Traffic
    journal: Journal
    """The answers to the clients of the API."""
    verdict: Verdict
    longest_stall: float
    group_revived: int
    """Number of times that the local broker's consumer group was revived."""
    drained_after: float
    drained: bool

    @property
    def clean(self) -> bool:
        """Whether everything was consumed, and nothing is lost, doubled or wrong."""
        return self.drained and self.verdict.clean


@dataclass(frozen=True, slots=True)
class Harness:
    """Everything that runs during a chaos run."""

    run: Run
    crowd: Crowd
    nemesis: Nemesis
    group_reviver: GroupReviver


async def chaos(plan: Plan, folder: Path, say: Callable[[str], None]) -> Outcome:
    """Run the plan, with data and logs in this folder."""
    stream = await asyncio.to_thread(
        hard_stream, round(plan.seconds * plan.per_second / RECORDS_OF_AN_ORDER), plan.seed
    )
    say(f"{len(stream.records):,} records of {len(stream.totals):,} orders, seed {plan.seed}")
    async with _harness(plan.seed, folder) as harness:
        run, kafka = harness.run, harness.run.topics.servers.name
        processes = f"{WORKERS} workers, {APIS} APIs, a database and {kafka}"
        say(f"faults for {plan.seconds:g} s, on {processes} ...")
        stream = on_topics(stream, dict(zip(TOPICS[:2], run.topics.inbound, strict=True)))
        await _disturbed(plan, stream, harness)
        say("no more faults, and all clients are answered; waiting until all is committed ...")
        begun = time.monotonic()
        drained = await run.drained()
        drained_after = time.monotonic() - begun
        evidence = await run.evidence()
        evidence.journal = harness.crowd.journal
        say("comparing ...")
        verdict = await asyncio.to_thread(judge, evidence, stream.totals)
    return Outcome(
        plan=plan,
        faults=dict(harness.nemesis.happened),
        sent=_sent(stream, run.sender),
        journal=evidence.journal,
        verdict=verdict,
        longest_stall=run.seen.longest_stall,
        group_revived=harness.group_reviver.revived,
        drained_after=drained_after,
        drained=drained,
    )


def _sent(stream: Stream, sender: ReliableProducer) -> Traffic:
    return Traffic(
        records=len(stream.records),
        orders=len(stream.totals),
        duplicates=sum(each.repeats for each in stream.records),
        poison=sum(isinstance(each.expected, Hostile) for each in stream.records),
        keyless=sum(each.key is None for each in stream.records),
        resent=sender.resent,
    )


async def _disturbed(plan: Plan, stream: Stream, harness: Harness) -> None:
    faults = schedule(plan.seed, plan.seconds, _possible(harness.run.topics.servers))
    await asyncio.gather(harness.run.ready(), harness.crowd.ready())
    over = asyncio.Event()
    async with asyncio.TaskGroup() as around:
        around.create_task(harness.crowd.work(over, sorted(stream.totals)))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(harness.run.sender.deliver(stream.records, plan.seconds))
            tasks.create_task(harness.nemesis.follow(faults, plan.seconds))
        over.set()
    await harness.crowd.leave()


@asynccontextmanager
async def _harness(seed: int, folder: Path) -> AsyncIterator[Harness]:
    """Start everything; leave nothing behind except in the folder, also on remote servers."""
    async with AsyncExitStack() as exits:
        servers = await exits.enter_async_context(servers_for_tests(folder))
        if servers.broker and servers.database:
            topics = await new_topics(servers, PARTITIONS)
        else:
            topics = await exits.enter_async_context(own_topics(servers, PARTITIONS))
        run = await exits.enter_async_context(
            running(topics, PARTITIONS, WORKERS, SETTINGS, folder)
        )
        clients = await exits.enter_async_context(
            crowd({**topics.environment(), **SETTINGS}, APIS, seed, folder)
        )
        group_reviver = GroupReviver(topics, float(servers.session_timeout), run.seen)
        if not servers.idempotent:  # only the local broker
            on_duty = asyncio.create_task(group_reviver.watch())
            exits.callback(on_duty.cancel)
        nemesis = Nemesis(run.workers, clients.apis, servers.database, servers.broker)
        yield Harness(run, clients, nemesis, group_reviver)


def _possible(servers: Servers) -> tuple[Kind, ...]:
    """Return the faults that these servers survive without losing data."""
    out = set[Kind]()
    if servers.database is None:
        out |= {Kind.DATABASE_FROZEN, Kind.DATABASE_KILLED}
    if servers.broker is None:
        out |= {Kind.BROKER_FROZEN, Kind.BROKER_KILLED}
    elif not servers.idempotent:
        out |= {Kind.BROKER_KILLED}  # it keeps everything in memory
    return tuple(kind for kind in Kind if kind not in out)
