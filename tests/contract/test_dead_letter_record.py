"""The handling of dead letters is stored by compare-and-set."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from order_projector.adapters.mongo import MongoStore
from order_projector.adapters.mongo.dead_letters import MongoHandlingRecord
from order_projector.projection.handling import Handling, HandlingState, LetterId
from order_projector.projection.ports import Coordinates

pytestmark = pytest.mark.parametrize("kind", ["motor", "pymongo"], indirect=True)

LETTER = LetterId(Coordinates("dead", 3, 17), "2026-03-01T12:00:00.000Z")
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MARKED = Handling(LETTER, 1, HandlingState.REPLAYING, AT, "ann", "host", 7, until=AT)
DONE = replace(
    MARKED,
    number=2,
    state=HandlingState.REPLAYED,
    until=None,
    mended=True,
    reason="so",
    new_place=Coordinates("payments", 1, 2),
)


async def test_a_handling_is_kept_as_it_was_given(store: MongoStore) -> None:
    record = MongoHandlingRecord(store.database, "dead")

    assert await record.get(LETTER) is None
    assert await record.put(MARKED, None)
    assert await record.get(LETTER) == MARKED
    assert await record.put(DONE, MARKED)
    assert await record.find() == {LETTER: DONE}
    assert await MongoHandlingRecord(store.database, "other").find() == {}


async def test_of_two_changes_of_one_state_the_second_is_not_kept(store: MongoStore) -> None:
    record = MongoHandlingRecord(store.database, "dead")
    assert await record.put(MARKED, None)

    assert not await record.put(replace(MARKED, user="bob"), None)
    assert await record.put(DONE, MARKED)
    assert not await record.put(replace(DONE, user="bob"), MARKED)
    assert await record.get(LETTER) == DONE
