"""This release and its successor in one group, on one topic, at once: upgrade and roll-back.

The successor is built from this release: its rules have the next number, and round a discount down
instead of half up.
"""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

import order_projector
from order_projector.local.worker import worker_spec
from tests.support.events import event_at, order_event, to_json
from tests.support.kafka import Record, produce
from tests.support.probes import probed
from tests.support.processes import launched
from tests.support.shell import Shell, json_lines, until
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

Database = AsyncDatabase[dict[str, Any]]
Json = dict[str, Any]

ORDERS = 30
HALF_UP, DOWN = 50350 - 1511, 50350 - 1510
"""What 3 % of 503.50 leaves: by the rules of this release, and by those of its successor."""

CHANGES = {
    "projection/rules.py": ("RULES: Final = 1", "RULES: Final = 2"),
    "domain/money.py": ("(2 * amount * part + whole) // (2 * whole)", "amount * part // whole"),
    "worker/refolding.py": ("LOOK_EVERY: Final = 60.0", "LOOK_EVERY: Final = 1.0"),
}


@pytest.fixture
def successor(tmp_path: Path) -> Path:
    """The folder of the next release's package."""
    folder = tmp_path / "successor"
    package = folder / "order_projector"
    ours = Path(order_projector.__file__).parent
    shutil.copytree(ours, package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (before, after) in CHANGES.items():
        text = (package / name).read_text()
        assert before in text
        (package / name).write_text(text.replace(before, after))
    return folder


@pytest.fixture
def shell(topics: Topics, tmp_path: Path) -> Shell:
    return Shell(topics, tmp_path)


def events(minute: int, *order_ids: str) -> list[Json]:
    """An order of 503.50, and a redemption of 3 % of it."""
    found = []
    for order_id in order_ids:
        item = {"product_id": "p", "quantity": 1, "price": 50350}
        order = {"order": {"id": order_id, "items": [item]}}
        found.append(event_at(minute, "order.created", order, f"evt_c_{order_id}"))
        redeemed = {
            "order": {"id": order_id},
            "redemption": {"id": f"r_{order_id}", "date": f"2026-03-01T12:0{minute + 1}:00Z"},
            "voucher": {"id": "v_1", "discount": {"type": "PERCENT", "percent_off": 3}},
        }
        found.append(event_at(minute + 1, "redemption.succeeded", redeemed, f"evt_r_{order_id}"))
    return found


async def send(topics: Topics, sent: list[Json]) -> None:
    """Send without keys: each worker sees some events of each order."""
    records = [Record(topics.redemptions, to_json(each)) for each in sent]
    await produce(topics.servers.bootstrap_servers, records)


async def totals(database: Database) -> dict[str, int]:
    found = database["orders"].find({}, {"total_amount": 1})
    return {each["_id"]: each.get("total_amount", -1) async for each in found}


async def of_successor(topics: Topics, folder: Path, *words: str) -> Json:
    """Run a command of the next release; return the JSON that it prints."""
    environment = topics.environment() | {"PYTHONPATH": str(folder), "HOME": str(folder)}
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "order_projector", *words, "--json"],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode in {0, 1}, ended.stderr
    answer: Json = json.loads(ended.stdout)
    return answer


async def announced_revisions(shell: Shell) -> dict[str, list[int]]:
    """The revisions of each order, in the sequence of the topic, each once."""
    values: dict[tuple[str, int], str] = {}
    found: dict[str, list[int]] = {}
    for value in json_lines((await shell("updates")).stdout):
        order_id, revision = value["order"]["id"], value["revision"]
        text = json.dumps(value, sort_keys=True)
        assert values.setdefault((order_id, revision), text) == text, "a revision was used twice"
        if revision not in found.setdefault(order_id, []):
            found[order_id].append(revision)
    return found


@pytest.mark.nightly
async def test_an_upgrade_and_a_roll_back_lose_nothing_and_make_no_order_older(
    successor: Path,
    shell: Shell,
    launch_worker: LaunchWorker,
    topics: Topics,
    database: Database,
    tmp_path: Path,
) -> None:
    ids = [f"ord_{n}" for n in range(ORDERS)]
    older = await launch_worker()
    new = topics.environment() | {"PYTHONPATH": str(successor)}
    async with launched(worker_spec(new, tmp_path / "new.log")) as newer:
        await send(topics, events(1, *ids))
        await until(lambda: has_facts(database, 2, ORDERS))
        await older.stop()

        # each order is the fold of all its facts by the rules that folded it, and then by the newer
        assert set((await totals(database)).values()) <= {HALF_UP, DOWN}
        await of_successor(topics, successor, "refold")
        await until(lambda: all_are(database, DOWN))
        assert (await of_successor(topics, successor, "verify"))["equal"] == ORDERS
        await newer.stop()

        # rolled back: the older release stores what comes, and makes no order older
        await older.start()
        paid = [event_at(9, "order.paid", {"order": {"id": it}}, f"evt_p_{it}") for it in ids]
        await send(topics, paid)
        await until(lambda: has_facts(database, 3, ORDERS))
        assert set((await totals(database)).values()) == {DOWN}
        assert await database["orders"].count_documents({"status": "PAID"}) == 0
        assert await database["orders"].count_documents({"_projection.refold": True}) == ORDERS

        # upgraded again: the newer release completes them without another event
        await newer.start()
        await until(lambda: is_paid(database, ORDERS))
        await until(lambda: unmarked(database))
        assert (await of_successor(topics, successor, "verify"))["equal"] == ORDERS
        stored = {
            each["_id"]: each["_projection"]["revision"]
            async for each in database["orders"].find({})
        }
        for order_id, revisions in (await announced_revisions(shell)).items():
            assert max(revisions) == stored[order_id]
            assert sorted(revisions) == [*range(1, stored[order_id] + 1)]
        assert older.running
        assert newer.running


async def has_facts(database: Database, facts: int, orders: int) -> bool:
    query = {f"_projection.facts.{facts - 1}": {"$exists": True}}
    return await database["orders"].count_documents(query) == orders


async def all_are(database: Database, total: int) -> bool:
    return set((await totals(database)).values()) == {total}


async def is_paid(database: Database, orders: int) -> bool:
    return await database["orders"].count_documents({"status": "PAID"}) == orders


async def unmarked(database: Database) -> bool:
    return await database["orders"].count_documents({"_projection.refold": True}) == 0


async def test_a_worker_that_meets_a_newer_layout_waits_alive_and_unready_and_says_so(
    topics: Topics, launch_worker: LaunchWorker, database: Database
) -> None:
    """Its events are no dead letters: once the document can be read, they are applied."""
    worker = await launch_worker()
    await send(topics, [order_event(1, "created", amount=1000)])
    orders = database["orders"]
    await until(lambda: orders.find_one({"_id": "ord_1"}))
    later = {"$set": {"_projection.layout": 2}, "$inc": {"_projection.counter": 1}}
    await orders.update_one({"_id": "ord_1"}, later)

    await send(topics, [event_at(2, "order.paid", {"order": {"id": "ord_1"}})])

    async def says_so() -> bool:
        status, body = await probed(worker, "/readyz")
        reason = "waiting for the database: order 'ord_1': its document has layout 2"
        return status == 503 and any(each.startswith(reason) for each in body["reasons"])

    await until(says_so)
    assert (await probed(worker, "/livez"))[0] == 200
    await orders.update_one({"_id": "ord_1"}, {"$set": {"_projection.layout": 1}})
    await until(lambda: orders.find_one({"_id": "ord_1", "status": "PAID"}))
