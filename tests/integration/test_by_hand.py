"""What a newcomer does by hand: send events, read the order and see what was rejected."""

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.local.ports import HOST, free_port
from tests.support.events import event, order_event, paid
from tests.support.kafka import read_until
from tests.support.shell import Shell, json_lines, until
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

BROKEN = '{"id": "evt_9", "type": '


@pytest.fixture
def shell(topics: Topics, tmp_path: Path) -> Shell:
    return Shell(topics, tmp_path)


async def keys(topics: Topics, topic: str, count: int) -> set[bytes | None]:
    servers = topics.servers.bootstrap_servers
    return {it.key for it in await read_until(servers, topic, lambda them: len(them) == count)}


async def test_send_publishes_each_event_to_the_topic_of_its_type_keyed_by_its_order(
    shell: Shell, topics: Topics, database: AsyncDatabase[dict[str, Any]]
) -> None:
    """It also leaves one line in the log and one document in the collection `audit`."""
    by_source_id = paid(3, 5, name="pay_2")
    del by_source_id["data"]["payment"]["order_id"]
    by_source_id["data"]["payment"]["order_source_id"] = "shop-1"
    file = shell.file(
        "events.jsonl", order_event(1), paid(2, 2250), BROKEN, "", by_source_id, {"type": "x.y"}
    )

    ended = await shell("send", file)

    assert ended.returncode == 1
    assert ended.stdout == f"sent 4: 2 to {topics.payments}, 2 to {topics.redemptions}\n"
    log, not_json, summary = ended.stderr.splitlines()
    assert json.loads(log)["event"].startswith("send by ")
    assert not_json.startswith("events.jsonl:3: not JSON: ")
    assert summary == "order-projector: 1 not sent"
    of_shop_1 = b"ord_" + sha256(b"shop-1").hexdigest()[:32].encode()
    assert await keys(topics, topics.payments, 2) == {b"ord_1", of_shop_1}
    assert await keys(topics, topics.redemptions, 2) == {b"ord_1", None}
    (entry,) = [each async for each in database["audit"].find()]
    assert (entry["command"], entry["reason"]) == ("send", None)
    assert entry["what"] == {"files": "events.jsonl", topics.payments: 2, topics.redemptions: 2}
    assert entry["user"]
    assert entry["host"]


async def test_send_works_without_the_database_and_warns_that_nothing_was_recorded(
    shell: Shell,
) -> None:
    uri = f"mongodb://{HOST}:{free_port()}"
    ended = await shell(
        "send",
        stdin=json.dumps(order_event(1)) + "\n",
        ORDERS_MONGODB_URI=uri,
        ORDERS_MONGODB_TIMEOUT="0.5",
    )

    assert ended.returncode == 0
    assert ended.stdout.startswith("sent 1: ")
    done, warning = json_lines(ended.stderr)
    assert done["event"].startswith("send by ")
    assert warning["event"].startswith("the audit record of send is not kept: ")


async def test_a_newcomer_sends_events_sees_the_order_and_what_was_refused_in_four_commands(
    shell: Shell, launch_worker: LaunchWorker, database: AsyncDatabase[dict[str, Any]]
) -> None:
    await launch_worker()
    refused = event("payment.succeeded", {"payment": {"id": "pay_2"}}, name="evt_bad")
    file = shell.file(
        "events.jsonl",
        order_event(1, "created", amount=2250, source_id="shop-1"),
        paid(2, 2250, currency="USD"),
        refused,
    )

    assert (await shell("send", file)).returncode == 0
    await until(lambda: database["orders"].find_one({"status": "PAID"}))

    order = json.loads((await shell("orders", "ord_1")).stdout)
    assert (order["id"], order["status"], order["total_amount"]) == ("ord_1", "PAID", 2250)

    async def is_listed() -> bool:
        listed = await shell("dead-letters", "list")
        return "invalid_event" in listed.stdout and "data.payment.amount: " in listed.stdout

    await until(is_listed)
    assert json_lines((await shell("updates", "--order", "ord_1")).stdout)[-1]["order"] == order
    await see_the_same_in_other_ways(shell, order)


