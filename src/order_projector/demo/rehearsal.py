"""The rehearsal: send the demo's stream to running workers, and make the same check.

Everything else in the topics and in the database is left untouched and ignored. So a rehearsal can
be repeated, with another seed or with the same one (then every event is a duplicate).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError
from rich.console import Console

from order_projector.adapters.kafka.connection.availability import (
    availability as kafka_availability,
)
from order_projector.adapters.kafka.connection.options import client_options
from order_projector.adapters.kafka.reading import TOPICS, partitions_of
from order_projector.adapters.mongo.answers import availability as mongo_availability
from order_projector.demo.screen import Screen, State, print_report, screen
from order_projector.settings import Settings
from order_projector.verification.check import (
    Announced,
    CheckReport,
    DeadLetterRecord,
    Result,
    check,
)
from order_projector.verification.expected_orders import expect_orders
from order_projector.verification.watch import announced, letter
from order_projector.workload.stream import PAYMENTS, REDEMPTIONS, Stream, generate
from order_projector.workload.traffic import Traffic

_Client = TypeVar("_Client", AIOKafkaConsumer, AIOKafkaProducer)

_LOOK_AGAIN = 0.5
_ANSWER_WITHIN = 5.0
_STANDSTILL = 120.0
_QUIET = 2.0


class RehearsalFailed(Exception):
    """The rehearsal could not finish; the message is meant for the user."""


class ServiceAway(Exception):
    """The broker or the database does not answer; the message says why."""

    def __init__(self, service: str, error: Exception) -> None:
        reason = " ".join(str(error).split()).partition(", Timeout: ")[0]  # else all that is known
        super().__init__(reason or type(error).__name__)
        self.service = service


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The number of orders, the seed, and the rate in records per second."""

    orders: int
    seed: int
    per_second: int


@dataclass(slots=True)
class _Stage:
    """The servers, the stream, and how much of it the workers have processed."""

    settings: Settings
    stream: Stream
    traffic: Traffic
    group: AIOKafkaConsumer
    orders: Any
    """The collection of the stored orders."""
    _committed: dict[TopicPartition, int] = field(default_factory=dict)
    _stored: int = 0

    async def look(self) -> State:
        """Return the progress; while a server does not answer, its last known part."""
        places = [TopicPartition(*each.place[:2]) for each in self.traffic.sent]
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(_ANSWER_WITHIN):
                for place in set(places):
                    self._committed[place] = await self.group.committed(place) or 0
        with suppress(PyMongoError):
            self._stored = await self.orders.estimated_document_count()
        done = self._committed
        # not strict: more records may have been sent while the offsets were read
        consumed = sum(
            each.place[2] < done.get(place, 0)
            for each, place in zip(self.traffic.sent, places, strict=False)
        )
        return State(len(self.stream.records), len(self.traffic.sent), consumed, self._stored)


async def rehearse(settings: Settings, plan: Rehearsal, console: Console) -> CheckReport:
    """Send the stream, wait until the workers are done, and print the result of the check.

    Raises `ServiceAway`, `RehearsalFailed` if the workers make no progress, and as `partitions_of`.
    """
    await partitions_of(settings, *TOPICS)  # a broker that is away is known sooner than by sending
    stream = await asyncio.to_thread(_stream, settings, plan)
    console.print(
        f"{plan.orders:,} orders in {len(stream.records):,} records (seed {plan.seed}), "
        f"to {settings.kafka_bootstrap_servers}"
    )
    async with _stage(settings, stream) as stage:
        begun = time.monotonic()
        with screen() as shown:
            await _play(stage, plan, shown)
        console.print(f"Sent and settled in {time.monotonic() - begun:.1f} s.")
        report = await _compare(stage)
    print_report(console, report)
    return report


def _stream(settings: Settings, plan: Rehearsal) -> Stream:
    """Generate the demo's stream, on the topics of the settings."""
    stream = generate(plan.orders, plan.seed)
    names = {REDEMPTIONS: settings.redemptions_topic, PAYMENTS: settings.payments_topic}
    records = tuple(replace(record, topic=names[record.topic]) for record in stream.records)
    return Stream(records, stream.totals)


