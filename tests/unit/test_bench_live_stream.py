"""The live bench's stream: which order is next, when its event is due, and how late it was."""

import pytest
from bench.live.documents import step_of
from bench.live.observer import Arrivals
from bench.live.pacing import Pace
from bench.live.stream import Stream, Turn, event, order_number


def test_the_events_of_a_lane_are_those_of_one_order_after_the_other_a_second_apart() -> None:
    stream = Stream(lanes=12, first_order=100)
    second_lane = [stream.turn(1 + 12 * lap) for lap in range(11)]
    assert second_lane == [
        *(Turn(101, step) for step in range(1, 10)),
        *(Turn(113, step) for step in range(2)),
    ]


def test_the_first_second_has_orders_at_each_step_of_their_lives() -> None:
    stream = Stream(lanes=12, first_order=0)
    assert [stream.turn(position).step for position in range(12)] == [*range(10), 0, 1]


def test_what_the_first_orders_have_behind_them_is_sent_ahead_step_by_step() -> None:
    assert list(Stream(lanes=4, first_order=7).before()) == [
        *(Turn(8, 0), Turn(9, 0), Turn(10, 0)),
        *(Turn(9, 1), Turn(10, 1)),
        Turn(10, 2),
    ]


def test_a_position_is_found_again_from_its_turn() -> None:
    stream = Stream(lanes=7, first_order=50)
    assert all(stream.position(stream.turn(position)) == position for position in range(500))


def test_what_was_sent_ahead_is_before_the_first_position() -> None:
    stream = Stream(lanes=7, first_order=50)
    assert all(stream.position(turn) < 0 for turn in stream.before())


def test_two_streams_one_after_the_other_share_no_order() -> None:
    """23 lanes run 100 laps: the tenth lane is nine steps ahead, and reaches its eleventh order."""
    stream = Stream(lanes=23, first_order=0)
    assert stream.orders(2_300) == 253
    assert max(stream.turn(position).order for position in range(2_300)) < 253


def test_an_event_has_the_number_of_its_order_everywhere() -> None:
    first = event(Turn(42, 0))
    assert first.key == "ord_0000042"
    assert not first.payment
    assert first.value.startswith(b'{"id":"evt_0000042_0","type":"order.created"')
    assert b'"customer":{"id":"cust_0000042"' in first.value
    assert b"99999" not in first.value
    assert len(first.value) == len(event(Turn(1_234_567, 0)).value)
    paid = event(Turn(42, 6))
    assert paid.payment
    assert b'"order_id":"ord_0000042"' in paid.value


def test_the_number_of_an_order_is_read_from_its_key() -> None:
    assert order_number(b"ord_0000042") == 42


def test_an_event_is_due_its_position_after_the_beginning() -> None:
    pace = Pace(rate=200, begin=10.0)
    assert pace.due(0) == 10.0
    assert pace.due(300) == 11.5


@pytest.mark.parametrize(
    ("moment", "due"), [(9.9, 0), (9.995, 0), (10.0, 1), (10.004, 1), (10.005, 2), (11.0, 201)]
)
def test_what_is_due_is_known_at_any_moment(moment: float, due: int) -> None:
    assert Pace(rate=200, begin=10.0).due_by(moment) == due


def test_lateness_is_what_lies_between_due_and_sent() -> None:
    late = Pace(rate=10, begin=5.0).lateness([5.3, 5.45, 5.4], first=3)
    assert late == pytest.approx([0.0, 0.05, -0.1])


def test_an_announcement_of_several_events_tells_of_the_earliest_not_announced_yet() -> None:
    arrivals = Arrivals(Stream(lanes=1, first_order=5))
    arrivals.note(order=5, revision=1, events=1, moment=1.5)
    arrivals.note(order=5, revision=2, events=2, moment=3.5)
    assert arrivals.at == {0: 1.5, 1: 3.5, 2: 3.5}
    assert arrivals.several == 1


def test_an_announcement_that_is_repeated_tells_nothing_new() -> None:
    arrivals = Arrivals(Stream(lanes=1, first_order=5))
    arrivals.note(order=5, revision=1, events=1, moment=1.5)
    arrivals.note(order=5, revision=1, events=1, moment=2.5)
    arrivals.note(order=5, revision=2, events=1, moment=3.5)
    assert arrivals.at == {0: 1.5, 1: 3.5}


def test_a_document_that_holds_an_event_has_had_the_earlier_ones_of_its_order() -> None:
    arrivals = Arrivals(Stream(lanes=1, first_order=5))
    arrivals.reached(order=5, step=0, moment=1.5)
    arrivals.reached(order=5, step=2, moment=2.5)
    arrivals.reached(order=5, step=1, moment=3.5)
    assert arrivals.at == {0: 1.5, 1: 2.5, 2: 2.5}


def test_the_step_of_an_event_is_read_from_its_id() -> None:
    assert step_of("evt_0000042_7") == 7


def test_what_was_sent_ahead_is_not_counted() -> None:
    """The third lane starts two steps ahead; its third event is the stream's third position."""
    arrivals = Arrivals(Stream(lanes=3, first_order=0))
    arrivals.note(order=2, revision=1, events=2, moment=0.5)
    assert (arrivals.at, arrivals.announcements, arrivals.several) == ({}, 0, 0)
    arrivals.note(order=2, revision=2, events=1, moment=1.5)
    assert (arrivals.at, arrivals.announcements, arrivals.several) == ({2: 1.5}, 1, 0)
