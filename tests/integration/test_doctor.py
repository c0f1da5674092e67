"""`order-projector doctor` names each problem of a deployment, and its remedy."""

import json
from pathlib import Path
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.local.ports import HOST, free_port
from tests.support.events import order_event, paid
from tests.support.shell import Ended, Shell, until
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker


@pytest.fixture
def shell(topics: Topics, tmp_path: Path) -> Shell:
    return Shell(topics, tmp_path)


def problems(ended: Ended) -> dict[str, list[str]]:
    """Return the problems by subject."""
    found: dict[str, list[str]] = {}
    for each in json.loads(ended.stdout):
        if each["level"] == "problem":
            assert each["remedy"]
            found.setdefault(each["about"], []).append(each["what"])
    return found


async def test_a_worker_on_a_stack_of_its_own_has_no_problem(
    shell: Shell, launch_worker: LaunchWorker, database: AsyncDatabase[dict[str, Any]]
) -> None:
    """The end offset that the local broker reports may precede the last records of a batch."""
    await launch_worker()
    events = [paid(minute, 1, name=f"pay_{minute}") for minute in range(12)]
    await shell("send", shell.file("events.jsonl", *events))
    await until(lambda: database["orders"].find_one({"payments.pay_11": {"$exists": True}}))
    ended = await shell("doctor")

    async def is_well() -> bool:
        nonlocal ended
        ended = await shell("doctor")
        return ended.returncode == 0

    await until(is_well)
    assert ended.stderr.splitlines()[-1] == "No problems found."
    assert all(line.startswith("note: ") for line in ended.stdout.splitlines())


async def test_each_problem_is_named(shell: Shell, database: AsyncDatabase[dict[str, Any]]) -> None:
    await database["orders"].insert_one({"_id": "mine", "x": 1})
    await database["orders"].create_index("x", unique=True)
    await shell("send", stdin=json.dumps(order_event(1)) + "\n")

    ended = await shell(
        "doctor", "--json", ORDERS_SHUTDOWN_TIMEOUT="2", ORDERS_DEAD_LETTERS_TOPIC="nowhere"
    )

    found = problems(ended)
    assert ended.returncode == 1
    assert found["ORDERS_SHUTDOWN_TIMEOUT"][0].startswith(
        "2 s, less than ORDERS_KAFKA_SESSION_TIME"
    )
    assert found["nowhere"] == ["does not exist, or this login lacks Describe on it"]
    missing, unique, foreign = found["collection orders"]
    assert missing.startswith("missing indexes: ")
    assert unique == "unique indexes: x_1"
    assert foreign == "documents that no worker of a released version has written"
    assert any("1 records are not committed" in each["what"] for each in json.loads(ended.stdout))


async def test_services_that_do_not_answer_are_named_and_the_others_are_examined(
    shell: Shell,
) -> None:
    ended = await shell(
        "doctor",
        "--json",
        ORDERS_KAFKA_BOOTSTRAP_SERVERS=f"{HOST}:{free_port()}",
        ORDERS_MONGODB_URI=f"mongodb://{HOST}:{free_port()}/?w=1",
        ORDERS_MONGODB_TIMEOUT="0.5",
    )

    found = problems(ended)
    assert ended.returncode == 3
    assert found["broker"][0].startswith("no answer: ")
    assert found["database"][0].startswith("no answer: ")
    notes = [each["what"] for each in json.loads(ended.stdout) if each["level"] == "note"]
    assert notes == ["the worker sets by itself, and ignores: w"]