@asynccontextmanager
async def _stage(settings: Settings, stream: Stream) -> AsyncIterator[_Stage]:
    options = client_options(settings)
    try:
        async with (
            _started(
                AIOKafkaProducer(
                    **options,
                    acks="all",
                    enable_idempotence=settings.kafka_enable_idempotence,
                    linger_ms=2,
                    request_timeout_ms=60_000,
                )
            ) as producer,
            _started(
                AIOKafkaConsumer(
                    **options, group_id=settings.consumer_group, enable_auto_commit=False
                )
            ) as group,
            AsyncMongoClient[dict[str, Any]](
                settings.mongodb_uri, serverSelectionTimeoutMS=1_000 * _ANSWER_WITHIN
            ) as client,
        ):
            orders = client[settings.mongodb_database]["orders"]
            with mongo_availability():
                await orders.estimated_document_count()  # nothing is sent if the database is away
            yield _Stage(settings, stream, Traffic(producer), group, orders)
    except PyMongoError as error:
        raise ServiceAway("database", error) from None
    except (KafkaError, OSError, TimeoutError) as error:
        raise ServiceAway("broker", error) from None


@asynccontextmanager
async def _started(client: _Client) -> AsyncIterator[_Client]:
    """Run a client for the duration of a ``with`` block; close it even if it cannot start."""
    try:
        with kafka_availability():
            await client.start()
        yield client
    finally:
        with kafka_availability():
            await client.stop()


async def _play(stage: _Stage, plan: Rehearsal, shown: Screen) -> None:
    """Send the stream and show the progress, until all of it is committed."""
    sending = asyncio.create_task(stage.traffic.steadily(stage.stream.records, plan.per_second))
    furthest, moved = (-1, -1), time.monotonic()
    try:
        while True:
            state = await stage.look()
            shown.show(state)
            if sending.done():
                await sending
                if state.consumed == state.total:
                    return
            if (state.produced, state.consumed) != furthest:
                furthest, moved = (state.produced, state.consumed), time.monotonic()
            elif time.monotonic() - moved > _STANDSTILL:
                raise RehearsalFailed(
                    f"for {_STANDSTILL:g} s nothing more is committed than {state.consumed:,} of "
                    f"{state.produced:,}: does the group {stage.settings.consumer_group} run?"
                )
            await asyncio.sleep(_LOOK_AGAIN)
    finally:
        sending.cancel()
        await asyncio.wait([sending])


async def _compare(stage: _Stage) -> CheckReport:
    """Compare the workers' results with the fold of the stream's events."""
    traffic, totals = stage.traffic, stage.stream.totals
    expected_orders = await asyncio.to_thread(
        expect_orders, (each.record for each in traffic.sent), totals
    )
    places = {each.place for each in traffic.sent}
    expected = expected_orders.documents
    announcements, dead_letters = await _published(stage)
    result = Result(
        await _documents(stage, expected.keys()),
        [each for each in announcements if each.order_id in expected],
        [each for each in dead_letters if each.source in places],
    )
    return await asyncio.to_thread(check, traffic.sent, totals, result)


async def _documents(stage: _Stage, ids: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
    found = stage.orders.find({"_id": {"$in": [*ids]}})
    return {document["_id"]: document async for document in found}


async def _published(stage: _Stage) -> tuple[list[Announced], list[DeadLetterRecord]]:
    """Read both outbound topics."""
    settings = stage.settings
    announcements = [
        announced(record)
        for record in await _read(stage, settings.order_updated_topic)
        if record.key
    ]
    dead_letters = [letter(record) for record in await _read(stage, settings.dead_letters_topic)]
    return announcements, dead_letters


async def _read(stage: _Stage, topic: str) -> list[ConsumerRecord]:
    """Read a topic up to its current end, and on until no record arrives for `_QUIET` seconds."""
    records: list[ConsumerRecord] = []
    numbers = await stage.traffic.producer.partitions_for(topic)
    partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
    async with _started(
        AIOKafkaConsumer(
            **client_options(stage.settings), enable_auto_commit=False, auto_offset_reset="earliest"
        )
    ) as reader:
        reader.assign(partitions)
        ends = await reader.end_offsets(partitions)
        while True:
            batches = await reader.getmany(timeout_ms=round(1_000 * _QUIET))
            for batch in batches.values():
                records.extend(batch)
            behind = [each for each, end in ends.items() if await reader.position(each) < end]
            if not batches and not behind:
                return records
