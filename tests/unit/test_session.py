"""The effect of one round of events on one order."""

from typing import Any

import pytest

from order_projector.domain.facts import EventStamp, Payment
from order_projector.domain.status import PaymentType
from order_projector.projection.session import Changed, Redelivered, Seen, Unchanged, decide
from tests.unit.toy import after, changed, failed, fold, inbound, noted, other_fold, paid

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OTHER_TRACE = "00-1bf7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_the_first_event_makes_revision_1_with_every_field_changed() -> None:
    decision = changed(decide("o", None, [inbound(7, paid("e1", 5))], fold))

    assert decision.announces
    assert decision.seen == (Seen.APPLIED,)
    assert decision.write.expected is None
    assert decision.write.order == {"id": "o", "paid": 5}
    state = decision.write.state
    assert (state.counter, state.revision) == (1, 1)
    assert state.changes == ("id", "paid")
    assert state.causes == ("e1",)
    assert state.offsets == {("t", 0): 7}


def test_several_events_of_one_round_make_one_revision_caused_by_all_in_timeline_order() -> None:
    events = [inbound(1, paid("e3", 1, time=3)), inbound(2, paid("e1", 2, time=1), partition=1)]

    state = changed(decide("o", None, events, fold)).write.state

    assert state.revision == 1
    assert state.causes == ("e1", "e3")
    assert state.offsets == {("t", 0): 1, ("t", 1): 2}


def test_a_change_lists_the_fields_that_changed_then_those_that_came_in_their_served_order() -> (
    None
):
    state = after([inbound(1, paid("e1", 1, time=1))])

    decision = changed(
        decide(
            "o", state, [inbound(2, paid("e2", 1, time=2)), inbound(3, noted("e3", {"a": 1}))], fold
        )
    )

    assert decision.write.expected == 1
    assert decision.write.state.changes == ("paid", "note")


def test_a_field_that_goes_away_is_listed_after_the_ones_that_are_there() -> None:
    state = after([inbound(1, noted("e1", {"a": 1}, time=1))])

    events = [inbound(2, noted("e2", {}, time=2)), inbound(3, paid("e3", 4))]
    decision = changed(decide("o", state, events, fold))

    assert decision.write.state.changes == ("paid", "note")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"x": [{"a": 1, "b": 2}]}, {"x": [{"b": 2, "a": 1}]}),
        ({"a": 2**70, "b": 2}, {"b": 2, "a": 2**70}),
    ],
)
def test_key_order_alone_is_no_public_change_and_is_stored_all_the_same(
    before: dict[str, Any], now: dict[str, Any]
) -> None:
    state = after([inbound(1, noted("e1", before, time=1))])

    decision = changed(decide("o", state, [inbound(2, noted("e2", now, time=2))], fold))

    assert not decision.announces
    assert (decision.write.state.revision, decision.write.state.changes) == (
        1,
        ("id", "paid", "note"),
    )
    assert repr(decision.write.order["note"]) == repr(now)


def test_the_sequence_of_a_list_is_a_public_change() -> None:
    state = after([inbound(1, noted("e1", {"x": [1, 2]}, time=1))])

    decision = changed(decide("o", state, [inbound(2, noted("e2", {"x": [2, 1]}, time=2))], fold))

    assert decision.write.state.changes == ("note",)


def test_a_change_of_the_books_alone_is_written_without_a_revision_and_not_announced() -> None:
    state = after([inbound(1, paid("e1", 5), traceparent=TRACE)])

    decision = changed(decide("o", state, [inbound(2, failed("e2", time=2))], fold))

    assert not decision.announces
    kept = decision.write.state
    assert (kept.counter, kept.revision) == (2, 1)
    assert (kept.changes, kept.causes, kept.traceparent) == (("id", "paid"), ("e1",), TRACE)
    assert kept.pending == ("e2",)


def test_what_is_pending_is_a_cause_of_the_next_revision_and_of_no_other() -> None:
    state = after([inbound(1, paid("e1", 5, time=1))], [inbound(2, failed("e2", time=2))])

    third = changed(decide("o", state, [inbound(3, paid("e0", 1, time=0))], fold)).write.state
    fourth = changed(decide("o", third, [inbound(4, paid("e4", 1, time=4))], fold)).write.state

    assert (third.causes, third.pending) == (("e0", "e2"), ())
    assert fourth.causes == ("e4",)


def test_another_fact_of_an_event_that_was_listed_does_not_list_it_again() -> None:
    state = after([inbound(1, paid("e1", 5, payment="p1"))])

    decision = changed(decide("o", state, [inbound(2, paid("e1", 6, payment="p2"))], fold))

    assert decision.write.state.revision == 2
    assert decision.write.state.causes == ()


def test_an_event_whose_fact_was_replaced_is_not_listed_again_when_it_tells_another() -> None:
    replaced = after(
        [inbound(1, paid("e1", 5, time=1, payment="p1"))],
        [inbound(2, paid("e2", 6, time=2, payment="p1"))],
    )

    again = changed(decide("o", replaced, [inbound(3, paid("e1", 7, time=1, payment="p2"))], fold))

    assert again.write.state.causes == ()
    assert again.write.state.revision == 3


def test_an_event_that_was_replaced_before_it_was_listed_never_is() -> None:
    state = after(
        [inbound(1, paid("e1", 5, time=1))],
        [inbound(2, Payment("p", EventStamp(2, "e2"), 2, PaymentType.FAILED))],
    )

    events = [
        inbound(3, Payment("p", EventStamp(3, "e3"), 3, PaymentType.FAILED)),
        inbound(4, paid("e4", 1)),
    ]
    assert changed(decide("o", state, events, fold)).write.state.causes == ("e4", "e3")


