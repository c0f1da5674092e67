"""Folding on gives what folding anew gives, whatever came in whatever sequence."""

from collections.abc import Iterable
from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.domain.facts import Fact, merge
from order_projector.domain.served import Projection, project
from order_projector.domain.timeline import Step, timeline
from order_projector.projection import folds
from order_projector.projection.folds import Folds
from tests.support.events import Json, accepted, at
from tests.support.histories import HISTORIES

Facts = dict[str, Fact]


def text(projection: Projection) -> bytes:
    """All of a projection."""
    return orjson.dumps([projection.order, projection.events])


def growing(events: Iterable[Json], random: Random) -> Iterable[Facts]:
    """The facts known after each batch of events."""
    known: Facts = {}
    for event in events:
        known = merge(known, accepted(event).facts)[0]
        if random.random() < 0.6:
            yield known


@settings(max_examples=250, deadline=None)
@given(history=HISTORIES, random=st.randoms(use_true_random=False))
def test_folding_on_is_folding_anew_in_any_sequence(history: list[Json], random: Random) -> None:
    fold = Folds()
    shuffled = random.sample(history, len(history))
    in_time = sorted(history, key=lambda event: event["created_at"])
    for events in (in_time, shuffled):
        for facts in growing(events, random):
            assert text(fold("ord_1", facts)) == text(project("ord_1", facts))
            if random.random() < 0.2:  # decided once more, as after a conflict
                assert text(fold("ord_1", facts)) == text(project("ord_1", facts))


@settings(max_examples=50, deadline=None)
@given(histories=st.lists(HISTORIES, min_size=2, max_size=3), random=st.randoms())
def test_a_memory_that_is_too_small_only_forgets(
    histories: list[list[Json]], random: Random
) -> None:
    fold = Folds(room=4)
    for nth, history in enumerate(histories):
        for facts in growing(history, random):
            assert text(fold(f"ord_{nth}", facts)) == text(project(f"ord_{nth}", facts))
    assert fold.room >= 0


def paid(minute: int) -> Json:
    """A payment at that minute."""
    return {
        "id": f"evt_{minute}",
        "type": "payment.succeeded",
        "created_at": at(minute),
        "data": {"payment": {"id": f"pay_{minute}", "order_id": "ord_1", "amount": 100}},
    }


def test_events_that_come_in_the_sequence_of_their_times_are_each_folded_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folded: list[int] = []

    def counting(facts: Iterable[Fact]) -> list[Step]:
        steps = timeline(facts)
        folded.append(len(steps))
        return steps

    monkeypatch.setattr(folds, "timeline", counting)
    fold, known = Folds(), Facts()
    for minutes in ((1, 2, 3), (4,), (5, 6)):
        for minute in minutes:
            known = merge(known, accepted(paid(minute)).facts)[0]
        fold("ord_1", known)

    assert folded == [3, 1, 2]


def test_an_event_of_an_earlier_time_has_its_order_folded_anew() -> None:
    fold, known = Folds(), Facts()
    for minute in (2, 3, 1):
        known = merge(known, accepted(paid(minute)).facts)[0]
        projection = fold("ord_1", known)

    assert projection.events == ("evt_1", "evt_2", "evt_3")
