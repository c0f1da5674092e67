"""Every order store handles orders whose older facts are in segments."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pymongo.asynchronous.collection import AsyncCollection

from order_projector.projection.long_orders.loading import load_complete
from order_projector.projection.long_orders.segments import cut
from order_projector.projection.ports import (
    OrderStore,
    OrderWrite,
    ProjectionState,
    Unusable,
    UnusableReason,
    Written,
)
from order_projector.projection.stored import StoredCheckpoint, StoredFact
from tests.contract.states import STATE, erased, first, then
from tests.support.stored import told

DETAILS = ',"details":{"metadata":{"note":"the same once more, and long enough to be shared"}}}'
OLD = {
    "event e7": told('{"at":7' + DETAILS),
    "event e8": told('{"at":8' + DETAILS, rules=2, known_at=2**40),
    "payment succeeded p9": told('{"id":"p9"}'),
}
CHECKPOINT = StoredCheckpoint(
    rules=2, form=1, covers=1, at=-5, event="e8", names=b"\x00\xff\x80", state='{"ü":1}'
)


def listing(
    order_id: str, facts: Mapping[str, StoredFact] = OLD, characters: int = 100
) -> OrderWrite:
    """Return the first write of an order that lists segments of these facts, cut at that length."""
    segments = cut(facts, characters)
    state = replace(STATE, apart=tuple(each.ref for each in segments), checkpoint=CHECKPOINT)
    return replace(first(order_id), state=state, segments=segments)


async def test_a_state_is_loaded_without_the_facts_of_its_segments(store: OrderStore) -> None:
    write = listing("o")
    assert len(write.segments) == 3

    assert await store.write([write]) == {"o": Written.APPLIED}

    assert await store.load(["o"]) == {"o": write.state}


async def test_a_complete_state_has_all_facts_in_their_sequence(store: OrderStore) -> None:
    await store.write([listing("o"), listing("p", {"event e1": told('{"at":1}')}), first("q")])

    complete = await load_complete(store, ["o", "p", "q", "r"])

    assert complete.keys() == {"o", "p", "q"}
    assert all_facts(complete["o"]) == {**OLD, **STATE.facts}
    assert list(all_facts(complete["o"])) == [*OLD, *STATE.facts]
    assert all_facts(complete["q"]) == STATE.facts


async def test_of_two_copies_of_a_fact_the_one_that_was_stored_later_counts(
    store: OrderStore,
) -> None:
    write = listing("o", {"event e1": told("in the first segment"), "b": told("first")}, 1)
    later = cut({"b": told("in a later segment")}, 1)
    apart = (*write.state.apart, *(each.ref for each in later))
    write = replace(write, segments=(*write.segments, *later))

    await store.write([replace(write, state=replace(write.state, apart=apart))])

    complete = await load_complete(store, ["o"])
    facts = all_facts(complete["o"])
    assert facts["event e1"] == STATE.facts["event e1"]
    assert facts["b"].text == "in a later segment"


async def test_the_same_segment_written_twice_is_one_segment(store: OrderStore) -> None:
    write = listing("o")
    await store.write([write])
    second = replace(then(write), segments=write.segments)

    assert await store.write([second]) == {"o": Written.APPLIED}

    complete = await load_complete(store, ["o"])
    assert all_facts(complete["o"]) == {**OLD, **STATE.facts}


async def test_orders_with_the_same_facts_have_segments_of_their_own(store: OrderStore) -> None:
    await store.write([listing("o"), listing("p")])

    await store.delete_segments(["o"])

    complete = await load_complete(store, ["o", "p"])
    assert isinstance(complete["o"], Unusable)
    assert all_facts(complete["p"]) == {**OLD, **STATE.facts}


async def test_a_lost_compare_and_set_leaves_the_order_of_the_winner_complete(
    store: OrderStore,
) -> None:
    await store.write([first("o")])
    winner = replace(listing("o"), expected=1, state=replace(listing("o").state, counter=2))
    loser = listing("o", {"event lost": told("{}")})
    loser = replace(loser, expected=1, state=replace(loser.state, counter=2))

    assert await store.write([winner]) == {"o": Written.APPLIED}
    assert await store.write([loser]) == {"o": Written.CONFLICT}

    complete = await load_complete(store, ["o"])
    assert all_facts(complete["o"]) == {**OLD, **STATE.facts}


async def test_an_order_that_lacks_a_segment_is_unusable_and_no_other_is(
    store: OrderStore,
) -> None:
    await store.write([replace(listing("o"), segments=()), listing("p")])

    complete = await load_complete(store, ["o", "p"])

    lost = complete["o"]
    assert isinstance(lost, Unusable)
    assert lost.reason is UnusableReason.BOOKKEEPING
    assert lost.message == "_projection of its document: apart lists a segment that is not there"
    assert all_facts(complete["p"]) == {**OLD, **STATE.facts}


async def test_deleting_takes_all_segments_of_an_order_listed_or_not(store: OrderStore) -> None:
    write = listing("o")
    await store.write([write])
    await store.write([replace(listing("o", {"event lost": told("{}")}), expected=99)])
    await store.write([erased(then(write))])

    await store.delete_segments(["o", "never there"])
    await store.delete_segments([])

    for apart in (write.state.apart, listing("o", {"event lost": told("{}")}).state.apart):
        state = replace(STATE, apart=apart)
        assert isinstance((await store.complete({"o": state}))["o"], Unusable)


async def test_an_order_may_have_a_thousand_segments(store: OrderStore) -> None:
    facts = {f"event e{nth}": told(f'{{"at":{nth}}}') for nth in range(1_000)}
    await store.write([listing("o", facts, characters=1)])

    complete = await load_complete(store, ["o"])

    assert all_facts(complete["o"]) == {**facts, **STATE.facts}


@pytest.mark.parametrize("kind", ["motor", "pymongo"])
async def test_a_segment_says_whose_it_is_and_stores_what_repeats_once(
    store: OrderStore, orders: AsyncCollection[dict[str, Any]]
) -> None:
    await store.write([listing("o", characters=10_000)])

    (segment,) = [each async for each in orders.database["segments"].find()]

    assert list(segment) == ["_id", "order", "layout", "facts", "texts"]
    assert (segment["order"], segment["layout"]) == ("o", 1)
    assert segment["texts"] == [DETAILS]
    assert segment["facts"][:2] == [
        {"id": "event e7", "text": '{"at":7', "rules": 1, "known_at": 0, "ending": 0},
        {"id": "event e8", "text": '{"at":8', "rules": 2, "known_at": 2**40, "ending": 0},
    ]


@pytest.mark.parametrize("kind", ["motor", "pymongo"])
@pytest.mark.parametrize(
    "damage",
    [
        {"layout": 2},
        {"facts": [{"id": "event e7"}]},
        {"texts": []},
        {"facts": "none"},
    ],
)
async def test_a_segment_of_another_shape_makes_its_order_unusable_and_no_other(
    store: OrderStore, orders: AsyncCollection[dict[str, Any]], damage: dict[str, Any]
) -> None:
    await store.write([listing("o", characters=10_000), listing("p")])
    await orders.database["segments"].update_one({"order": "o"}, {"$set": damage})

    complete = await load_complete(store, ["o", "p"])

    damaged = complete["o"]
    assert isinstance(damaged, Unusable)
    assert damaged.reason is UnusableReason.BOOKKEEPING
    assert all_facts(complete["p"]) == {**OLD, **STATE.facts}


def all_facts(state: ProjectionState | Unusable) -> dict[str, StoredFact]:
    """Return all facts of a complete state."""
    assert isinstance(state, ProjectionState), state
    return dict(state.all_facts())