def test_a_producers_duplicate_writes_nothing_and_announces_nothing() -> None:
    state = after([inbound(1, paid("e1", 5))])

    assert decide("o", state, [inbound(2, paid("e1", 5))], fold) == Unchanged((Seen.DUPLICATE,))


def test_a_duplicate_from_another_partition_is_no_redelivery_whatever_its_offset() -> None:
    state = after([inbound(9, paid("e1", 5))])

    assert decide("o", state, [inbound(1, paid("e1", 5), partition=1)], fold) == Unchanged(
        (Seen.DUPLICATE,)
    )


def test_an_older_copy_of_a_known_fact_is_a_duplicate() -> None:
    state = after([inbound(1, paid("e2", 5, time=2, payment="p"))])

    events = [inbound(2, paid("e1", 9, time=1, payment="p"))]
    assert decide("o", state, events, fold) == Unchanged((Seen.DUPLICATE,))


def test_the_same_event_twice_in_one_round_is_taken_in_once() -> None:
    decision = changed(
        decide("o", None, [inbound(1, paid("e1", 5)), inbound(2, paid("e1", 5))], fold)
    )

    assert decision.seen == (Seen.APPLIED, Seen.DUPLICATE)
    assert decision.write.order["paid"] == 5


def test_a_redelivery_announces_the_order_as_it_is_stored() -> None:
    state = after([inbound(1, paid("e1", 5))])

    assert decide("o", state, [inbound(1, paid("e1", 5))], fold) == Redelivered((Seen.REDELIVERED,))


def test_an_event_below_the_offset_taken_in_last_is_a_redelivery() -> None:
    state = after([inbound(1, paid("e1", 5)), inbound(8, paid("e2", 6))])

    assert decide("o", state, [inbound(1, paid("e1", 5))], fold) == Redelivered((Seen.REDELIVERED,))


def test_a_redelivery_together_with_a_change_is_a_change() -> None:
    state = after([inbound(1, paid("e1", 5))])

    decision = changed(
        decide("o", state, [inbound(1, paid("e1", 5)), inbound(2, paid("e2", 1))], fold)
    )

    assert decision.announces
    assert decision.seen == (Seen.REDELIVERED, Seen.APPLIED)
    assert decision.write.state.revision == 2


def test_a_redelivery_together_with_a_change_of_the_books_announces_the_stored_revision() -> None:
    state = after([inbound(1, paid("e1", 5), traceparent=TRACE)])

    events = [inbound(1, paid("e1", 5)), inbound(2, failed("e2"), traceparent=OTHER_TRACE)]
    decision = changed(decide("o", state, events, fold))

    assert decision.announces
    kept = decision.write.state
    assert (kept.revision, kept.causes, kept.traceparent) == (1, ("e1",), TRACE)


def test_a_redelivery_under_a_fold_that_serves_something_else_is_a_new_revision() -> None:
    state = after([inbound(1, paid("e1", 5))])

    decision = changed(decide("o", state, [inbound(1, paid("e1", 5))], other_fold))

    assert decision.announces
    turned = decision.write.state
    assert (turned.counter, turned.revision) == (2, 2)
    assert (turned.changes, turned.causes) == (("currency",), ())


def test_a_duplicate_under_another_fold_changes_nothing() -> None:
    state = after([inbound(1, paid("e1", 5))])

    assert isinstance(decide("o", state, [inbound(2, paid("e1", 5))], other_fold), Unchanged)


def test_a_revision_continues_the_trace_of_the_latest_event_that_has_one() -> None:
    events = [
        inbound(1, paid("e1", 5), traceparent=TRACE),
        inbound(2, paid("e2", 5), traceparent=OTHER_TRACE),
        inbound(3, paid("e3", 5)),
    ]

    assert changed(decide("o", None, events, fold)).write.state.traceparent == OTHER_TRACE


def test_a_revision_without_any_trace_forgets_that_of_the_revision_before() -> None:
    state = after([inbound(1, paid("e1", 5), traceparent=TRACE)])

    decision = changed(decide("o", state, [inbound(2, paid("e2", 5))], fold))

    assert decision.write.state.traceparent is None


def test_an_integer_of_any_size_in_metadata_can_be_looked_at() -> None:
    state = after([inbound(1, noted("e1", {"n": 2**64}, time=1))])

    decision = decide("o", state, [inbound(2, noted("e2", {"n": 2**64 + 1}, time=2))], fold)

    assert isinstance(decision, Changed)
    assert decision.write.state.changes == ("note",)


def test_the_same_set_of_events_makes_the_same_order_whatever_the_rounds() -> None:
    events = [
        inbound(1, paid("e1", 5, time=3)),
        inbound(2, noted("e2", {"a": None}, time=1)),
        inbound(3, failed("e3", time=2)),
        inbound(4, paid("e1", 5, time=3)),
    ]
    at_once = changed(decide("o", None, events, fold)).write

    state = after([events[3]], [events[2]], [events[0]])
    one_by_one = changed(decide("o", state, [events[1]], fold)).write

    assert at_once.order == one_by_one.order == {"id": "o", "paid": 5, "note": {"a": None}}
    assert at_once.state.facts == one_by_one.state.facts


def test_without_events_a_session_makes_no_order() -> None:
    assert decide("o", None, [], fold) == Unchanged(())
