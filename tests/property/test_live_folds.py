"""A worker that goes on from its last fold decides what one that loads the order decides."""

from collections import Counter
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.projection.long_orders.lengths import Lengths
from order_projector.projection.recent_states import RecentStates
from tests.property.test_long_orders import TINY, told
from tests.property.test_set_not_sequence import batched
from tests.support.drawn import examples
from tests.support.events import Json
from tests.support.growing import growing
from tests.support.histories import HISTORIES
from tests.support.sessions import OneOrder

REACHED = Counter[str]()


@settings(max_examples=examples(300), deadline=None)
@given(history=HISTORIES, random=st.randoms(use_true_random=False))
def test_any_arrival_gives_a_live_order_what_it_gives_a_loaded_one(
    history: list[Json], random: Random
) -> None:
    for _ in range(3):
        again = history + random.sample(history, random.randint(0, len(history)))
        if random.random() < 0.4:
            random.shuffle(again)
        loaded, live = OneOrder(), OneOrder(recent=RecentStates())
        for batch in batched(again, random):
            loaded.take(batch)
            live.take(batch)
            assert told(live) == told(loaded)
        assert live.facts == loaded.facts
        REACHED.update(live.folds)


@settings(max_examples=examples(100), deadline=None)
@given(history=HISTORIES, lengths=TINY, random=st.randoms(use_true_random=False))
def test_a_live_order_that_grows_long_is_the_same_order(
    history: list[Json], lengths: Lengths, random: Random
) -> None:
    loaded, live = OneOrder(lengths), OneOrder(lengths, RecentStates())
    for batch in batched(history, random):
        loaded.take(batch)
        live.take(batch)
        assert told(live) == told(loaded)
    assert live.facts == loaded.facts
    REACHED.update(live.folds)


GROWN = st.builds(
    Lengths,
    short=st.integers(2, 6),
    recent=st.integers(0, 4),
    most_recent=st.integers(4, 12),
    in_segment=st.integers(2, 12),
    in_document=st.sampled_from([4_000, 65_536]),
    served=st.sampled_from([6_000, 100_000]),
)
"""Thresholds at which an order of dozens of events is long, and gets an update now and then."""


@settings(max_examples=examples(100), deadline=None)
@given(lengths=GROWN, random=st.randoms(use_true_random=False))
def test_a_long_live_order_that_is_updated_is_the_same_order(
    lengths: Lengths, random: Random
) -> None:
    """The support compares each updated document with the one that would replace it."""
    loaded, live = OneOrder(lengths), OneOrder(lengths, RecentStates())
    for batch in batched(growing(random, random.randint(10, 60)), random):
        loaded.take(batch)
        live.take(batch)
        assert told(live) == told(loaded)
    assert live.facts == loaded.facts
    REACHED.update(live.folds)


def test_growing_orders_are_updated_and_replaced() -> None:
    folds = Counter[str]()
    for seed in range(3):
        live = OneOrder(Lengths(4, 2, 8, 6), RecentStates())
        for event in growing(Random(seed), 60):
            live.take([event])
        folds.update(live.folds)

    assert folds["live"] > 60
    assert 30 < folds["updated"] < folds["live"]
