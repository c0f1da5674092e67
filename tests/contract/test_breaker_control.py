"""Every store of a group's breakers behaves the same."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from order_projector.adapters.memory import MemoryControl
from order_projector.adapters.mongo import connect
from order_projector.projection.ports import BreakerControl, BreakerState, HeldBack

HELD = HeldBack("redemptions", 3, 17, 2**40, ("invalid_json", "unknown_order"), "199 in a row: ü")
OPENED = datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)
CLOSED = datetime(2026, 3, 2, tzinfo=UTC)
STATE = BreakerState(HELD, OPENED)


@pytest.fixture
async def control(kind: str, uri: str, database: str) -> AsyncIterator[BreakerControl]:
    """Yield a control without open breakers."""
    match kind:
        case "memory":
            yield MemoryControl()
        case "motor" | "pymongo" as driver:
            store = connect(uri, database, driver=driver)
            yield store.control("a/group")
            await store.close()
            async with AsyncMongoClient[dict[str, Any]](uri) as client:
                await client.drop_database(database)


async def test_an_open_breaker_is_kept_as_it_is(control: BreakerControl) -> None:
    await control.open(STATE)

    assert list(await control.states()) == [STATE]


async def test_opening_it_again_replaces_it_and_twice_is_once(control: BreakerControl) -> None:
    later = replace(STATE, held=replace(HELD, first=20))
    for state in (STATE, later, later):
        await control.open(state)

    assert list(await control.states()) == [later]


async def test_states_come_by_topic_and_partition(control: BreakerControl) -> None:
    places = [("redemptions", 10), ("payments", 4), ("redemptions", 2)]
    for topic, partition in places:
        await control.open(replace(STATE, held=replace(HELD, topic=topic, partition=partition)))

    assert [state.partition for state in await control.states()] == sorted(places)


async def test_a_breaker_that_is_closed_keeps_what_it_held_back(control: BreakerControl) -> None:
    await control.open(STATE)

    assert await control.close(STATE, CLOSED)
    assert list(await control.states()) == [replace(STATE, closed_at=CLOSED)]
    assert not await control.close(STATE, CLOSED)


async def test_a_breaker_that_has_opened_anew_is_not_closed_for_what_it_held_back_before(
    control: BreakerControl,
) -> None:
    anew = replace(STATE, held=replace(HELD, first=18))
    await control.open(anew)

    assert not await control.close(STATE, CLOSED)
    assert not await control.withdraw(STATE)
    assert list(await control.states()) == [anew]


async def test_a_breaker_that_is_withdrawn_leaves_nothing(control: BreakerControl) -> None:
    await control.open(STATE)

    assert await control.withdraw(STATE)
    assert list(await control.states()) == []
    assert not await control.withdraw(STATE)


@pytest.mark.parametrize("kind", ["motor", "pymongo"], indirect=True)
async def test_groups_on_one_database_do_not_see_each_other_s(uri: str, database: str) -> None:
    store = connect(uri, database)
    await store.control("a/group").open(STATE)
    await store.control("group").open(replace(STATE, held=replace(HELD, first=1)))

    assert [state.held.first for state in await store.control("a/group").states()] == [17]
    await store.close()
    async with AsyncMongoClient[dict[str, Any]](uri) as client:
        await client.drop_database(database)
