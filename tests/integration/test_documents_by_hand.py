"""Stored documents are verified, refolded, compared and reconciled using commands alone."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.adapters.mongo import connect
from order_projector.adapters.mongo.scanning import MongoScan
from order_projector.projection.ports import OrderWrite, ProjectionState
from tests.support.events import event_at
from tests.support.shell import Shell, json_lines, until
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

Database = AsyncDatabase[dict[str, Any]]
Json = dict[str, Any]
NAMES: list[Json] = [{}, {}, {}, {}, {"source_id": "shop-4"}, {"source_id": "shop-5"}, {}]
ORDERS = len(NAMES)
SOURCE_IDS = 2


@pytest.fixture
def shell(topics: Topics, tmp_path: Path) -> Shell:
    return Shell(topics, tmp_path, {"XDG_STATE_HOME": str(tmp_path)})


@pytest.fixture
async def elsewhere(topics: Topics) -> AsyncIterator[Database]:
    """Yield another database on the same server."""
    name = f"{topics.database}-other"
    async with AsyncMongoClient[Json](topics.servers.mongodb_uri) as client:
        yield client[name]
        await client.drop_database(name)


async def with_orders(shell: Shell, launch_worker: LaunchWorker, database: Database) -> None:
    """Let a worker store and announce orders with two revisions each.

    Some have a source id, whose own document is not an order and is never announced.
    """
    await launch_worker()
    created = [
        event_at(
            1, "order.created", {"order": {"id": f"ord_{n}", "amount": 1000} | names}, f"evt_{n}"
        )
        for n, names in enumerate(NAMES)
    ]
    await shell("send", shell.file("created.jsonl", *created))
    await until(lambda: has_announced(shell, ORDERS))
    paid = [
        event_at(2, "order.paid", {"order": {"id": f"ord_{n}"}}, f"evt_p{n}") for n in range(ORDERS)
    ]
    await shell("send", shell.file("paid.jsonl", *paid))
    await until(lambda: has_announced(shell, 2 * ORDERS))
    assert await database["orders"].count_documents({"status": "PAID"}) == ORDERS


async def has_announced(shell: Shell, count: int) -> bool:
    return len((await shell("updates")).stdout.splitlines()) >= count


async def done(shell: Shell, *words: str, code: int = 0) -> Json:
    """Run a command, and return the JSON that it prints."""
    ended = await shell(*words, "--json")
    assert ended.returncode == code, (ended.stdout, ended.stderr)
    answer: Json = json.loads(ended.stdout)
    return answer


async def last_updates(shell: Shell) -> dict[str, Json]:
    """Return the last update of each order, as the compacted topic keeps it."""
    values = json_lines((await shell("updates")).stdout)
    return {value["order"]["id"]: value for value in values}


async def test_documents_are_verified_folded_again_reconciled_and_compared(
    shell: Shell, launch_worker: LaunchWorker, database: Database, elsewhere: Database
) -> None:
    orders = database["orders"]
    await with_orders(shell, launch_worker, database)
    backup = [document async for document in orders.find()]

    await verify_and_refold(shell, orders)
    await reconcile_a_restored_backup(shell, orders, backup)
    await elsewhere["orders"].insert_many([document async for document in orders.find()])
    await compare_with(shell, elsewhere)
    commands = [each["command"] async for each in database["audit"].find()]
    assert commands == ["send", "send", "refold", "reconcile", "reconcile", "reconcile"]


async def verify_and_refold(shell: Shell, orders: Any) -> None:
    found = await done(shell, "verify")
    assert (found["equal"], found["different"], found["unreadable"]) == (ORDERS, 0, 0)
    assert found["source_ids"] == SOURCE_IDS
    sampled = await done(shell, "verify", "--sample", "3")
    assert sampled["equal"] + sampled["source_ids"] == 3
    await orders.update_one({"_id": "ord_1"}, {"$set": {"amount": 999}})
    await orders.insert_one({"_id": "mine", "x": 1})

    found = await done(shell, "verify", code=1)
    assert (found["equal"], found["different"], found["unreadable"]) == (ORDERS - 1, 1, 1)
    reasons = {each["order"]: each["reasons"] for each in found["orders"]}
    assert reasons["ord_1"][0] == "amount: 999, the fold has 1000"
    assert reasons["mine"] == ["a document of that id has no _projection"]
    assert (await done(shell, "verify", "ord_2"))["equal"] == 1
    assert (await done(shell, "verify", "ord_2", "ord_99", code=1))["missing"] == ["ord_99"]

    await orders.delete_one({"_id": "mine"})
    found = await done(shell, "refold")
    assert (found["written"], found["announced"], found["failed"]) == (1, 1, 0)
    last = (await last_updates(shell))["ord_1"]
    assert (last["order"]["amount"], last["revision"]) == (1000, 3)
    assert (last["changes"], last["causes"]) == (["amount"], [])
    assert (await done(shell, "verify"))["equal"] == ORDERS


async def reconcile_a_restored_backup(shell: Shell, orders: Any, backup: list[Json]) -> None:
    """Reconcile an order behind its last record, one ahead of it, and one that is gone."""
    found = await done(shell, "reconcile")
    assert (found["equal"], found["orders"]) == (ORDERS, [])
    await orders.replace_one({"_id": "ord_1"}, next(it for it in backup if it["_id"] == "ord_1"))
    await raise_revision(shell.topics, "ord_2")
    await orders.delete_one({"_id": "ord_3"})

    found = await done(shell, "reconcile", code=1)
    standings = {each["order"]: each for each in found["orders"]}
    assert {name: each["record"] for name, each in standings.items()} == {
        "ord_1": "ahead",
        "ord_2": "behind",
        "ord_3": "missing",
    }
    assert [standings["ord_1"][it] for it in ("record_revision", "stored_revision")] == [3, 2]
    last = await last_updates(shell)
    assert (last["ord_1"]["revision"], last["ord_2"]["revision"]) == (4, 3)
    assert (last["ord_1"]["changes"], last["ord_1"]["causes"]) == ([], [])
    stored = await orders.find_one({"_id": "ord_1"})
    assert stored["_projection"]["revision"] == 4

    found = await done(shell, "reconcile", code=1)
    assert (found["equal"], found["missing"]) == (ORDERS - 1, 1)
    assert (await done(shell, "verify"))["equal"] == ORDERS - 1


async def test_revisions_that_a_restored_backup_announces_again_are_outranked(
    shell: Shell, launch_worker: LaunchWorker, database: Database
) -> None:
    """The last record of ord_1 does not have the highest revision; that of ord_2 has it again."""
    orders, worker = database["orders"], await launch_worker()
    await tell(shell, "created", "ord_1", "ord_2")
    await until(lambda: has_announced(shell, 2))
    backup = [document async for document in orders.find()]
    for count, kind in ((4, "paid"), (6, "fulfilled")):
        await tell(shell, kind, "ord_1", "ord_2")
        await until(partial(has_announced, shell, count))
    await worker.stop()
    for document in backup:
        await orders.replace_one({"_id": document["_id"]}, document)
    await worker.start()
    await tell(shell, "canceled", "ord_1", "ord_2")
    await until(lambda: has_announced(shell, 8))
    await tell(shell, "processing", "ord_2")
    await until(lambda: has_announced(shell, 9))
    assert await highest_updates(shell) == {"ord_1": (3, "FULFILLED"), "ord_2": (3, "FULFILLED")}

    found = await done(shell, "reconcile")

    assert (found["ahead"], found["equal"]) == (2, 0)
    assert await highest_updates(shell) == {"ord_1": (4, "CANCELED"), "ord_2": (4, "PROCESSING")}
    assert (await done(shell, "reconcile"))["equal"] == 2
    assert (await done(shell, "verify"))["equal"] == 2


async def tell(shell: Shell, kind: str, *order_ids: str) -> None:
    """Send an event of this kind for each order, later than those of the kinds before it."""
    minute = ("created", "paid", "fulfilled", "canceled", "processing").index(kind) + 1
    events = [
        event_at(minute, f"order.{kind}", {"order": {"id": it}}, f"evt_{kind}_{it}")
        for it in order_ids
    ]
    await shell("send", shell.file(f"{kind}.jsonl", *events))


async def highest_updates(shell: Shell) -> dict[str, tuple[int, str]]:
    """Return the state of a consumer that accepts only revisions higher than those it has seen."""
    known: dict[str, tuple[int, str]] = {}
    for value in json_lines((await shell("updates")).stdout):
        order_id, revision = value["order"]["id"], value["revision"]
        if order_id not in known or revision > known[order_id][0]:
            known[order_id] = revision, value["order"]["status"]
    return known


async def raise_revision(topics: Topics, order_id: str) -> None:
    """Store the next revision of an order, like a worker that dies before announcing it."""
    store = connect(topics.servers.mongodb_uri, topics.database)
    (found,) = await MongoScan(store.database).some([order_id])
    state = found.state
    assert isinstance(state, ProjectionState)
    after = replace(state, counter=state.counter + 1, revision=state.revision + 1)
    await store.write([OrderWrite(order_id, state.counter, found.served, after)])
    await store.close()


async def compare_with(shell: Shell, elsewhere: Database) -> None:
    other = elsewhere.name
    assert (await done(shell, "compare", "--database", other))["equal"] == ORDERS - 1
    await elsewhere["orders"].update_one({"_id": "ord_1"}, {"$set": {"status": "LOST"}})
    await elsewhere["orders"].delete_one({"_id": "ord_2"})
    await elsewhere["orders"].insert_one({"_id": "ord_9", "id": "ord_9"})

    found = await done(shell, "compare", "--database", other, code=1)
    assert found["different"] == {"ord_1": ["status"]}
    assert (found["only_here"], found["only_there"]) == (["ord_2"], ["ord_9"])


async def test_a_pass_that_was_not_stopped_cannot_be_resumed(shell: Shell) -> None:
    ended = await shell("verify", "--resume")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == ("order-projector: --resume: no verify of this database was stopped\n")
    both = await shell("verify", "ord_1", "--resume")
    assert both.returncode == 2
    assert both.stderr == "order-projector: NAME, --sample, --resume: give one of them\n"
    both = await shell("refold", "ord_1", "--resume")
    assert both.returncode == 2
    assert both.stderr == "order-projector: NAME, --resume: give one of them\n"


async def test_a_database_without_orders_and_the_same_one_cannot_be_compared(
    shell: Shell, database: Database
) -> None:
    name = database.name
    nowhere = await shell("compare", "--database", "no-such")
    assert (nowhere.returncode, nowhere.stdout) == (2, "")
    assert nowhere.stderr == (
        f"order-projector: ORDERS_MONGODB_DATABASE: the server has no database '{name}' with a "
        "collection of orders\n"
    )
    await database["orders"].insert_one({"_id": "ord_1"})

    nowhere = await shell("compare", "--database", "no-such")
    itself = await shell("compare", "--database", name)

    assert (nowhere.returncode, itself.returncode) == (2, 2)
    assert nowhere.stderr == (
        "order-projector: --database: the server has no database 'no-such' with a collection of "
        "orders\n"
    )
    assert itself.stderr == f"order-projector: --database: '{name}' is this database itself\n"
