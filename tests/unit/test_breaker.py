"""The breaker tells a reader that is broken from events that are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_projector.projection.breaker import Breaker, Limits, Tripped

LIMITS = Limits(share=0.5, run=100, window=1_000)
DEFAULTS = Limits(share=0.5, run=1_000, window=10_000)


def trips(breaker: Breaker, batches: list[list[bool]]) -> bool:
    """Whether it trips on these batches; True is a dead letter."""
    try:
        for batch in batches:
            breaker.weigh(len(batch), [at for at, is_dead in enumerate(batch) if is_dead])
    except Tripped:
        return True
    return False


def test_a_run_of_dead_letters_trips_it_across_batches() -> None:
    breaker = Breaker(LIMITS)
    breaker.weigh(60, range(10, 60))
    breaker.weigh(49, range(49))

    with pytest.raises(Tripped, match=r"^100 events in a row would be dead letters$"):
        breaker.weigh(5, [0])


@pytest.mark.parametrize("gap", [0, 30, 39])
def test_one_good_event_ends_a_run(gap: int) -> None:
    breaker = Breaker(LIMITS)
    breaker.weigh(60, range(60))
    breaker.weigh(50, [at for at in range(50) if at != gap])

    assert not trips(breaker, [[True] * 49])


def test_a_batch_that_is_a_run_by_itself_trips_it_whole() -> None:
    with pytest.raises(Tripped, match=r"^2,000 events in a row"):
        Breaker(LIMITS).weigh(2_000, range(2_000))


def test_more_than_a_share_of_a_full_window_trips_it() -> None:
    breaker = Breaker(LIMITS)
    half = range(0, 100, 2)
    for _ in range(10):
        breaker.weigh(100, half)

    with pytest.raises(Tripped, match=r"^501 of the last 1,000 events would be dead letters$"):
        breaker.weigh(100, [*half, 99])


def test_the_share_is_not_judged_before_the_window_is_full() -> None:
    mostly_dead = [True, True, False] * 100

    assert not trips(Breaker(LIMITS), [mostly_dead] * 3)
    assert trips(Breaker(LIMITS), [mostly_dead] * 4)


def test_what_has_left_the_window_is_forgotten() -> None:
    breaker = Breaker(LIMITS)
    assert not trips(breaker, [[True, True, False] * 100] * 3)
    assert not trips(breaker, [[False] * 100] * 20)
    assert not trips(breaker, [[True, False] * 100])


def test_some_dozens_of_hostile_events_in_a_quiet_topic_never_trip_the_default() -> None:
    assert not trips(Breaker(DEFAULTS), [[True]] * 999)


@given(
    st.integers(1, 2_000),
    st.lists(st.integers(0, 99), min_size=5, max_size=40),
)
def test_a_stream_with_one_percent_of_poison_never_trips_the_default(
    size: int, at: list[int]
) -> None:
    batches = [[number % 100 == place for number in range(size)] for place in at]

    assert not trips(Breaker(DEFAULTS), batches)


def test_without_limits_it_never_trips() -> None:
    assert not trips(Breaker(None), [[True] * 5_000] * 10)
