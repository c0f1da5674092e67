"""Workers and a producer on the topics of one run, and everything they leave behind."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from aiokafka import TopicPartition

from order_projector.local.server import Server
from order_projector.local.worker import worker_spec
from order_projector.workload.stream import Place
from tests.faults.evidence import (
    LAST,
    NOT_OURS,
    Evidence,
    announcement,
    documents,
    letter,
    logged,
    whole,
)
from tests.faults.nemesis import stopped
from tests.faults.progress import Progress, places, progress
from tests.faults.reliable_producer import ReliableProducer, reliable_producer
from tests.support.processes import launched
from tests.support.topics import Topics

STANDS_STILL_FOR: Final = 120.0
"""Seconds without a commit after which a group counts as stalled for good."""


@dataclass(slots=True)
class Run:
    """Everything of a run except its faults."""

    topics: Topics
    workers: tuple[Server, ...]
    sender: ReliableProducer
    seen: Progress
    partitions: int
    """Of each inbound topic; the outbound topics keep the number they were created with."""
    outbound_partitions: int
    past: Evidence = field(default_factory=lambda: Evidence([]))
    """The log of inbound topics that have since been deleted."""
    past_until: int = 0
    """The end of the deleted topics' time, in milliseconds since the epoch."""

    async def ready(self) -> None:
        """Return once every worker is ready."""
        await asyncio.gather(*(worker.ready() for worker in self.workers))

    async def drained(self, within: float = STANDS_STILL_FOR) -> bool:
        """Return whether everything sent is committed without stalling this many seconds."""
        ends = dict[TopicPartition, int]()
        for topic in self.topics.inbound:
            offsets = await self.sender.mark(topic, self.partitions, LAST, NOT_OURS)
            ends |= {TopicPartition(topic, at): offset for at, offset in enumerate(offsets)}
        return await self.seen.reached(ends, within)

    async def evidence(self) -> Evidence:
        """Stop the workers, then read everything they have left behind."""
        await asyncio.gather(*map(stopped, self.workers))
        evidence = Evidence(self.sender.acknowledged, log=dict(self.past.log))
        for topic in self.topics.outbound:
            await self.sender.mark(topic, self.outbound_partitions, LAST, NOT_OURS)
        await self.read_inbound(evidence)
        servers = self.topics.servers
        updated, dead_letters = (
            whole(servers.bootstrap_servers, topic, self.outbound_partitions)
            for topic in self.topics.outbound
        )
        async for record in updated:
            order_id, revision = announcement(record)
            evidence.announced.setdefault(order_id, []).append(revision)
        async for record in dead_letters:
            dead_letter = letter(record)
            if record.timestamp < self.past_until:
                dead_letter = replace(dead_letter, source=_past(dead_letter.source))
            evidence.dead_letters.append(dead_letter)
        evidence.documents = await documents(servers.mongodb_uri, self.topics.database)
        return evidence

    def widen(self, partitions: int) -> None:
        """Expect this many partitions of the inbound topics."""
        self.partitions = partitions
        self.seen.partitions = places(self.topics.inbound, partitions)

    async def keep_evidence_of_topics(self) -> None:
        """Keep the drained inbound topics' records as evidence, before the topics are deleted."""
        await self.read_inbound(self.past)
        self.past.log = {_past(place): logged for place, logged in self.past.log.items()}
        sent = self.sender.acknowledged
        sent[:] = [replace(each, place=_past(each.place)) for each in sent]
        self.past_until = time.time_ns() // 1_000_000

    async def read_inbound(self, evidence: Evidence) -> None:
        """Keep the inbound topics' records, up to the mark in each partition."""
        for topic in self.topics.inbound:
            async for record in whole(
                self.topics.servers.bootstrap_servers, topic, self.partitions
            ):
                evidence.log[record.topic, record.partition, record.offset] = logged(record)


def _past(place: Place) -> Place:
    topic, partition, offset = place
    return f"{topic}, deleted", partition, offset


@asynccontextmanager
async def running(
    topics: Topics, partitions: int, workers: int, settings: Mapping[str, str], folder: Path
) -> AsyncIterator[Run]:
    """Run this many workers and a producer for the length of a `with` block."""
    environment = {**topics.environment(), **settings}
    servers = topics.servers.bootstrap_servers
    async with AsyncExitStack() as exits:
        running = [
            await exits.enter_async_context(
                launched(worker_spec(environment, folder / f"worker-{number}.log"))
            )
            for number in range(workers)
        ]
        sender = await exits.enter_async_context(reliable_producer(servers))
        seen = await exits.enter_async_context(
            progress(servers, topics.group, topics.inbound, partitions)
        )
        yield Run(topics, tuple(running), sender, seen, partitions, partitions)
