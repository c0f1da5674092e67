"""Every order store fulfils what the projection requires."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from pymongo.asynchronous.collection import AsyncCollection

from order_projector.projection.ports import OrderStore, ProjectionState, StoredOrder, Written
from order_projector.projection.stored import ErasedOrder, StoredFlag
from tests.contract.states import STATE, erased, first, served, then


async def test_an_order_that_was_never_written_is_not_there(store: OrderStore) -> None:
    assert await store.load(["o"]) == {}
    assert await store.revisions(["o"]) == {}
    assert await store.stored(["o"]) == []


async def test_no_order_asked_for_is_no_order_found(store: OrderStore) -> None:
    assert await store.load([]) == {}
    assert await store.write([]) == {}


async def test_a_store_that_is_there_answers(store: OrderStore) -> None:
    await store.ping()


async def test_the_bookkeeping_is_loaded_as_it_was_written(store: OrderStore) -> None:
    assert await store.write([first()]) == {"o": Written.APPLIED}

    loaded = await store.load(["o", "other"])

    assert loaded == {"o": STATE}
    state = loaded["o"]
    assert isinstance(state, ProjectionState)
    assert list(state.facts) == list(STATE.facts)


async def test_orders_beyond_the_bytes_allowed_are_left_unread_and_counted_as_such(
    store: OrderStore,
) -> None:
    await store.write([replace(first(), order_id=name) for name in ("a", "b", "c")])

    some = await store.load_some(["a", "b", "c", "other"], 1)
    all_there = await store.load_some(["a", "b", "c", "other"], 1_000_000)

    assert len(some.states) == 1
    assert some.unread == {"a", "b", "c", "other"} - some.states.keys()
    assert some.size > 1
    assert all_there.states == dict.fromkeys(("a", "b", "c"), STATE)
    assert not all_there.unread


async def test_an_order_that_was_erased_is_stored_as_such(store: OrderStore) -> None:
    await store.write([first(), first("other")])
    gone = erased(then(first()))

    assert await store.write([gone]) == {"o": Written.APPLIED}

    loaded = await store.load(["o"])
    assert loaded == {"o": gone.state}
    assert await store.revisions(["o", "other"]) == {"o": 2, "other": 1}
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    found = {order.order_id: order for order in await store.stored(["o", "other"])}
    assert found["o"] == ErasedOrder("o", 2, trace)
    assert isinstance(found["other"], StoredOrder)


async def test_an_order_written_on_what_was_erased_meanwhile_conflicts(store: OrderStore) -> None:
    await store.write([first()])
    await store.write([erased(then(first()))])

    assert await store.write([then(first(), note="late")]) == {"o": Written.CONFLICT}


async def test_a_stored_order_carries_what_its_announcement_needs(store: OrderStore) -> None:
    await store.write([first()])

    assert await served(store) == StoredOrder(
        order_id="o",
        order={"id": "o", "metadata": {}},
        revision=1,
        changes=("id", "metadata"),
        causes=("e1", "e2"),
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        flags=(StoredFlag("carried_discount", "e1", "o", "then"),),
    )


async def test_an_order_that_is_new_is_not_written_over_one_that_is_there(
    store: OrderStore,
) -> None:
    await store.write([first(note="theirs")])

    assert await store.write([first(note="ours")]) == {"o": Written.CONFLICT}
    assert (await served(store)).order["note"] == "theirs"


async def test_a_state_is_written_on_top_of_the_state_it_was_made_from(store: OrderStore) -> None:
    await store.write([first()])

    assert await store.write([then(first(), note="second")]) == {"o": Written.APPLIED}
    assert (await served(store)).order == {"id": "o", "metadata": {}, "note": "second"}
    assert await store.revisions(["o"]) == {"o": 2}


async def test_a_field_that_is_not_in_the_new_state_is_gone(store: OrderStore) -> None:
    await store.write([first(note="first")])
    second = then(first())

    await store.write([second])

    assert (await served(store)).order == {"id": "o", "metadata": {}}


async def test_a_state_is_not_written_on_top_of_any_other(store: OrderStore) -> None:
    second = then(first(), note="theirs")
    await store.write([first()])
    await store.write([second])

    assert await store.write([then(first(), note="ours")]) == {"o": Written.CONFLICT}
    assert await store.write([then(then(second))]) == {"o": Written.CONFLICT}
    assert (await served(store)).order["note"] == "theirs"


async def test_an_order_that_was_removed_is_there_again_after_its_next_state(
    store: OrderStore,
) -> None:
    second = then(first(), note="second")

    assert await store.write([second]) == {"o": Written.APPLIED}
    assert await store.load(["o"]) == {"o": second.state}


async def test_the_same_write_a_second_time_is_a_conflict(store: OrderStore) -> None:
    await store.write([first()])
    await store.write([then(first())])

    assert await store.write([then(first())]) == {"o": Written.CONFLICT}
    assert await store.revisions(["o"]) == {"o": 2}


async def test_a_conflict_costs_no_other_order_of_the_same_command(store: OrderStore) -> None:
    await store.write([first("inserted"), first("replaced"), first("moved on")])
    await store.write([then(first("moved on"))])

    results = await store.write(
        [
            first("inserted"),
            then(first("moved on")),
            then(first("replaced")),
            first("new"),
        ]
    )

    assert results == {
        "inserted": Written.CONFLICT,
        "moved on": Written.CONFLICT,
        "replaced": Written.APPLIED,
        "new": Written.APPLIED,
    }
    revisions = await store.revisions(list(results))
    assert revisions == {"inserted": 1, "moved on": 2, "replaced": 2, "new": 1}


async def test_of_many_writers_on_one_state_exactly_one_comes_through(store: OrderStore) -> None:
    await store.write([first()])

    results = await asyncio.gather(
        *(store.write([then(first(), note=writer)]) for writer in range(8))
    )

    winners = [writer for writer, result in enumerate(results) if result["o"] is Written.APPLIED]
    assert len(winners) == 1
    assert (await served(store)).order["note"] == winners[0]


async def test_of_many_writers_of_a_new_order_exactly_one_comes_through(store: OrderStore) -> None:
    results = await asyncio.gather(*(store.write([first(note=writer)]) for writer in range(8)))

    winners = [writer for writer, result in enumerate(results) if result["o"] is Written.APPLIED]
    assert len(winners) == 1
    assert (await served(store)).order["note"] == winners[0]


async def test_a_round_of_two_thousand_orders_is_loaded_whole(store: OrderStore) -> None:
    ids = [f"o{number}" for number in range(2000)]
    await store.write([first(order_id) for order_id in ids])

    assert sorted(await store.load(ids)) == sorted(ids)
    assert await store.revisions(ids) == dict.fromkeys(ids, 1)


@pytest.mark.parametrize("kind", ["motor", "pymongo"])
async def test_anybody_can_query_the_fields_that_are_served(
    store: OrderStore, orders: AsyncCollection[dict[str, Any]]
) -> None:
    await store.write([first(source_id="cart-1", status="PAID")])

    found = await orders.find_one({"source_id": "cart-1", "status": "PAID"})

    assert found is not None
    assert list(found) == ["_id", "id", "metadata", "source_id", "status", "_projection"]


@pytest.mark.parametrize("kind", ["motor", "pymongo"])
async def test_preparing_makes_the_indexes_that_readers_need(
    store: OrderStore, orders: AsyncCollection[dict[str, Any]]
) -> None:
    await store.ping()

    keys = [index["key"] for index in (await orders.index_information()).values()]

    assert [("source_id", 1)] in keys
    assert [("object", 1), ("created_at", 1), ("_id", 1)] in keys
    assert [("object", 1), ("status", 1), ("updated_at", 1), ("_id", 1)] in keys
