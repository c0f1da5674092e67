"""`order-projector breaker` shows what is held back, and releases it."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from order_projector.adapters.mongo import MongoStore, connect
from order_projector.local.ports import HOST, free_port
from order_projector.projection.ports import BreakerState, HeldBack
from tests.support.topics import Topics

HELD = HeldBack("redemptions", 0, 17, 40, ("invalid_json", "unknown_order"), "too much: \x1b[2J[b]")
STATE = BreakerState(HELD, datetime(2026, 3, 1, 12, tzinfo=UTC))

Ended = subprocess.CompletedProcess[str]


@pytest.fixture
async def store(topics: Topics) -> AsyncIterator[MongoStore]:
    """Yield this test's database, with two open breakers of its group."""
    store = connect(topics.servers.mongodb_uri, topics.database)
    control = store.control(topics.group)
    await control.open(STATE)
    await control.open(replace(STATE, held=replace(HELD, topic="payments", partition=2)))
    yield store
    await store.close()


async def breaker(topics: Topics, cwd: Path, *words: str, **settings: str) -> Ended:
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "order_projector", "breaker", *words],
        env=topics.environment() | settings,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def open_ones(store: MongoStore, topics: Topics) -> list[tuple[str, int]]:
    states = await store.control(topics.group).states()
    return [state.partition for state in states if state.is_open]


@pytest.mark.usefixtures("store")
async def test_show_names_the_first_and_the_last_record_held_back_as_json(
    topics: Topics, tmp_path: Path
) -> None:
    ended = await breaker(topics, tmp_path, "show", "--json")

    payments, redemptions = json.loads(ended.stdout)
    assert ended.returncode == 0
    assert payments["topic"] == "payments"
    assert redemptions == {
        "group": topics.group,
        "topic": "redemptions",
        "partition": 0,
        "first_offset": 17,
        "last_offset": 40,
        "first_code": "invalid_json",
        "last_code": "unknown_order",
        "reason": "too much: \x1b[2J[b]",
        "opened_at": "2026-03-01T12:00:00.000Z",
    }


@pytest.mark.usefixtures("store")
async def test_show_prints_a_producer_s_text_as_text(topics: Topics, tmp_path: Path) -> None:
    ended = await breaker(topics, tmp_path, "show")

    assert "too much: \\x1b[2J[b]" in ended.stdout
    assert "\x1b" not in ended.stdout


async def test_close_closes_all_and_says_so_in_one_line_of_the_log(
    store: MongoStore, topics: Topics, tmp_path: Path
) -> None:
    ended = await breaker(topics, tmp_path, "close")

    assert ended.returncode == 0
    assert ended.stdout.splitlines() == [
        f"closed {partition}: offsets 17 to 40 are released, "
        "unless too many records after them cannot be read either"
        for partition in ("payments-2", "redemptions-0")
    ]
    (line,) = map(json.loads, ended.stderr.splitlines())
    assert line["event"] == (
        f"closed manually in the group {topics.group}: payments-2, offsets 17 to 40; "
        "redemptions-0, offsets 17 to 40"
    )
    assert await open_ones(store, topics) == []
    assert json.loads((await breaker(topics, tmp_path, "show", "--json")).stdout) == []
    entry = await store.database["audit"].find_one()
    assert (entry["command"], entry["what"]["group"]) == ("breaker close", topics.group)


@pytest.mark.parametrize(
    ("words", "left", "code"),
    [
        (("--topic", "payments"), [("redemptions", 0)], 0),
        (("--topic", "payments", "--partition", "2"), [("redemptions", 0)], 0),
        (
            ("--topic", "payments", "--partition", "3"),
            [("payments", 2), ("redemptions", 0)],
            1,
        ),
        (("--topic", "elsewhere"), [("payments", 2), ("redemptions", 0)], 1),
    ],
)
async def test_close_closes_only_what_is_named_and_ends_with_1_where_that_is_nothing(
    words: tuple[str, ...],
    left: list[tuple[str, int]],
    code: int,
    store: MongoStore,
    topics: Topics,
    tmp_path: Path,
) -> None:
    ended = await breaker(topics, tmp_path, "close", *words)

    assert ended.returncode == code, ended.stderr
    assert await open_ones(store, topics) == left


async def test_a_partition_without_its_topic_is_wrong_use(topics: Topics, tmp_path: Path) -> None:
    ended = await breaker(topics, tmp_path, "close", "--partition", "3")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "order-projector: --partition: requires --topic\n"


@pytest.mark.parametrize("word", ["show", "close"])
async def test_a_database_that_does_not_answer_ends_it_with_3(
    word: str, topics: Topics, tmp_path: Path
) -> None:
    uri = f"mongodb://{HOST}:{free_port()}"
    ended = await breaker(
        topics, tmp_path, word, ORDERS_MONGODB_URI=uri, ORDERS_MONGODB_TIMEOUT="1.5"
    )

    waiting, away = ended.stderr.splitlines()
    assert (ended.returncode, waiting) == (3, "waiting for the database")
    assert away.startswith("order-projector: the database does not answer: ")
