"""The stored order is a function of the set of its events, and its formulas always hold."""

from collections.abc import Iterator
from itertools import chain
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from order_projector.domain.facts import Fact, Stack, merge
from order_projector.domain.fold import fold
from order_projector.domain.served import project
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
        facts |= merge(facts.get, accepted(event).facts)
    return facts


def served(facts: Facts) -> bytes:
    """The served JSON text, and the events on their timeline."""
    projection = project("ord_1", facts)
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
    assert expected.served == orjson.dumps(project("ord_1", facts).order)
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
    books = order.books
    assert books is not None
    listed = [*order.causes, *books.pending]
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


def numbers(value: Any) -> list[int]:
    """Every number in a JSON value, metadata aside; each must be an int."""
    match value:
        case dict():
            return [n for key, held in value.items() if key != "metadata" for n in numbers(held)]
        case list():
            return [number for held in value for number in numbers(held)]
        case str() | None:
            return []
        case _:
            assert type(value) is int, value
            return [value]


def check_item(item: Json) -> None:
    """The formulas of one line."""
    discount = item.get("discount_amount", 0)
    assert item.get("discount_quantity", 0) <= item["quantity"]
    if "amount" in item:
        assert discount <= item["amount"]
        assert item["subtotal_amount"] == item["amount"] - discount
    else:
        assert not {"subtotal_amount", "discount_amount"} & item.keys()


def check_amounts(order: Json) -> None:
    """The formulas of the order as a whole."""
    items = order.get("items", [])
    assert ("amount" in order) == ("total_amount" in order)
    total = order.get("total_discount_amount", 0)
    of_items = order.get("items_discount_amount", 0)
    assert total == order.get("discount_amount", 0) + of_items
    of_lines = sum(item.get("discount_amount", 0) for item in items)
    assert of_items == min(of_lines, order.get("amount", 0))
    if "amount" in order:
        assert order["total_amount"] == order["amount"] - total
    has_initial = any("initial_amount" in item for item in items)
    assert ("initial_amount" in order) == has_initial


@settings(max_examples=1_000, deadline=None)
@given(history=HISTORIES)
def test_the_formulas_hold_and_nothing_is_negative(history: list[Json]) -> None:
    facts = facts_of([history])
    order = project("ord_1", facts).order
    assert all(number >= 0 for number in numbers(order))
    for item in order.get("items", []):
        check_item(item)
    cart = fold(facts.values()).cart
    check_amounts(order)
    priced = [item["amount"] for item in order.get("items", []) if "amount" in item]
    if any(not line.brought and line.amount is not None for line in cart.lines) and not cart.excess:
        assert order["amount"] == sum(priced)
    assert order["created_at"] is not None
    sources = {fact.event.id for fact in facts.values()}
    own = {fact.event.id for fact in facts.values() if not isinstance(fact, Stack)}
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
    order = project("ord_1", facts_of([history, last])).order
    assert not [key for key in order if "discount" in key or key == "initial_amount"]
    assert order.get("amount") == order.get("total_amount")
    assert all("rollback_id" in entry for entry in order.get("redemptions", {}).values())
