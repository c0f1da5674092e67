"""Plausible defects of the worker, each ready to be planted.

All of them pass a test without faults, and most of them a test with the usual few.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from pymongo import ReplaceOne

from order_projector.adapters.kafka.consumer.batch_consumer import BatchConsumer
from order_projector.adapters.kafka.consumer.rebalances import Rebalances
from order_projector.adapters.kafka.producer.outbound import KafkaDeadLetters
from order_projector.adapters.mongo import writing
from order_projector.domain.facts import Erasure, Fact, Snapshot, Void
from order_projector.domain.names import NO_NAMES, OrderNames
from order_projector.domain.served import ProjectedOrder, project_order
from order_projector.events.outcome import Accepted
from order_projector.projection import decisions, decoding, document, session, unserved
from order_projector.projection.announcements import Announcements
from order_projector.projection.held_partitions import HeldPartitions
from order_projector.projection.ports import DeadLetter, OrderWrite, Record
from order_projector.projection.session import InboundEvent, Seen
from order_projector.projection.slow_orders import SlowOrders
from tests.simulation import worker, world
from tests.simulation.broker import Logged
from tests.simulation.consumer import Consumer
from tests.simulation.database import Database
from tests.simulation.driver import Collection
from tests.simulation.network import Answer

Planted = AbstractContextManager[object]


def commit_before_write() -> Planted:
    """Commit offsets when a batch is taken, rather than when it is done."""
    consume = BatchConsumer.consume

    async def hasty(
        batch_consumer: BatchConsumer, consumer: Consumer, records: Sequence[Logged]
    ) -> None:
        offsets = {TopicPartition(one.topic, one.partition): one.offset + 1 for one in records}
        with suppress(KafkaError, CommitFailedError, IllegalStateError):
            await consumer.commit(offsets)
        await consume(batch_consumer, consumer, records)

    return patch.object(BatchConsumer, "consume", hasty)


def commit_of_positions() -> Planted:
    """Commit the consumer's positions, as `ack()` does, rather than the batch's own offsets."""
    commit = Consumer.commit

    async def positions(consumer: Consumer, offsets: Mapping[TopicPartition, int]) -> None:
        del offsets
        await commit(consumer)

    return patch.object(Consumer, "commit", positions)


def no_compare_and_set() -> Planted:
    """Replace an order even if it has changed since it was loaded."""

    def replacing(write: OrderWrite) -> ReplaceOne[dict[str, Any]]:
        return ReplaceOne({"_id": write.order_id}, document.compose(write), upsert=True)

    return patch.object(writing, "_request", replacing)


@contextmanager
def duplicate_not_recognised() -> Iterator[None]:
    """Treat the same event at another offset as another event."""
    original, first = decoding._inbound_event, dict[str, Record]()

    def doubled(record: Record, accepted: Accepted) -> InboundEvent:
        if first.setdefault(accepted.event.id, record).coordinates == record.coordinates:
            return original(record, accepted)
        facts = tuple(_another(fact, record) for fact in accepted.facts)
        return original(record, replace(accepted, facts=facts))

    with patch.object(decoding, "_inbound_event", doubled):
        yield


def _another(fact: Fact, record: Record) -> Fact:
    name = f"{getattr(fact, 'id', fact.event.id)} again {record.coordinates.offset}"
    if isinstance(fact, Snapshot | Void | Erasure):
        return replace(fact, event=replace(fact.event, id=name))
    return replace(fact, id=name)


def duplicate_announced() -> Planted:
    """Treat a producer's duplicate as a redelivery, and announce it."""
    return _judged(Seen.DUPLICATE, Seen.REDELIVERED)


def redelivery_not_announced() -> Planted:
    """Do not announce what was stored by a worker that died before it could announce it."""
    return _judged(Seen.REDELIVERED, Seen.DUPLICATE)


@contextmanager
def _judged(right: Seen, wrong: Seen) -> Iterator[None]:
    def judged(*args: Any) -> tuple[Seen, ...]:
        return tuple(wrong if each is right else each for each in decisions.judged(*args))

    with patch.object(session, "judged", judged), patch.object(unserved, "judged", judged):
        yield


def no_second_look() -> Planted:
    """Do not check whether an order has changed while it was announced."""

    async def nothing(*_: object) -> None:
        pass

    return patch.object(Announcements, "_compare", nothing)


@contextmanager
def given_up_and_forgotten() -> Iterator[None]:
    """Forget a batch that is abandoned between its announcement and the second look."""
    check = Announcements.check

    async def forgetful(announcements: Announcements) -> None:
        announcements._given_up.clear()
        await check(announcements)

    with patch.object(Announcements, "check", forgetful):
        yield


