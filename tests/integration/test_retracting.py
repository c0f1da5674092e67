"""Voiding an event and erasing an order by hand; both are events in the log."""

import json
from pathlib import Path
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from tests.support.events import event_at, order_event, paid
from tests.support.shell import Shell, json_lines, until
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

Database = AsyncDatabase[dict[str, Any]]


@pytest.fixture
def shell(topics: Topics, tmp_path: Path) -> Shell:
    return Shell(topics, tmp_path)


async def test_an_event_is_voided_and_an_order_erased(
    shell: Shell, launch_worker: LaunchWorker, database: Database
) -> None:
    """A copy that lost cannot be voided: the error names the event that counts."""
    orders = database["orders"]
    await launch_worker()
    lost = paid(2, 999) | {"id": "evt_lost"}
    wins = paid(3, 1000)
    wins["data"]["payment"]["date"] = "2026-03-01T12:02:00.000Z"
    customer = {"id": "cust_1", "object": "customer"}
    created = order_event(1, "created", amount=1000, source_id="shop-1", customer=customer)
    left = order_event(4, "updated", customer={"id": "cust_2", "object": "customer"})
    broken = paid(5, 1) | {"created_at": "never"}
    neighbour = event_at(6, "order.paid", {"order": {"id": "ord_10"}}) | {"created_at": "never"}
    events = shell.file("events.jsonl", lost, created, wins, left, broken, neighbour)
    await shell("send", events)
    await until(lambda: orders.find_one({"status": "PAID", "customer_id": "cust_2"}))

    nothing = await shell("void", "shop-1", "evt_9", "--reason", "a test")
    said = "order-projector: order 'ord_1' has no fact from 'evt_9'\n"
    assert (nothing.returncode, nothing.stderr) == (1, said)
    copies = await shell("void", "shop-1", "evt_lost", "--reason", "a test")
    said = (
        "order-projector: order 'ord_1' has only copies that lost from 'evt_lost': "
        "evt_003 (payment succeeded pay_1) counts\n"
    )
    assert (copies.returncode, copies.stderr) == (1, said)

    await void_by_source_id(shell, orders)
    await erase_by_a_former_customer(shell, orders)
    actions = [(it["command"], it["reason"]) async for it in database["audit"].find()]
    assert actions == [
        ("send", None),
        ("void", "booked twice"),
        ("erase", "asked for"),
        ("send", None),
    ]


async def void_by_source_id(shell: Shell, orders: Any) -> None:
    voided = await shell("void", "shop-1", "evt_003", "--reason", "booked twice")
    assert voided.returncode == 0, voided.stderr
    await until(lambda: orders.find_one({"_id": "ord_1", "status": "CREATED"}))
    again = await shell("void", "ord_1", "evt_003", "--reason", "booked twice")
    said = f"order-projector: evt_003 is void already by {voided.stdout.split()[-1]}\n"
    assert (again.returncode, again.stderr) == (1, said)


async def erase_by_a_former_customer(shell: Shell, orders: Any) -> None:
    nobody = await shell("erase", "--customer", "cust_9", "--reason", "asked for")
    assert (nobody.returncode, nobody.stdout) == (1, "no order names this customer\n")

    erased = await shell("erase", "--customer", "cust_1", "--reason", "asked for", "--json")
    assert erased.returncode == 0, erased.stderr
    answer = json.loads(erased.stdout)
    assert (answer["erased"], len(answer["dead_letters"])) == (["ord_1"], 1)
    place = answer["dead_letters"][0]
    await until(lambda: orders.find_one({"_id": "ord_1", "_projection.erased": True}))
    await until(lambda: is_announced(shell))
    again = await shell("erase", "--customer", "cust_1", "--reason", "asked for")
    said = (
        "no order names this customer\n"
        "These dead letters name them; discard them:\n"
        f"order-projector dead-letters discard {place} --reason erased\n"
    )
    assert (again.returncode, again.stdout) == (1, said)
    for name in ("ord_1", "shop-1"):  # an erased order keeps its source id
        gone = await shell("orders", name)
        assert (gone.returncode, gone.stderr) == (1, "order-projector: order 'ord_1' was erased\n")

    await shell(
        "send", shell.file("late.jsonl", event_at(9, "order.paid", {"order": {"id": "ord_1"}}))
    )
    verified = await shell("verify")
    assert verified.returncode == 0, verified.stdout


async def is_announced(shell: Shell) -> bool:
    last = json_lines((await shell("updates", "--order", "ord_1")).stdout)[-1]
    return bool(last.get("erased"))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("void", "ord_9", "evt_1", "--reason", "x"), 1, "there is no order 'ord_9'"),
        (("erase", "ord_9", "--reason", "x"), 1, "there is no order 'ord_9'"),
        (("erase", "--reason", "x"), 2, "NAME, --customer: give one of them"),
    ],
)
async def test_what_cannot_be_retracted_is_said_in_one_line(
    words: tuple[str, ...], code: int, said: str, shell: Shell
) -> None:
    ended = await shell(*words)

    assert (ended.returncode, ended.stdout) == (code, "")
    assert ended.stderr == f"order-projector: {said}\n"
