"""Mistakes in what runs beside the next batch: the second look and the commit."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from unittest.mock import patch

from order_projector.adapters.kafka.consumer.assignment import Assignment
from order_projector.adapters.kafka.consumer.batch_consumer import BatchConsumer
from order_projector.adapters.kafka.consumer.completion import Completion, _Target
from order_projector.projection.announcements import Announcements
from tests.simulation.broker import Logged
from tests.simulation.consumer import Consumer

Planted = AbstractContextManager[object]


@contextmanager
def commit_before_the_second_look() -> Iterator[None]:
    """Offsets are committed first; a second look that is cut short is then nobody's any more."""
    check = Announcements.check

    async def hasty(completion: Completion, target: _Target) -> None:
        target.assignment.checked |= target.assignment.processed
        completion._commits.request(target)
        await completion._check()

    async def forgetful(announcements: Announcements) -> None:
        try:
            await check(announcements)
        except asyncio.CancelledError:
            announcements._given_up.clear()
            raise

    with (
        patch.object(Completion, "_check_and_commit", hasty),
        patch.object(Announcements, "check", forgetful),
    ):
        yield


def ended_during_the_second_look() -> Planted:
    """What ends while others are looked at is committed with them."""

    async def late(completion: Completion, target: _Target) -> None:
        await completion._check()
        target.assignment.checked |= target.assignment.processed
        completion._commits.request(target)

    return patch.object(Completion, "_check_and_commit", late)


@contextmanager
def second_look_cut_short_and_committed() -> Iterator[None]:
    """When partitions are taken away, what is processed is committed, looked at or not."""
    commit_last = Completion.commit_last

    async def hasty(completion: Completion, consumer: Consumer, assignment: Assignment) -> None:
        assignment.checked |= assignment.processed
        await commit_last(completion, consumer, assignment)

    with patch.object(Completion, "commit_last", hasty):
        yield


@contextmanager
def second_look_cut_short_and_forgotten() -> Iterator[None]:
    """What a second look that is cancelled had before it is nobody's any more."""
    check = Announcements.check

    async def forgetful(announcements: Announcements) -> None:
        try:
            await check(announcements)
        except asyncio.CancelledError:
            announcements._given_up.clear()
            raise

    with patch.object(Announcements, "check", forgetful):
        yield


def repeated_and_not_looked_at() -> Planted:
    """What is announced again, because it had moved on, is not compared again."""

    async def once(
        announcements: Announcements, order_ids: Sequence[str], left: Mapping[str, None]
    ) -> None:
        del left
        await announcements._publish(await announcements._stored(order_ids))

    return patch.object(Announcements, "_repeat", once)


def own_revisions_repeated() -> Planted:
    """A revision that the next batch is about to announce is taken for another worker's."""
    return patch.object(Announcements, "changing", lambda *_: nullcontext())


def commit_believed_before_its_answer() -> Planted:
    """Offsets count as committed once they are sent."""
    uncommitted = Assignment.uncommitted

    def believed(assignment: Assignment, unfinished: Mapping[tuple[str, int], int]) -> object:
        offsets = uncommitted(assignment, unfinished)
        assignment.committed |= offsets
        return offsets

    return patch.object(Assignment, "uncommitted", believed)


def batches_side_by_side() -> Planted:
    """The next batch is taken while the writes of the last one are on their way."""
    consume, taken = BatchConsumer.consume, set[asyncio.Task[None]]()

    async def hasty(
        batch_consumer: BatchConsumer, consumer: Consumer, batch: Sequence[Logged]
    ) -> None:
        batch_consumer._lock = asyncio.Lock()
        task = asyncio.create_task(consume(batch_consumer, consumer, batch))
        taken.add(task)
        task.add_done_callback(taken.discard)
        await asyncio.wait({task}, timeout=0.02)

    return patch.object(BatchConsumer, "consume", hasty)


DEFECTS_BESIDE: Mapping[Callable[[], Planted], int] = {
    commit_before_the_second_look: 400,
    ended_during_the_second_look: 800,
    second_look_cut_short_and_committed: 800,
    second_look_cut_short_and_forgotten: 1_000,
    repeated_and_not_looked_at: 800,
    own_revisions_repeated: 200,
    commit_believed_before_its_answer: 200,
    batches_side_by_side: 40,
}
"""Each with the number of seeds within which it must be found out."""
