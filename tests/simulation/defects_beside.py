"""Plausible defects of what runs concurrently with the next batch: second look and commit."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from unittest.mock import patch

from order_projector.adapters.kafka.consumer.assignment import Assignment
from order_projector.adapters.kafka.consumer.batch_consumer import BatchConsumer
from order_projector.projection.announcements import Announcements
from tests.simulation.broker import Logged
from tests.simulation.consumer import Consumer

Planted = AbstractContextManager[object]


def repeated_and_not_looked_at() -> Planted:
    """Announce a changed order again, but do not compare it again."""

    async def once(
        announcements: Announcements, order_ids: Sequence[str], left: Mapping[str, None]
    ) -> None:
        del left
        await announcements._publish(await announcements._stored(order_ids))

    return patch.object(Announcements, "_repeat", once)


def own_revisions_repeated() -> Planted:
    """Mistake a revision that the next batch is about to announce for another worker's."""
    return patch.object(Announcements, "changing", lambda *_: nullcontext())


def commit_believed_before_its_answer() -> Planted:
    """Count offsets as committed once they are sent."""
    uncommitted = Assignment.uncommitted

    def believed(assignment: Assignment, unfinished: Mapping[tuple[str, int], int]) -> object:
        offsets = uncommitted(assignment, unfinished)
        assignment.committed |= offsets
        return offsets

    return patch.object(Assignment, "uncommitted", believed)


def batches_side_by_side() -> Planted:
    """Process the next batch while the writes of the last one are in flight."""
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
    repeated_and_not_looked_at: 800,
    own_revisions_repeated: 400,
    commit_believed_before_its_answer: 200,
    batches_side_by_side: 40,
}
"""Each defect, with the number of seeds within which it must be found."""
