"""The breaker tells a broken reader from broken events, partition by partition."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.projection.breaker import (
    REASON_LENGTH,
    Breaker,
    BreakerLimits,
    BreakerOpen,
    ProcessingPhase,
)
from order_projector.projection.ports import Coordinates, DeadLetter, HeldBack, Record

LIMITS = BreakerLimits(max_ratio=0.5, max_run=100, window=1_000)
DEFAULTS = BreakerLimits(max_ratio=0.5, max_run=1_000, window=10_000)


def letter(at: Coordinates, message: str = "no JSON") -> DeadLetter:
    return DeadLetter(Record(at, None, b"x"), "invalid_json", message)


def record_events(
    breaker: Breaker, offsets: Iterable[int], dead: Iterable[int], partition: int = 0
) -> None:
    """Record a batch of these offsets of one partition, some of them dead letters."""
    events = [Coordinates("t", partition, offset) for offset in offsets]
    dead_letters = [letter(Coordinates("t", partition, offset)) for offset in dead]
    breaker.begin(events)
    breaker.record_events(ProcessingPhase.READING, events, dead_letters)


def trips(breaker: Breaker, batches: Sequence[Sequence[bool]]) -> bool:
    """Return whether these consecutive batches trip the breaker; True stands for a dead letter."""
    offset = 0
    try:
        for batch in batches:
            offsets = range(offset, offset + len(batch))
            record_events(breaker, offsets, [at for at in offsets if batch[at - offset]])
            offset += len(batch)
    except BreakerOpen:
        return True
    return False


def test_a_run_of_dead_letters_trips_it_across_batches_and_the_record_says_how_many() -> None:
    breaker = Breaker(LIMITS)
    record_events(breaker, range(60), range(10, 60))
    record_events(breaker, range(60, 109), range(60, 109))

    with pytest.raises(BreakerOpen) as breaker_open:
        record_events(breaker, range(109, 114), [109, 110])

    assert breaker_open.value.held == HeldBack(
        topic="t",
        partition=0,
        first=109,
        last=110,
        codes=("invalid_json", "invalid_json"),
        reason="101 events in a row would be dead letters, the last for invalid_json: no JSON",
    )


@pytest.mark.parametrize("gap", [0, 30, 39])
def test_one_good_event_ends_a_run(gap: int) -> None:
    batches = [[True] * 60, [at != gap for at in range(50)], [True] * 49]

    assert not trips(Breaker(LIMITS), batches)


def test_dead_letters_of_several_partitions_are_no_run() -> None:
    breaker = Breaker(LIMITS)
    for partition in range(5):
        record_events(breaker, range(99), range(99), partition)

    with pytest.raises(BreakerOpen, match=r"^t-3: 100 events in a row"):
        record_events(breaker, [99], [99], partition=3)


def test_the_events_of_one_partition_do_not_dilute_the_dead_letters_of_another() -> None:
    breaker = Breaker(LIMITS)
    record_events(breaker, range(5_000), [])

    with pytest.raises(BreakerOpen, match=r"^t-1: 667 of the last 1,000 events"):
        record_events(
            breaker, range(1_000), [at for at in range(1_000) if at % 3 != 1], partition=1
        )


def test_a_batch_that_is_read_again_is_counted_once() -> None:
    breaker = Breaker(LIMITS)
    record_events(breaker, range(40), range(40))
    for _ in range(5):
        record_events(breaker, range(40, 80), range(40, 80))

    record_events(breaker, range(80, 99), range(80, 99))

    with pytest.raises(BreakerOpen, match="100 events in a row"):
        record_events(breaker, [99], [99])


def test_a_topic_that_was_made_again_is_counted_from_its_beginning() -> None:
    breaker = Breaker(LIMITS)
    record_events(breaker, range(7_000, 7_099), range(7_000, 7_099))

    record_events(breaker, range(99), range(99))


def test_reading_and_computing_are_counted_apart() -> None:
    breaker = Breaker(LIMITS)
    events = [Coordinates("t", 0, offset) for offset in range(99)]
    breaker.begin(events)
    breaker.record_events(ProcessingPhase.READING, events, [letter(at) for at in events])

    breaker.record_events(ProcessingPhase.COMPUTING, events, [letter(at) for at in events])


def test_what_is_held_back_is_the_first_and_the_last_dead_letter_of_the_batch() -> None:
    breaker = Breaker(LIMITS)
    events = [Coordinates("t", 0, offset) for offset in range(300)]
    breaker.begin(events)
    breaker.record_events(ProcessingPhase.READING, events[:100], [letter(events[20])])
    dead = [letter(at) for at in events[120:280]]

    with pytest.raises(BreakerOpen) as breaker_open:
        breaker.record_events(ProcessingPhase.READING, events[100:], dead)

    assert (breaker_open.value.held.first, breaker_open.value.held.last) == (20, 279)


def test_the_reason_is_bounded_however_long_a_producer_s_text_is() -> None:
    breaker = Breaker(replace(LIMITS, max_run=1))
    at = Coordinates("t", 0, 7)
    breaker.begin([at])

    with pytest.raises(BreakerOpen) as breaker_open:
        breaker.record_events(ProcessingPhase.READING, [at], [letter(at, "x" * 60_000)])

    assert len(breaker_open.value.held.reason) == REASON_LENGTH


def test_more_than_a_share_of_a_full_window_trips_it() -> None:
    breaker = Breaker(LIMITS)
    for start in range(0, 1_000, 100):
        record_events(breaker, range(start, start + 100), range(start, start + 100, 2))

    with pytest.raises(BreakerOpen, match=r"501 of the last 1,000 events would be dead letters"):
        record_events(breaker, range(1_000, 1_100), [*range(1_000, 1_100, 2), 1_099])


def test_the_share_is_not_judged_before_the_window_is_full() -> None:
    mostly_dead = [True, True, False] * 100

    assert not trips(Breaker(LIMITS), [mostly_dead] * 3)
    assert trips(Breaker(LIMITS), [mostly_dead] * 4)


def test_what_has_left_the_window_is_forgotten() -> None:
    mostly_dead = [[True, True, False] * 100] * 3

    assert not trips(Breaker(LIMITS), [*mostly_dead, *[[False] * 100] * 20, [True, False] * 100])


def test_some_dozens_of_hostile_events_in_a_quiet_topic_never_trip_the_default() -> None:
    assert not trips(Breaker(DEFAULTS), [[True]] * 999)


@settings(deadline=None)
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


def test_what_somebody_has_let_go_is_not_counted_and_what_comes_after_it_is() -> None:
    breaker = Breaker(LIMITS)
    breaker.pass_over({("t", 0): HeldBack("t", 0, 10, 499, ("c", "c"), "why")})

    record_events(breaker, range(500), range(10, 500))
    record_events(breaker, range(500, 599), range(500, 599))

    with pytest.raises(BreakerOpen, match="100 events in a row"):
        record_events(breaker, [599], [599])


def test_a_partition_that_is_forgotten_is_counted_anew() -> None:
    breaker = Breaker(LIMITS)
    record_events(breaker, range(99), range(99))
    breaker.forget(("t", 0))

    record_events(breaker, range(99, 198), range(99, 198))


def test_what_was_let_go_and_is_held_back_again_with_more_stays_let_go_with_it() -> None:
    breaker = Breaker(replace(LIMITS, max_run=1))
    breaker.pass_over({("t", 0): HeldBack("t", 0, 18, 20, ("first", "last"), "why")})

    with pytest.raises(BreakerOpen) as breaker_open:
        record_events(breaker, range(30), [6, 18, 20])
    held = breaker_open.value.held
    assert (held.first, held.last, held.codes) == (6, 20, ("invalid_json", "last"))

    breaker.pass_over({("t", 0): held})
    record_events(breaker, range(30), [6, 18, 20])


def test_what_was_let_go_and_passed_is_not_named_again() -> None:
    breaker = Breaker(replace(LIMITS, max_run=1))
    breaker.pass_over({("t", 0): HeldBack("t", 0, 18, 20, ("first", "last"), "why")})

    with pytest.raises(BreakerOpen) as breaker_open:
        record_events(breaker, range(21, 30), [25])

    assert (breaker_open.value.held.first, breaker_open.value.held.last) == (25, 25)
