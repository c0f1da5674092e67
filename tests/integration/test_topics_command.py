"""`order-projector topics`, run against a broker."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from order_projector.local.broker import create_topics, running_broker
from order_projector.local.ports import HOST, free_port
from order_projector.local.worker import worker_spec
from tests.support.probes import until
from tests.support.processes import launched
from tests.support.topics import Topics

STARTS_AND_ENDS_WITHIN = 8.0
"""Seconds that a busy machine may take to start Python and to end it."""

Ended = subprocess.CompletedProcess[str]


async def run_topics(port: int, *arguments: str, **settings: str) -> Ended:
    """Run the command in its own process; leave out what it says of waiting, which is timing."""
    address = {"ORDERS_KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:{port}"}
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "order_projector", "topics", *arguments],
        env={"PATH": os.environ["PATH"]} | address | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ended.stderr = re.sub(r"waiting for the broker(, \d+ s)?\n", "", ended.stderr)
    return ended


async def test_create_makes_what_is_missing_and_a_second_time_nothing(tmp_path: Path) -> None:
    async with running_broker(tmp_path, topics=["payments"], partitions=4) as broker:
        first = await run_topics(broker.port, "create")
        second = await run_topics(broker.port, "create", "--partitions", "9")

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines() == [
        "payments: exists, with 4 partitions, 1 replica",
        "redemptions: created, with 4 partitions, 1 replica",
        "order.updated: created, with 4 partitions, 1 replica",
        "order.dead-letters: created, with 4 partitions, 1 replica",
    ]
    assert (second.returncode, second.stdout.count("exists, with 4 partitions")) == (0, 4)


async def test_check_says_what_is_wrong_and_its_exit_code_too(tmp_path: Path) -> None:
    async with running_broker(tmp_path, topics=["payments"], partitions=4) as broker:
        missing = await run_topics(broker.port, "check")
        await create_topics(f"{HOST}:{broker.port}", ["redemptions"], 2)
        unequal = await run_topics(broker.port, "create"), await run_topics(broker.port, "check")

    assert missing.returncode == 1
    assert "problem: redemptions: does not exist" in missing.stdout
    assert (unequal[0].returncode, unequal[1].returncode) == (0, 1)
    assert "problem: redemptions: has 2 partitions but payments has 4" in unequal[1].stdout


async def test_check_prints_the_same_for_machines(tmp_path: Path) -> None:
    async with running_broker(tmp_path, topics=["payments"], partitions=4) as broker:
        ended = await run_topics(broker.port, "check", "--json")

    (missing, *_) = found = json.loads(ended.stdout)
    assert ended.returncode == 1
    assert (missing["level"], missing["about"]) == ("problem", "redemptions")
    assert missing["what"].startswith("does not exist")
    assert {tuple(each) for each in found} == {("level", "about", "what", "remedy")}


async def test_topics_that_create_has_made_are_as_they_should_be(tmp_path: Path) -> None:
    async with running_broker(tmp_path) as broker:
        await run_topics(broker.port, "create", "--partitions", "2")
        checked = await run_topics(broker.port, "check")

    assert (checked.returncode, checked.stderr) == (0, "No problems found.\n")
    assert "problem" not in checked.stdout


async def test_describe_shows_each_topic_for_people_and_for_machines(tmp_path: Path) -> None:
    async with running_broker(tmp_path) as broker:
        await run_topics(broker.port, "create", "--partitions", "2", "--retention", "36h")
        table = await run_topics(broker.port, "describe")
        machine = await run_topics(
            broker.port, "describe", "--json", ORDERS_PAYMENTS_TOPIC="elsewhere"
        )

    rows = [line.split() for line in table.stdout.splitlines()]
    assert rows[1][:3] == ["redemptions", "2", "1"]
    assert "36 h" in table.stdout
    described = json.loads(machine.stdout)
    assert (described["brokers"], described["missing"]) == (1, ["elsewhere"])
    assert described["topics"][0]["config"]["retention.ms"] == "129600000"


async def test_without_an_answer_from_any_broker_it_ends_with_3_and_one_line() -> None:
    ended = await run_topics(free_port(), "check", "--within", "1")

    assert (ended.returncode, ended.stdout) == (3, "")
    assert ended.stderr.startswith("order-projector: no broker answers: ")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [("check",), ("describe", "--json"), ("create",)], ids=" ".join)
async def test_a_broker_that_takes_connections_and_says_nothing_is_waited_for_as_long_as_asked(
    words: tuple[str, ...],
) -> None:
    with socket.create_server((HOST, 0)) as silent:
        port = silent.getsockname()[1]
        begun = time.monotonic()
        ended = await run_topics(port, *words, "--within", "1.5")
        took = time.monotonic() - begun

    assert (ended.returncode, ended.stdout) == (3, "")
    reason = f"order-projector: no broker answers: {HOST}:{port}: no answer within 1.5 s"
    assert ended.stderr.splitlines()[-1] == reason
    assert took < 1.5 + STARTS_AND_ENDS_WITHIN


async def test_a_silent_broker_leaves_time_to_ask_the_next_one(tmp_path: Path) -> None:
    async with running_broker(tmp_path) as broker:
        await run_topics(broker.port, "create", "--partitions", "2")
        with socket.create_server((HOST, 0)) as silent:
            servers = f"{HOST}:{silent.getsockname()[1]},{HOST}:{broker.port}"
            answers = [
                await run_topics(
                    broker.port, "check", "--within", "4", ORDERS_KAFKA_BOOTSTRAP_SERVERS=servers
                )
                for _ in range(3)  # the client asks them in any order
            ]

    assert {answer.returncode for answer in answers} == {0}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--within", "0"), "0 is not in the range"),
        (("--retention", "soon"), "such as 7d"),
        (("--retention", "9d", "--dead-letters-retention", "8d"), "must not be shorter"),
        (("--replication", "2", "--min-insync-replicas", "3"), "exceeds the number"),
    ],
)
async def test_wishes_that_make_no_sense_are_refused_before_any_broker_is_asked(
    options: tuple[str, ...], reason: str
) -> None:
    ended = await run_topics(free_port(), "create", *options)

    assert ended.returncode == 2
    assert reason in " ".join(ended.stderr.replace("│", " ").split())


async def test_a_worker_says_at_its_start_what_is_wrong_with_its_topics_and_runs_all_the_same(
    topics: Topics, tmp_path: Path
) -> None:
    await create_topics(topics.servers.bootstrap_servers, [f"{topics.payments}.more"], 2)
    unequal = {"ORDERS_PAYMENTS_TOPIC": f"{topics.payments}.more"}
    log = tmp_path / "worker.log"
    async with launched(worker_spec(topics.environment() | unequal, log)) as worker:
        await worker.ready()
        await until_line(log, "has 2 partitions but ")

    (line,) = [each for each in logged(log) if " partitions but " in each["event"]]
    assert line["level"] == "warning"
    assert line["event"] == (
        f"{topics.payments}.more: has 2 partitions but {topics.redemptions} has 6, so different "
        "workers process events of the same order and conflict: increase its partitions to 6"
    )


def logged(log: Path) -> list[dict[str, str]]:
    """Return the lines of a worker's log."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.endswith("}")]


async def until_line(log: Path, words: str) -> None:
    """Wait until a line of the log contains these words."""

    async def said() -> bool:
        return any(words in line["event"] for line in logged(log))

    await until(said, f"a line says: {words}")