async def see_the_same_in_other_ways(shell: Shell, order: dict[str, Any]) -> None:
    """Check lists, filters, names by source id and payment id, and the order before its payment."""
    (first, *_) = json_lines((await shell("updates", "--json")).stdout)
    assert (first["offset"], first["key"]) == (0, "ord_1")
    assert ["ce_id", "ord_1:1"] in first["headers"]
    table = (await shell("orders", "--status", "paid", "--payment", "pay_1")).stdout.splitlines()
    assert len(table) == 2
    assert table[1].split() == [
        *("ord_1", "shop-1", "PAID", "22.50", "USD"),
        *("2026-03-01T12:01:00.000Z", "2026-03-01T12:02:00.000Z"),
    ]
    assert json.loads((await shell("orders", "--json")).stdout) == [order]
    assert json.loads((await shell("orders", "shop-1")).stdout) == order
    assert (await shell("orders", "--customer", "nobody")).stdout == "no order matches\n"
    for name in ("ord_1", "shop-1", "pay_1"):
        explained = json.loads((await shell("explain", name, "--json")).stdout)
        assert (explained["order"], explained["holds"]) == (order, True)
    early = await shell("explain", "pay_1", "--at", "2026-03-01T12:01:30Z", "--json")
    assert json.loads(early.stdout)["order"]["status"] == "CREATED"
    nothing = await shell("explain", "ord_1", "--at", "2026-01-01")
    assert nothing.returncode == 1
    assert nothing.stderr == (
        "order-projector: order 'ord_1' begins after 2026-01-01T00:00:00.000Z\n"
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("orders", "ord_9"), 1, "there is no order 'ord_9'"),
        (("orders", "--status", "LOST"), 2, "--status: 'LOST' is not one of "),
        (("orders", "ord_9", "--status", "PAID"), 2, "NAME: give a name or a filter, not both"),
        (("explain", "pay_9"), 1, "no event mentions order 'pay_9'"),
    ],
)
async def test_an_order_that_is_not_there_is_said_in_one_line(
    words: tuple[str, ...], code: int, said: str, shell: Shell
) -> None:
    ended = await shell(*words)

    assert (ended.returncode, ended.stdout) == (code, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"order-projector: {said}")


async def test_backfill_sends_listed_orders_as_events_dated_by_their_last_update(
    shell: Shell, topics: Topics
) -> None:
    """A file may have one order per line, an answer on one line, or one spread over many lines."""
    old = {"id": "ord_1", "created_at": "2026-01-01T00:00:00Z", "status": "PAID"}
    new = {**old, "id": "ord_2", "updated_at": "2026-02-01T00:00:00Z"}
    answer = {"object": "list", "data_ref": "orders", "orders": [new], "total": 1}
    lines = shell.file("lines.jsonl", old, answer, {"id": "ord_3"}, BROKEN)
    whole = shell.file("answer.json", json.dumps(answer, indent=2))

    ended = await shell("backfill", lines, whole)

    assert ended.returncode == 1
    assert ended.stdout == f"sent 3: 3 to {topics.redemptions}\n"
    assert [line for line in ended.stderr.splitlines() if line.startswith("lines")] == [
        "lines.jsonl:3: updated_at, created_at: one of them is needed, as a time",
        next(line for line in ended.stderr.splitlines() if line.startswith("lines.jsonl:4: not")),
    ]
    records = await read_until(
        topics.servers.bootstrap_servers, topics.redemptions, lambda them: len(them) == 3
    )
    sent = [json.loads(it.value) for it in records]
    assert sorted((it["type"], it["created_at"], it["data"]["order"]["id"]) for it in sent) == [
        ("order.created", "2026-01-01T00:00:00Z", "ord_1"),
        ("order.created", "2026-02-01T00:00:00Z", "ord_2"),
        ("order.created", "2026-02-01T00:00:00Z", "ord_2"),
    ]
    assert len({it["id"] for it in sent}) == 2


@pytest.mark.parametrize("words", [("send",), ("updates",), ("backfill", "-")])
async def test_a_broker_that_does_not_answer_ends_it_with_3(
    words: tuple[str, ...], shell: Shell
) -> None:
    ended = await shell(*words, stdin="", ORDERS_KAFKA_BOOTSTRAP_SERVERS=f"{HOST}:{free_port()}")

    assert (ended.returncode, ended.stdout) == (3, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("order-projector: the broker does not answer: ")


async def test_a_topic_that_does_not_exist_ends_it_with_2(shell: Shell) -> None:
    ended = await shell("updates", ORDERS_ORDER_UPDATED_TOPIC="elsewhere")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        "order-projector: ORDERS_ORDER_UPDATED_TOPIC: the topic elsewhere does not exist\n"
    )


async def test_settings_are_printed_for_machines_with_secrets_masked(shell: Shell) -> None:
    uri = "mongodb://ada:horse-battery@db-1/"

    ended = await shell("settings", "--json", ORDERS_MONGODB_URI=uri, ORDERS_BATCH_SIZE="7")

    rows = {row["variable"]: row for row in json.loads(ended.stdout)}
    assert rows["ORDERS_BATCH_SIZE"]["value"] == "7"
    assert list(rows["ORDERS_BATCH_SIZE"]) == ["variable", "value", "default", "description"]
    assert rows["ORDERS_MONGODB_URI"]["value"] == "mongodb://******@db-1/"


async def test_unknown_variables_are_named_in_one_warning(shell: Shell) -> None:
    ended = await shell("settings", ORDERS_MONGODB_URL="x", ORDERS_FOO="y")

    assert ended.returncode == 0
    assert ended.stderr == (
        "order-projector: warning: not a setting, ignored: ORDERS_FOO, "
        "ORDERS_MONGODB_URL (did you mean ORDERS_MONGODB_URI?)\n"
    )
    assert os.environ.get("ORDERS_FOO") is None
