"""Segments and checkpoints change nothing that is served or announced of a long order."""

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.projection.long_orders.lengths import Lengths
from tests.property.test_set_not_sequence import batched
from tests.support.drawn import examples
from tests.support.events import Json
from tests.support.histories import HISTORIES
from tests.support.sessions import OneOrder

TINY = st.builds(
    Lengths,
    short=st.integers(0, 3),
    recent=st.integers(0, 3),
    most_recent=st.integers(0, 5),
    in_segment=st.integers(1, 4),
    in_document=st.integers(1, 3_000),
    segment_characters=st.integers(1, 3_000),
    served=st.sampled_from([500, 100_000]),
)
"""Thresholds at which a history of a few events makes an order long."""

REACHED = Counter[str]()


@settings(max_examples=examples(500), deadline=None)
@given(history=HISTORIES, lengths=TINY, random=st.randoms(use_true_random=False))
def test_any_arrival_gives_a_long_order_what_it_gives_a_short_one(
    history: list[Json], lengths: Lengths, random: Random
) -> None:
    for _ in range(3):
        again = history + random.sample(history, random.randint(0, len(history)))
        if random.random() < 0.6:
            random.shuffle(again)
        batches = batched(again, random)
        short, long = OneOrder(), OneOrder(lengths)
        for batch in batches:
            short.take(batch)
            long.take(batch)
            assert told(long) == told(short)
        assert long.facts == short.facts
        REACHED.update(long.folds)
        if long.state:
            REACHED["segments"] += len(long.state.apart)
            REACHED["checkpoints"] += long.state.checkpoint is not None


def told(order: OneOrder) -> tuple[object, ...]:
    """Return what is served and announced of an order, and what it remembers of its events."""
    state = order.state
    if state is None:
        return ()
    return (
        order.served,
        (state.counter, state.revision, state.changes, state.causes, state.pending),
        (state.retired, state.flags, state.revision_flags, state.digests, state.offsets),
    )
