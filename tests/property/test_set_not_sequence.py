"""The stored order is a function of the set of its events, and its formulas always hold."""

from collections.abc import Iterator
from itertools import chain
from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.domain.details import EventDetails
from order_projector.domain.facts import Fact, Redemption, Rollback, Snapshot, Stack
from order_projector.domain.flags import FlagCode
from order_projector.domain.invariants import order_violations
from order_projector.domain.served import project_order
from order_projector.domain.voids import effective
from order_projector.events.outcome import Accepted
from order_projector.projection import codec
from tests.support import published
from tests.support.drawn import examples
from tests.support.events import Json, order_event, read
from tests.support.histories import HISTORIES
from tests.support.sessions import OneOrder

Facts = dict[str, Fact]


@pytest.fixture(autouse=True, scope="module")
def forgetful() -> Iterator[None]:
    """Parse facts from the stored text, instead of remembering them from when they were written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "_memory", codec._Memory(0))
        yield


def stored_after(batches: list[list[Json]]) -> OneOrder:
    """Return the order after all batches, each processed by a session on the stored state."""
    order = OneOrder()
    for batch in batches:
        order.take(batch)
    return order


def facts_of(batches: list[list[Json]]) -> Facts:
    """Return the facts of all these events."""
    facts: Facts = {}
    for outcome in map(read, chain.from_iterable(batches)):
        if isinstance(outcome, Accepted):
            facts |= codec.merge(facts.get, outcome.facts)
    return facts


def served(facts: Facts) -> bytes:
    """Return the served order, its events in timeline order, and its flags as JSON text."""
    projection = project_order("ord_1", facts)
    published.served(projection.order)
    flags = [(flag.code, flag.event, flag.about, flag.message) for flag in projection.flags]
    return orjson.dumps([projection.order, projection.events, flags])


def batched(events: list[Json], random: Random) -> list[list[Json]]:
    """Cut the events into batches at random."""
    batches: list[list[Json]] = [[]]
    for event in events:
        if random.random() < 0.4:
            batches.append([])
        batches[-1].append(event)
    return batches


@settings(max_examples=examples(1_000), deadline=None)
@given(history=HISTORIES, random=st.randoms(use_true_random=False))
def test_arrival_batches_and_duplicates_do_not_matter(history: list[Json], random: Random) -> None:
    expected = stored_after([[event] for event in history])
    projected = project_order("ord_1", facts_of([history]))
    assert expected.served == orjson.dumps(projected.order)
    stored = [(flag.code, flag.event, flag.about) for flag in expected.flags]
    assert stored == [(flag.code.value, flag.event, flag.about) for flag in projected.flags]
    for _ in range(4):
        again = history + random.sample(history, random.randint(0, len(history)))
        random.shuffle(again)
        order = stored_after(batched(again, random))
        assert order.served == expected.served
        assert order.flags == expected.flags
        assert order.facts == expected.facts


@settings(max_examples=examples(300), deadline=None)
@given(history=HISTORIES, random=st.randoms(use_true_random=False))
def test_each_event_is_the_cause_of_one_revision_at_most_and_of_none_only_if_nothing_changed(
    history: list[Json], random: Random
) -> None:
    again = history + random.sample(history, random.randint(0, len(history)))
    order = stored_after(batched(again, random))
    state = order.state
    assert state is not None
    listed = [*order.causes, *state.pending]
    assert len(set(listed)) == len(listed)
    assert set(listed) >= {fact.event.id for fact in facts_of([history]).values()}


@settings(max_examples=examples(100), deadline=None)
@given(history=HISTORIES, random=st.randoms(use_true_random=False))
def test_facts_that_were_stored_and_read_again_are_the_same_facts(
    history: list[Json], random: Random
) -> None:
    facts = facts_of([history])
    stored = {name: codec.parse(name, codec.dump(name, fact)) for name, fact in facts.items()}
    assert repr(stored) == repr(facts)
    again = list(facts.items())
    random.shuffle(again)
    assert served(dict(again)) == served(facts)


@settings(max_examples=examples(1_000), deadline=None)
@given(history=HISTORIES)
def test_the_formulas_hold_and_nothing_is_negative(history: list[Json]) -> None:
    facts = facts_of([history])
    order = project_order("ord_1", facts).order
    assert order_violations(order, facts.values()) == ()
    assert order["created_at"] is not None


@settings(max_examples=examples(500), deadline=None)
@given(history=HISTORIES)
def test_updated_at_is_null_while_there_is_neither_a_given_one_nor_a_second_event_that_counts(
    history: list[Json],
) -> None:
    facts = facts_of([history])
    order = project_order("ord_1", facts).order
    counting = effective(facts).values()
    given_times = any(
        details.updated_at is not None for fact in counting for details in all_details(fact)
    )
    sources = {fact.event.id for fact in counting}
    own = {fact.event.id for fact in counting if not isinstance(fact, Stack)}
    if not given_times and len(sources) == 1:
        assert order["updated_at"] is None
    if given_times or len(own) > 1:
        assert order["updated_at"] is not None


def all_details(fact: Fact) -> Iterator[EventDetails]:
    """Yield the details of each order in an event; a merely listed stack has none that count."""
    match fact:
        case Redemption(details=details, afterwards=afterwards):
            yield from filter(None, (details, afterwards))
        case Stack(whole=True, details=details) | Rollback(details=details):
            yield details
        case Snapshot(details=details):
            yield details


def undone(history: list[Json]) -> list[Json]:
    """Return the history with its rollbacks replaced by one bare rollback of each redemption."""
    kept = [event for event in history if "rollback" not in event["type"]]
    return kept + [
        {
            "id": f"undo {name}",
            "type": "redemption.rollback.succeeded",
            "created_at": "2027-01-01T00:00:00Z",
            "data": {
                "redemption_rollback": {"id": f"undo {name}", "redemption": name},
                "order": {"id": "ord_1"},
            },
        }
        for name in "abc"
    ]


@settings(max_examples=examples(300), deadline=None)
@given(history=HISTORIES)
def test_rolling_back_every_redemption_leaves_no_discount_but_what_is_carried(
    history: list[Json],
) -> None:
    projected = project_order("ord_1", facts_of([undone(history)]))
    order = projected.order
    assert all("rollback_id" in entry for entry in order.get("redemptions", {}).values())
    is_carried = any(flag.code is FlagCode.CARRIED_DISCOUNT for flag in projected.flags)
    if not is_carried:
        assert not [key for key in order if "discount" in key or key == "initial_amount"]
        assert order.get("amount") == order.get("total_amount")


@settings(max_examples=examples(150), deadline=None)
@given(history=HISTORIES)
def test_a_calculated_order_without_any_discount_takes_away_what_was_carried(
    history: list[Json],
) -> None:
    cart = [{"product_id": "mug", "quantity": 2, "amount": 2000}]
    last = order_event(0, items=cart, amount=2000, total_amount=2000)
    last |= {"id": "last", "created_at": "2027-01-02T00:00:00Z"}
    projected = project_order("ord_1", facts_of([[*undone(history), last]]))
    order = projected.order
    assert not [key for key in order if "discount" in key or key == "initial_amount"]
    assert (order["amount"], order["total_amount"]) == (2000, 2000)
    assert all(flag.code is not FlagCode.CARRIED_DISCOUNT for flag in projected.flags)
