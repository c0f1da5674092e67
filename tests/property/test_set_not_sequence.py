"""The stored order is a function of the set of its events, and its formulas always hold."""

from collections.abc import Iterator
from itertools import chain
from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.domain.facts import Fact, Stack
from order_projector.domain.flags import FlagCode
from order_projector.domain.invariants import order_violations
from order_projector.domain.served import project_order
from order_projector.domain.voids import effective
from order_projector.projection import codec
from tests.support import published
from tests.support.events import Json, accepted
from tests.support.histories import HISTORIES
from tests.support.sessions import OneOrder

Facts = dict[str, Fact]


@pytest.fixture(autouse=True, scope="module")
def forgetful() -> Iterator[None]:
    """Facts are parsed from what is stored, and not remembered from when they were written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "_memory", codec._Memory(0))
        yield


def stored_after(batches: list[list[Json]]) -> OneOrder:
    """An order after all batches, each settled by a session on the state as it is stored."""
    order = OneOrder()
    for batch in batches:
        order.take(batch)
    return order


def facts_of(batches: list[list[Json]]) -> Facts:
    """The facts that all these events tell."""
    facts: Facts = {}
    for event in chain.from_iterable(batches):
        facts |= codec.merge(facts.get, accepted(event).facts)
    return facts


def served(facts: Facts) -> bytes:
    """The served JSON text, and the events on their timeline."""
    projection = project_order("ord_1", facts)
    published.served(projection.order)
    return orjson.dumps([projection.order, projection.events])


def batched(events: list[Json], random: Random) -> list[list[Json]]:
    """The events cut into batches anywhere."""
    batches: list[list[Json]] = [[]]
    for event in events:
        if random.random() < 0.4:
            batches.append([])
        batches[-1].append(event)
    return batches


@settings(max_examples=1_000, deadline=None)
@given(history=HISTORIES, random=st.randoms(use_true_random=False))
def test_arrival_batches_and_duplicates_do_not_matter(history: list[Json], random: Random) -> None:
    expected = stored_after([[event] for event in history])
    facts = facts_of([history])
    assert expected.served == orjson.dumps(project_order("ord_1", facts).order)
    for _ in range(4):
        again = history + random.sample(history, random.randint(0, len(history)))
        random.shuffle(again)
        order = stored_after(batched(again, random))
        assert order.served == expected.served
        assert order.facts == expected.facts


@settings(max_examples=300, deadline=None)
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


@settings(max_examples=100, deadline=None)
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


@settings(max_examples=1_000, deadline=None)
@given(history=HISTORIES)
def test_the_formulas_hold_and_nothing_is_negative(history: list[Json]) -> None:
    facts = facts_of([history])
    order = project_order("ord_1", facts).order
    assert order_violations(order, facts.values()) == ()
    assert order["created_at"] is not None
    counting = effective(facts).values()
    sources = {fact.event.id for fact in counting}
    own = {fact.event.id for fact in counting if not isinstance(fact, Stack)}
    assert (order["updated_at"] is None) >= (len(sources) == 1)
    assert (order["updated_at"] is not None) >= (len(own) > 1)


@settings(max_examples=150, deadline=None)
@given(history=HISTORIES)
def test_rolling_back_every_redemption_takes_every_discount_away(history: list[Json]) -> None:
    last = [
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
    never_kept = [each for each in history if "rollback" not in each["type"]]
    projected = project_order("ord_1", facts_of([never_kept, last]))
    if not any(flag.code is FlagCode.CARRIED_DISCOUNT for flag in projected.flags):
        order = projected.order
        assert not [key for key in order if "discount" in key or key == "initial_amount"]
    assert order.get("amount") == order.get("total_amount")
    assert all("rollback_id" in entry for entry in order.get("redemptions", {}).values())
