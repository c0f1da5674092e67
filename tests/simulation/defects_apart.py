"""Plausible defects of segments and checkpoints, each ready to be planted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from order_projector.adapters.mongo import store, writing
from order_projector.adapters.mongo.answers import Answer
from order_projector.adapters.mongo.segments import MongoSegments
from order_projector.projection.long_orders import name_digest, resumable_fold
from order_projector.projection.ports import OrderWrite, Unavailable, Unusable, Written
from tests.simulation.defects import Planted


@contextmanager
def segments_after_their_order() -> Iterator[None]:
    """Write the document that lists a segment before the segment."""
    write_segments, send = MongoSegments.store, writing.send
    waiting = list[tuple[MongoSegments, Sequence[OrderWrite], Any]]()

    async def not_yet(
        segments: MongoSegments, writes: Sequence[OrderWrite], probe: Any
    ) -> dict[str, Written | Unusable]:
        waiting.append((segments, writes, probe))
        return {}

    async def sending(orders: Any, writes: Sequence[OrderWrite], *how: Any) -> Answer:
        answer = await send(orders, writes, *how)
        while waiting:
            await write_segments(*waiting.pop())
        return answer

    with patch.object(MongoSegments, "store", not_yet), patch.object(store, "send", sending):
        yield


def segment_lost() -> Planted:
    """Treat a segment that could not be written as written."""
    write_segments = MongoSegments.store

    async def careless(
        segments: MongoSegments, writes: Sequence[OrderWrite], probe: Any
    ) -> Mapping[str, Written | Unusable]:
        try:
            return await write_segments(segments, writes, probe)
        except Unavailable:
            return {}

    return patch.object(MongoSegments, "store", careless)


def late_event_from_the_checkpoint() -> Planted:
    """Fold an event that is dated before the checkpoint after it."""
    return patch.object(resumable_fold, "place_of", lambda _fact: None)


def known_event_from_the_checkpoint() -> Planted:
    """Do not check whether a new fact is known in a segment."""
    return patch.object(name_digest, "may_hold", lambda _digest, _name: False)


def segments_of_the_erased_left() -> Planted:
    """Keep the segments of an erased order."""

    async def nothing(_segments: MongoSegments, _order_ids: Any) -> None:
        pass

    return patch.object(MongoSegments, "delete", nothing)


DEFECTS_APART: Mapping[Callable[[], Planted], int] = {
    segments_after_their_order: 20,
    segment_lost: 200,
    late_event_from_the_checkpoint: 40,
    known_event_from_the_checkpoint: 300,
    segments_of_the_erased_left: 200,
}
"""Each defect, with the number of seeds within which it must be found."""
