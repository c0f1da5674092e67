"""This release and its successor in one group, on one topic: upgrade and roll-back.

Both are installed from their wheels. `tests.support.successor` defines what the successor changes:
one of the rules, a kind of fact and the layout.
"""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.local.server import Server
from tests.support.events import event_at, order_event, to_json
from tests.support.kafka import Record, produce
from tests.support.probes import metric, probed
from tests.support.processes import launched
from tests.support.releases import Release, successor, this_release
from tests.support.shell import Shell, json_lines, until
from tests.support.steady_load import SteadyLoad
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

Database = AsyncDatabase[dict[str, Any]]
Json = dict[str, Any]

HALF_UP, DOWN = 50350 - 1511, 50350 - 1510
"""What remains of 503.50 after 3 % off, by the rules of this release and of its successor."""

SOME = 60
"""Number of records after which a worker has taken part in the work."""


@dataclass(frozen=True, slots=True)
class Releases:
    """Two consecutive releases."""

    this: Release
    next: Release


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    """Build and install each release once."""
    folder = tmp_path_factory.mktemp("releases")
    return Releases(this_release(folder / "this"), successor(folder / "next"))


@pytest.fixture
def shell(topics: Topics, tmp_path: Path) -> Shell:
    return Shell(topics, tmp_path)


@pytest.mark.nightly
@pytest.mark.timeout(900)
async def test_an_upgrade_a_roll_back_and_an_upgrade_under_load_lose_and_double_nothing(
    releases: Releases, shell: Shell, topics: Topics, database: Database, tmp_path: Path
) -> None:
    """No revision is skipped or used twice; in the end, every order conforms to the newer rules."""
    assert await releases.this.version(topics) != await releases.next.version(topics)
    load = SteadyLoad(topics, orders=100)
    async with (
        launched(releases.this.worker(topics, tmp_path / "older.log")) as older,
        launched(releases.next.worker(topics, tmp_path / "newer.log")) as newer,
    ):
        async with load.running():
            await change_releases(older, newer, database["orders"])
        await load.round("order.fulfilled")
        await until(partial(is_at_rest, database, load))

    assert await totals(database) <= {HALF_UP, DOWN}
    await releases.next.answer(topics, "refold")
    assert (await releases.next.answer(topics, "verify"))["equal"] == load.orders
    await nothing_is_lost_or_doubled(database, load)
    await no_revision_is_skipped_or_used_twice(shell, database)
    assert json.loads((await shell("dead-letters", "list", "--json")).stdout) == []


async def change_releases(older: Server, newer: Server, orders: Any) -> None:
    """Upgrade, roll back and upgrade again; in between, both work on the same orders.

    While it runs alone, the older release leaves the orders that the newer one has folded as they
    are, and marks them.
    """
    await take_part(older, newer)
    await older.stop()
    await take_part(newer)
    await older.start()
    await take_part(older, newer)
    await newer.stop()
    by_newer_rules = await orders.count_documents({"_projection.rules": 2})
    await take_part(older)
    assert await orders.count_documents({"_projection.rules": 2}) == by_newer_rules > 0
    assert await orders.count_documents({"_projection.refold": True}) > 0
    await newer.start()
    await take_part(older, newer)
    await older.stop()


async def take_part(*workers: Server) -> None:
    """Wait until each of these workers has processed some more of the load."""
    for worker in workers:
        await worker.ready()
    before = [await processed(worker) for worker in workers]

    async def have_all() -> bool:
        now = [await processed(worker) for worker in workers]
        return all(after >= then + SOME for after, then in zip(now, before, strict=True))

    await until(have_all)


async def processed(worker: Server) -> float:
    return await metric(worker, "order_projector_batch_records_sum")


async def is_at_rest(database: Database, load: SteadyLoad) -> bool:
    """Return whether each order has its last event and is no longer marked."""
    query = {"status": "FULFILLED", "_projection.refold": {"$exists": False}}
    return await database["orders"].count_documents(query) == load.orders


async def totals(database: Database) -> set[int]:
    found = database["orders"].find({}, {"total_amount": 1})
    return {each["total_amount"] async for each in found}