def drain_not_awaited() -> Planted:
    """Release partitions at once, without waiting for the batch in progress."""

    async def hasty(rebalances: Rebalances, revoked: set[TopicPartition]) -> None:
        del revoked
        rebalances._worker_state.revoked()

    return patch.object(Rebalances, "on_partitions_revoked", hasty)


def dead_letter_not_awaited() -> Planted:
    """Send dead letters without waiting for their acknowledgement."""
    publish = KafkaDeadLetters.publish_dead_letters
    sending = set[asyncio.Task[None]]()

    async def hasty(publisher: KafkaDeadLetters, dead_letters: Sequence[DeadLetter]) -> None:
        task = asyncio.create_task(publish(publisher, dead_letters))
        sending.add(task)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    return patch.object(KafkaDeadLetters, "publish_dead_letters", hasty)


def retry_that_drops() -> Planted:
    """Skip a batch after trying it for five seconds."""

    async def once(batch_consumer: BatchConsumer, records: Sequence[Record]) -> None:
        with suppress(Exception):
            async with asyncio.timeout(5):
                await batch_consumer.process(records)
        batch_consumer.worker_state.succeeded()

    return patch.object(BatchConsumer, "_process_until_done", once)


def ordered_bulk() -> Planted:
    """Let the first conflict in a bulk command stop all writes after it."""
    bulk_write = Collection.bulk_write

    async def ordered(collection: Collection, requests: Sequence[Any], **_: object) -> Any:
        return await bulk_write(collection, requests, ordered=True)

    return patch.object(Collection, "bulk_write", ordered)


def clock_in_the_fold() -> Planted:
    """Take an order's ``updated_at`` from the clock rather than from its events."""

    def stamped(
        order_id: str, facts: Mapping[str, Fact], names: OrderNames = NO_NAMES
    ) -> ProjectedOrder:
        projection = project_order(order_id, facts, names)
        now = worker._START + timedelta(seconds=asyncio.get_running_loop().time())
        return replace(projection, order={**projection.order, "updated_at": now.isoformat()})

    return patch.object(world, "ResumableFold", lambda _lengths: stamped)


def waits_for_good() -> Planted:
    """Stay in the waiting state after a batch was abandoned while waiting for a service."""
    resumed = worker.FakeMetrics.resumed

    def deaf(metrics: worker.FakeMetrics, service: str) -> None:
        task = asyncio.current_task()
        if task is None or not task.cancelling():
            resumed(metrics, service)

    return patch.object(worker.FakeMetrics, "resumed", deaf)


def read_from_a_secondary() -> Planted:
    """Read orders where they may be stale."""
    find, seen = Database.find, dict[str, bytes]()

    def old(database: Database, order_ids: Sequence[str], answer: Answer) -> None:
        majority, database.majority = database.majority, {**database.majority, **seen}
        find(database, order_ids, answer)
        database.majority = majority
        seen.clear()
        if database.random.random() < 0.3:
            seen.update(majority)

    return patch.object(Database, "find", old)


def held_back_and_committed() -> Planted:
    """Commit the offsets of held-back records together with those of the batch."""
    return patch.object(HeldPartitions, "withheld", lambda _held_partitions: ())


def held_back_and_passed_over() -> Planted:
    """Skip the held-back records when their partition resumes."""
    return patch.object(Consumer, "seek", lambda _consumer, _at, _offset: None)


def commit_beyond_what_is_apart() -> Planted:
    """Commit a batch to its end, even if some of its orders are still processed apart."""
    return patch.object(SlowOrders, "unfinished", lambda _: {})


@contextmanager
def apart_forgotten_too_early() -> Iterator[None]:
    """Forget the orders apart before the commit on revocation, so that everything is committed."""
    drain = BatchConsumer._drain_apart

    async def hasty(batch_consumer: BatchConsumer, deadline: float, reason: str) -> None:
        await drain(batch_consumer, deadline, reason)
        batch_consumer.apart.forget()

    with patch.object(BatchConsumer, "_drain_apart", hasty):
        yield


DEFECTS: Mapping[Callable[[], Planted], int] = {
    commit_before_write: 20,
    commit_of_positions: 600,
    no_compare_and_set: 60,
    duplicate_not_recognised: 40,
    duplicate_announced: 400,
    redelivery_not_announced: 80,
    no_second_look: 400,
    given_up_and_forgotten: 800,
    drain_not_awaited: 300,
    dead_letter_not_awaited: 80,
    retry_that_drops: 40,
    ordered_bulk: 200,
    clock_in_the_fold: 10,
    read_from_a_secondary: 80,
    waits_for_good: 100,
    held_back_and_committed: 100,
    held_back_and_passed_over: 100,
    commit_beyond_what_is_apart: 80,
    apart_forgotten_too_early: 80,
}
"""Each defect, with the number of seeds within which it must be found."""
