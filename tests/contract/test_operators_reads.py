"""What operators' commands read from the database, on both drivers."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo.asynchronous.collection import AsyncCollection

from order_projector.adapters.mongo import MongoStore
from order_projector.adapters.mongo.audit import MongoAudit
from order_projector.adapters.mongo.diagnosis import database_state, has_foreign
from order_projector.adapters.mongo.pauses import MongoPauses
from order_projector.adapters.mongo.scanning import MongoScan
from order_projector.projection.pauses import Pause
from order_projector.projection.ports import ProjectionState, Unusable
from tests.contract.states import first

pytestmark = pytest.mark.parametrize("kind", ["motor", "pymongo"], indirect=True)

Orders = AsyncCollection[dict[str, Any]]
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def test_a_scan_yields_all_documents_in_the_sequence_of_ids_and_goes_on_after_one(
    store: MongoStore, orders: Orders
) -> None:
    """More than one page of them, including foreign ones."""
    names = [f"o{n:03}" for n in range(150)]
    await store.write([first(name) for name in reversed(names)])
    await orders.insert_many([{"_id": "mine", "x": 1}, {"x": 2}])
    scan = MongoScan(store.database)

    found = [scanned async for scanned in scan.after(None)]

    assert [each.order_id for each in found] == ["mine", *names]
    assert isinstance(found[0].state, Unusable)
    assert isinstance(found[1].state, ProjectionState)
    assert (found[1].served, found[1].broken) == ({"id": "o000", "metadata": {}}, ())
    after = [scanned.order_id async for scanned in scan.after("o147")]
    assert after == ["o148", "o149"]
    assert [ids async for ids in scan.ids()] == [["mine", *names]]
    assert {each.order_id for each in await scan.some(["o001", "none"])} == {"o001"}
    assert len([scanned async for scanned in scan.sample(7)]) == 7
    assert await scan.count() >= 150


async def test_a_member_that_something_else_has_changed_is_broken(
    store: MongoStore, orders: Orders
) -> None:
    await store.write([first()])
    await orders.update_one({"_id": "o"}, {"$set": {"_projection.revision": 5}})

    (found,) = await MongoScan(store.database).some(["o"])

    assert found.broken == ("revision",)


async def test_documents_that_rules_up_to_these_have_marked_are_found(store: MongoStore) -> None:
    write = first("a")
    marked = replace(write, state=replace(write.state, refold=True, rules=2))
    await store.write([marked, first("b")])
    scan = MongoScan(store.database)

    assert await scan.marked(2, 10) == ["a"]
    assert await scan.marked(1, 10) == []
    assert await scan.count_marked() == 1


async def test_pauses_are_kept_for_their_group(store: MongoStore) -> None:
    pauses, others = MongoPauses(store.database, "g"), MongoPauses(store.database, "h")
    pause, every = Pause("payments", AT, "ann@host"), Pause(None, AT, "ann@host")

    assert await pauses.pause(pause)
    assert not await pauses.pause(replace(pause, by="bob"))
    assert await pauses.pause(every)
    assert set(await pauses.pauses()) == {pause, every}
    assert list(await others.pauses()) == []
    assert not await others.resume(None)
    assert await pauses.resume("payments")
    assert not await pauses.resume("payments")
    assert await pauses.resume(None)
    assert list(await pauses.pauses()) == []


async def test_a_database_is_described(store: MongoStore, orders: Orders) -> None:
    assert not await has_foreign(store.database)
    await orders.insert_one({"_id": "mine", "x": 1})
    await orders.create_index("x", unique=True)

    state = await database_state(store.database)

    assert state.version
    assert state.replica_set
    assert abs(state.skew) < 5
    assert (state.foreign, state.has_validator) == (True, False)
    assert (state.building, state.unique) == ((), ("x_1",))


async def test_the_audit_record_keeps_entries(store: MongoStore) -> None:
    await MongoAudit(store.database).add({"command": "send", "at": AT})
    assert (await store.database["audit"].find_one())["command"] == "send"
