"""`order-projector pause` stops consumption in all workers, and `resume` restarts it."""

from pathlib import Path
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from tests.support.events import event_at, order_event, paid
from tests.support.shell import Shell, until
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker


@pytest.fixture
def shell(topics: Topics, tmp_path: Path) -> Shell:
    return Shell(topics, tmp_path)


async def test_a_paused_topic_is_not_consumed_until_it_is_resumed_by_a_worker_started_meanwhile(
    shell: Shell,
    launch_worker: LaunchWorker,
    topics: Topics,
    database: AsyncDatabase[dict[str, Any]],
) -> None:
    paused = await shell("pause", "--topic", topics.payments, "--reason", "a test")
    assert paused.stdout == f"paused: {topics.payments}\n"
    again = await shell("pause", "--topic", topics.payments)
    assert again.stdout == f"was paused already: {topics.payments}\n"
    worker = await launch_worker()
    events = shell.file("events.jsonl", order_event(1, "created", amount=1000), paid(2, 1000))
    await shell("send", events)

    orders = database["orders"]
    await until(lambda: orders.find_one({"status": "CREATED"}))
    later = event_at(3, "order.created", {"order": {"id": "ord_2"}})
    await shell("send", shell.file("later.jsonl", later))
    await until(lambda: orders.find_one({"_id": "ord_2"}))
    assert await orders.find_one({"status": "PAID"}) is None
    other = await shell("resume", "--topic", topics.redemptions)
    assert (other.returncode, other.stderr) == (
        1,
        f"order-projector: {topics.redemptions} is not paused\n",
    )

    assert (await shell("resume")).stdout == "resumed: all topics\n"
    await until(lambda: orders.find_one({"status": "PAID"}))
    assert worker.running
    done = [(it["command"], it["reason"]) async for it in database["audit"].find()]
    assert done == [("pause", "a test"), ("send", None), ("send", None), ("resume", None)]


async def test_all_topics_are_paused_and_resumed_together(shell: Shell, topics: Topics) -> None:
    assert (await shell("pause")).stdout == "paused: all topics\n"
    one = await shell("resume", "--topic", topics.payments)
    assert (one.returncode, one.stderr) == (
        1,
        "order-projector: all topics are paused together: resume without --topic\n",
    )
    assert (await shell("resume")).returncode == 0
    nothing = await shell("resume")
    assert (nothing.returncode, nothing.stderr) == (1, "order-projector: nothing is paused\n")
    wrong = await shell("pause", "--topic", "elsewhere")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("order-projector: --topic: 'elsewhere' is not one of ")
