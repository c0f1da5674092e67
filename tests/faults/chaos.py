"""A chaos run: workers and servers, a stream, faults, and then the comparison of everything."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiokafka import TopicPartition

from order_projector.demo.stream import Hostile, Stream
from order_projector.local.stack import TOPICS, LocalStack, local_stack
from tests.faults.courier import Courier, courier
from tests.faults.evidence import (
    LAST,
    NOT_OURS,
    Evidence,
    Logged,
    announcement,
    documents,
    letter,
    whole,
)
from tests.faults.medic import Medic
from tests.faults.nemesis import Nemesis, stopped
from tests.faults.progress import Progress, progress
from tests.faults.schedule import WORKERS, Kind, schedule
from tests.faults.verdict import Verdict, judge
from tests.support.streams import hard_stream
from tests.support.worker import running_worker

PARTITIONS: Final = 6
RECORDS_OF_AN_ORDER: Final = 5.6
GROUP: Final = "order-projector"
DATABASE: Final = "orders"
DRAINED_WITHIN: Final = 120.0
SESSION_TIMEOUT: Final = 3.0
SETTINGS: Final[Mapping[str, str]] = {
    "ORDERS_BATCH_SIZE": "100",
    "ORDERS_KAFKA_SESSION_TIMEOUT": f"{SESSION_TIMEOUT:g}",
    "ORDERS_KAFKA_REBALANCE_TIMEOUT": "20",
    "ORDERS_KAFKA_REQUEST_TIMEOUT": "5",
    "ORDERS_MONGODB_TIMEOUT": "3",
    "ORDERS_SHUTDOWN_TIMEOUT": "10",
}
"""Shorter times than the defaults, so that a run sees the end of each of them many times."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A run: everything that is drawn comes from the seed."""

    seconds: float
    seed: int
    per_second: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """What was sent and acknowledged."""

    records: int
    orders: int
    duplicates: int
    poison: int
    keyless: int
    again: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    plan: Plan
    faults: Mapping[Kind, int]
    sent: Traffic
    verdict: Verdict
    longest_stall: float
    group_revived: int
    """How often the local broker's group had to be helped."""
    drained_after: float
    drained: bool

    @property
    def clean(self) -> bool:
        """Whether everything went through, and nothing is lost, doubled or wrong."""
        return self.drained and self.verdict.clean


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that runs during a run."""

    stack: LocalStack
    nemesis: Nemesis
    sender: Courier
    seen: Progress
    medic: Medic


async def chaos(plan: Plan, folder: Path, say: Callable[[str], None]) -> Outcome:
    """Run the plan, with data and logs in that folder."""
    stream = await asyncio.to_thread(
        hard_stream, round(plan.seconds * plan.per_second / RECORDS_OF_AN_ORDER), plan.seed
    )
    say(f"{len(stream.records):,} records of {len(stream.accounts):,} orders, seed {plan.seed}")
    async with _scene(folder) as scene:
        say(f"faults for {plan.seconds:g} s, on {WORKERS} workers, a database and a broker ...")
        await _disturbed(plan, stream, scene)
        say("no more faults; waiting until everything is committed ...")
        begun = time.monotonic()
        drained = await _drained(scene)
        drained_after = time.monotonic() - begun
        await asyncio.gather(*map(stopped, scene.nemesis.workers))
        say("comparing ...")
        evidence = await _evidence(scene.stack, scene.sender)
        verdict = await asyncio.to_thread(judge, evidence, stream.accounts)
    return Outcome(
        plan=plan,
        faults=dict(scene.nemesis.happened),
        sent=_sent(stream, scene.sender),
        verdict=verdict,
        longest_stall=scene.seen.longest_stall,
        group_revived=scene.medic.revived,
        drained_after=drained_after,
        drained=drained,
    )


def _sent(stream: Stream, sender: Courier) -> Traffic:
    return Traffic(
        records=len(stream.records),
        orders=len(stream.accounts),
        duplicates=sum(each.repeats for each in stream.records),
        poison=sum(isinstance(each.expected, Hostile) for each in stream.records),
        keyless=sum(each.key is None for each in stream.records),
        again=sender.sent_again,
    )


async def _disturbed(plan: Plan, stream: Stream, scene: Scene) -> None:
    nemesis = scene.nemesis
    await asyncio.gather(*(worker.ready() for worker in nemesis.workers))
    async with asyncio.TaskGroup() as going_on:
        going_on.create_task(scene.sender.delivers(stream.records, plan.seconds))
        going_on.create_task(nemesis.follow(schedule(plan.seed, plan.seconds), plan.seconds))


async def _drained(scene: Scene) -> bool:
    ends = dict[TopicPartition, int]()
    for topic in TOPICS[:2]:
        offsets = await scene.sender.mark(topic, PARTITIONS, LAST, NOT_OURS)
        ends |= {TopicPartition(topic, at): offset for at, offset in enumerate(offsets)}
    return await scene.seen.reached(ends, DRAINED_WITHIN)


async def _evidence(stack: LocalStack, sender: Courier) -> Evidence:
    """Reads everything, now that nobody writes any more."""
    evidence = Evidence(sender.acknowledged)
    inbound, (updated, letters) = TOPICS[:2], TOPICS[2:]
    for topic in (updated, letters):
        await sender.mark(topic, PARTITIONS, LAST, NOT_OURS)
    servers = stack.bootstrap_servers
    for topic in inbound:
        async for record in whole(servers, topic, PARTITIONS):
            place = (record.topic, record.partition, record.offset)
            evidence.log[place] = Logged(record.key, record.value, record.headers)
    async for record in whole(servers, updated, PARTITIONS):
        order_id, revision = announcement(record)
        evidence.announced.setdefault(order_id, []).append(revision)
    async for record in whole(servers, letters, PARTITIONS):
        evidence.letters.append(letter(record))
    evidence.documents = await documents(stack.mongodb_uri, DATABASE)
    return evidence


@asynccontextmanager
async def _scene(folder: Path) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as exits:
        stack = await exits.enter_async_context(
            local_stack(data_dir=folder, partitions=PARTITIONS, sync_on_commit=True)
        )
        workers = [
            await exits.enter_async_context(
                running_worker({**stack.environment(), **SETTINGS}, folder / f"worker-{number}.log")
            )
            for number in range(WORKERS)
        ]
        servers, inbound = stack.bootstrap_servers, TOPICS[:2]
        sender = await exits.enter_async_context(courier(servers))
        sent = sender.acknowledged
        seen = await exits.enter_async_context(
            progress(servers, GROUP, inbound, PARTITIONS, lambda: len(sent))
        )
        medic = Medic(servers, GROUP, inbound, SESSION_TIMEOUT, seen)
        on_duty = asyncio.create_task(medic.watch())
        exits.callback(on_duty.cancel)
        yield Scene(stack, Nemesis(workers, stack.database, stack.broker), sender, seen, medic)