async def nothing_is_lost_or_doubled(database: Database, load: SteadyLoad) -> None:
    """Check that each order has its redemption, and every payment of every round, exactly once."""
    paid = {f"pay_{number}" for number in range(3, load.rounds - 1, 2)}
    updated = max(range(2, load.rounds - 1, 2))
    count = 0
    async for order in database["orders"].find():
        count += 1
        assert order["total_amount"] == DOWN, order["_id"]
        assert set(order["redemptions"]) == {f"r_{order['_id']}"}
        assert set(order["payments"]) == paid
        assert {each["amount"] for each in order["payments"].values()} == {100}
        assert order["metadata"] == {"round": updated}
    assert count == load.orders


async def no_revision_is_skipped_or_used_twice(shell: Shell, database: Database) -> None:
    values: dict[tuple[str, int], Json] = {}
    announced: dict[str, set[int]] = {}
    for value in json_lines((await shell("updates")).stdout):
        order_id, revision = value["order"]["id"], value["revision"]
        assert values.setdefault((order_id, revision), value) == value, "a revision was used twice"
        announced.setdefault(order_id, set()).add(revision)
    async for order in database["orders"].find():
        stored = order["_projection"]["revision"]
        assert announced[order["_id"]] == set(range(1, stored + 1)), order["_id"]


@pytest.mark.nightly
@pytest.mark.timeout(600)
async def test_the_next_layout_is_written_once_it_is_allowed_and_stops_an_older_worker_alive(
    releases: Releases, topics: Topics, database: Database, tmp_path: Path
) -> None:
    """Until then, the older release can read everything that its successor writes."""
    load, orders = SteadyLoad(topics, orders=20), database["orders"]
    newer_spec = releases.next.worker(topics, tmp_path / "newer.log")
    async with launched(releases.this.worker(topics, tmp_path / "older.log")) as older:
        async with launched(newer_spec) as newer, load.running():
            await take_part(older, newer)
        assert await orders.count_documents({"_projection.layout": 1}) == load.orders

        allowed = releases.next.worker(topics, tmp_path / "allowed.log", ORDERS_LAYOUT="2")
        async with launched(allowed) as newer:
            await newer.ready()
            async with load.running():
                await until(partial(waits_for_a_later_release, older))
            assert (await probed(older, "/livez"))[0] == 200
            await older.stop()
            await load.round("order.fulfilled")
            await until(partial(is_at_rest, database, load))
    assert await orders.count_documents({"_projection.layout": 2}) == load.orders
    assert await orders.count_documents({"_projection.digests": {"$exists": True}}) == 0
    await releases.next.answer(topics, "refold")
    assert (await releases.next.answer(topics, "verify"))["equal"] == load.orders
    await nothing_is_lost_or_doubled(database, load)


async def waits_for_a_later_release(worker: Server) -> bool:
    status, body = await probed(worker, "/readyz")
    return status == 503 and any(
        each.startswith("waiting for the database: order '") and "has layout 2" in each
        for each in body["reasons"]
    )


async def test_a_worker_that_meets_a_newer_layout_waits_alive_and_unready_and_says_so(
    topics: Topics, launch_worker: LaunchWorker, database: Database
) -> None:
    """Its events are not dead-lettered: they are applied once the document can be read."""
    worker = await launch_worker()
    await send(topics, order_event(1, "created", amount=1000))
    orders = database["orders"]
    await until(lambda: orders.find_one({"_id": "ord_1"}))
    later = {"$set": {"_projection.layout": 2}, "$inc": {"_projection.counter": 1}}
    await orders.update_one({"_id": "ord_1"}, later)

    await send(topics, event_at(2, "order.paid", {"order": {"id": "ord_1"}}))

    await until(partial(waits_for_a_later_release, worker))
    assert (await probed(worker, "/livez"))[0] == 200
    await orders.update_one({"_id": "ord_1"}, {"$set": {"_projection.layout": 1}})
    await until(lambda: orders.find_one({"_id": "ord_1", "status": "PAID"}))


async def send(topics: Topics, sent: Json) -> None:
    record = Record(topics.redemptions, to_json(sent))
    await produce(topics.servers.bootstrap_servers, [record])
