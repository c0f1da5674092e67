"""`order-projector rehearse`: the demo's stream, processed by workers that run already."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.local.ports import HOST
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

COMMAND = (sys.executable, "-m", "order_projector", "rehearse", "--orders", "60")


def rehearse(
    topics: Topics, folder: Path, *options: str, **settings: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (*COMMAND, *options),
        cwd=folder,
        env=topics.environment() | settings,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


async def test_it_holds_running_workers_to_the_fold_again_and_again_on_the_same_topics(
    topics: Topics,
    database: AsyncDatabase[dict[str, Any]],
    launch_worker: LaunchWorker,
    tmp_path: Path,
) -> None:
    await (await launch_worker()).ready()

    first = rehearse(topics, tmp_path)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "All equal to the fold of their events: 60 stored orders" in first.stdout
    assert "produced" not in first.stdout
    assert "produced" in first.stderr

    repeated, other = rehearse(topics, tmp_path), rehearse(topics, tmp_path, "--seed", "2")
    assert (repeated.returncode, other.returncode) == (0, 0), repeated.stdout + other.stdout

    await database["orders"].update_one({"status": "PAID"}, {"$set": {"total_amount": -1}})
    spoilt = [rehearse(topics, tmp_path), rehearse(topics, tmp_path, "--seed", "2")]
    assert sorted(each.returncode for each in spoilt) == [0, 1]
    assert "differs: stored order" in "".join(each.stdout for each in spoilt)


@pytest.mark.parametrize(
    ("away", "service"),
    [
        ({"ORDERS_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}, "broker"),
        ({"ORDERS_MONGODB_URI": "mongodb://127.0.0.1:1"}, "database"),
    ],
)
def test_without_a_service_it_ends_with_3_and_a_line_that_names_it(
    away: dict[str, str], service: str, topics: Topics, tmp_path: Path
) -> None:
    ended = rehearse(topics, tmp_path, **away)

    *waits, line = ended.stderr.splitlines()
    assert ended.returncode == 3
    assert line.startswith(f"order-projector: the {service} does not answer: ")
    assert all(each.startswith(f"waiting for the {service}") for each in waits)
    assert "Topology" not in line


def test_it_says_that_it_waits_for_a_database_that_answers_nothing(
    topics: Topics, tmp_path: Path
) -> None:
    with socket.create_server((HOST, 0)) as silent:
        at = f"mongodb://{HOST}:{silent.getsockname()[1]}"
        ended = rehearse(topics, tmp_path, ORDERS_MONGODB_URI=at)

    assert ended.returncode == 3
    assert ended.stderr.splitlines()[0] == "waiting for the database"


def test_a_topic_that_does_not_exist_is_named_by_its_variable(
    topics: Topics, tmp_path: Path
) -> None:
    """It ends with 2 before anything is sent."""
    ended = rehearse(topics, tmp_path, ORDERS_DEAD_LETTERS_TOPIC="no-such")

    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1] == (
        "order-projector: ORDERS_DEAD_LETTERS_TOPIC: the topic no-such does not exist"
    )
