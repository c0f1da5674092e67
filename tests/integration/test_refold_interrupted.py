"""A refold that loses its database or broker ends with one line, and the next one completes it."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.local.server import Server
from tests.support.events import event_at
from tests.support.processes import pause
from tests.support.shell import Shell, json_lines, until
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

Database = AsyncDatabase[dict[str, Any]]

ORDERS = 30
IMPATIENT = {"ORDERS_MONGODB_TIMEOUT": "1", "ORDERS_KAFKA_REQUEST_TIMEOUT": "1"}


@pytest.fixture
def shell(topics: Topics, tmp_path: Path) -> Shell:
    return Shell(topics, tmp_path, {"XDG_STATE_HOME": str(tmp_path)})


@pytest.mark.parametrize("service", ["database", "broker"])
async def test_what_a_refold_has_left_when_a_service_goes_away_the_next_one_does(
    service: str, shell: Shell, launch_worker: LaunchWorker, database: Database
) -> None:
    orders = database["orders"]
    await with_damaged_orders(shell, launch_worker, database)

    refold = await started(shell, "refold", "--rate", "5")
    await until(lambda: orders.find_one({"total_amount": 1000}))
    gone: Server | None = getattr(shell.topics.servers, service)
    assert gone is not None
    pause(gone)
    _, told = await asyncio.wait_for(refold.communicate(), 120)
    gone.resume()

    assert refold.returncode == 3
    last = told.decode().splitlines()[-1]
    assert last.startswith("order-projector: ")
    assert "Traceback" not in told.decode()
    left = await orders.count_documents({"total_amount": 1})
    assert 0 < left < ORDERS
    again = await shell("refold")
    assert again.returncode == 0, again.stderr
    assert await orders.count_documents({"total_amount": 1000}) == ORDERS
    last_revisions = {
        value["order"]["id"]: (value["revision"], value["order"]["total_amount"])
        for value in json_lines((await shell("updates")).stdout)
    }
    assert set(last_revisions.values()) == {(2, 1000)}


async def with_damaged_orders(
    shell: Shell, launch_worker: LaunchWorker, database: Database
) -> None:
    """Let a worker store orders of one revision each, then change their totals in the database."""
    worker = await launch_worker()
    created = [
        event_at(1, "order.created", {"order": {"id": f"ord_{n}", "amount": 1000}}, f"evt_{n}")
        for n in range(ORDERS)
    ]
    await shell("send", shell.file("created.jsonl", *created))

    async def are_announced() -> bool:
        return len((await shell("updates")).stdout.splitlines()) == ORDERS

    await until(are_announced)
    await worker.stop()
    await database["orders"].update_many({}, {"$set": {"total_amount": 1}})


async def started(shell: Shell, *words: str) -> asyncio.subprocess.Process:
    """Start a command in its own process."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "order_projector", *words),
        env={**os.environ, **shell.topics.environment(), **shell.changed, **IMPATIENT},
        cwd=shell.folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
