"""Dead letters are found, corrected and replayed using commands alone."""

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


async def letters(shell: Shell, *words: str, least: int = 0) -> list[dict[str, Any]]:
    """Return the listed dead letters, once there are at least `least` of them."""
    found: list[dict[str, Any]] = []

    async def is_enough() -> bool:
        ended = await shell("dead-letters", "list", "--json", *words)
        assert ended.returncode == 0, ended.stderr
        found[:] = json.loads(ended.stdout)
        return len(found) >= least

    await until(is_enough)
    return found


PAID_ON_TIME = {
    "_id": "ord_1",
    "id": "ord_1",
    "source_id": None,
    "created_at": "2026-03-01T12:01:00.000Z",
    "updated_at": "2026-03-01T12:03:00.000Z",
    "status": "FULFILLED",
    "amount": 1000,
    "total_amount": 1000,
    "metadata": {},
    "customer_id": None,
    "referrer_id": None,
    "object": "order",
    "payments": {
        "pay_1": {"date": "2026-03-01T12:02:00.000Z", "status": "SUCCEEDED", "amount": 1000}
    },
}


async def test_a_letter_mended_and_replayed_later_gives_the_document_of_the_right_event_on_time(
    shell: Shell, launch_worker: LaunchWorker, database: Database, topics: Topics
) -> None:
    """This holds although later events were applied long before."""
    bad = paid(2, 1000, note="\x1b[2J")
    bad["data"]["payment"]["amount"] = "1000"
    file = shell.file(
        "events.jsonl",
        order_event(1, "created", amount=1000),
        bad,
        event_at(3, "order.fulfilled", {"order": {"id": "ord_1"}}),
        {"id": "evt_4", "type": "payment.failed", "created_at": "x", "data": {}},
    )
    await launch_worker()
    await shell("send", file)

    orders, dead = database["orders"], "dead-letters"
    await until(lambda: orders.find_one({"status": "FULFILLED"}))
    listed = await letters(shell, least=2)
    (letter,) = [each for each in listed if each["key"] == "ord_1"]
    assert (letter["code"], letter["state"]) == ("invalid_event", "open")
    assert letter["source"]["topic"] == topics.payments

    await expect_that_only_a_mended_one_helps(shell, letter["place"])

    mended = shell.file("mended.json", paid(2, 1000))
    replayed = await shell(dead, "replay", letter["place"], "--value", mended, "--json")
    assert replayed.returncode == 0, replayed.stderr
    (outcome,) = json.loads(replayed.stdout)
    assert outcome["new_place"]["topic"] == topics.payments

    await until(lambda: orders.find_one({"payments.pay_1.status": "SUCCEEDED"}))
    document = await orders.find_one({"_id": "ord_1"})
    assert document is not None
    del document["_projection"]
    assert document == PAID_ON_TIME
    await expect_that_nothing_is_left_to_do(shell, letter["place"])
    actions = [each["command"] async for each in database["audit"].find()]
    assert actions == ["send", "replay", "discard"]


async def expect_that_only_a_mended_one_helps(shell: Shell, place: str) -> None:
    shown = await shell("dead-letters", "show", place)
    assert "a dead letter again: invalid_event: data.payment.amount: " in shown.stdout
    assert '"amount": "1000"' in shown.stdout
    assert "\x1b" not in shown.stdout

    kept = await shell("dead-letters", "replay", place)
    assert (kept.returncode, kept.stdout) == (1, "replayed 0\n")
    assert kept.stderr.startswith(f"{place}: not sent: a dead letter again: ")


async def expect_that_nothing_is_left_to_do(shell: Shell, place: str) -> None:
    """Check that a replayed letter is not sent twice, and discard the one that has no key."""
    dead = "dead-letters"
    (left,) = await letters(shell)
    assert left["key"] is None
    again = await shell(dead, "replay", place)
    assert again.returncode == 1
    assert f"{place}: not sent: it was replayed by " in again.stderr
    discarded = await shell(dead, "discard", left["place"], "--reason", "a test")
    assert discarded.stdout == f"{left['place']}: discarded\n"
    states = [(each["state"], each["handled"]["mended"]) for each in await letters(shell, "--all")]
    assert sorted(states) == [("discarded", False), ("replayed", True)]
    assert await letters(shell) == []


async def test_all_letters_of_a_code_are_sent_again_at_once_and_no_others(
    shell: Shell, launch_worker: LaunchWorker, topics: Topics
) -> None:
    bad = [paid(2, 5) | {"id": f"evt_{n}", "created_at": "never"} for n in range(60)]
    await launch_worker()
    await shell("send", shell.file("events.jsonl", *bad, order_event(1, amount="5")))
    places = {
        each["place"]
        for each in await letters(shell, least=61)
        if each["code"] == "invalid_envelope"
    }

    ended = await shell(
        *("dead-letters", "replay", "--code", "invalid_envelope", "--force", "--json")
    )

    assert ended.returncode == 0, ended.stderr
    outcomes = json.loads(ended.stdout)
    assert len(outcomes) == 60
    assert {each["place"] for each in outcomes} == places
    assert {each["new_place"]["topic"] for each in outcomes} == {topics.payments}
    sent = {(it["new_place"]["partition"], it["new_place"]["offset"]) for it in outcomes}
    assert len(sent) == 60


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("show", "3"), 2, "PLACE: '3' is not of the form partition:offset, as 3:17"),
        (("show", "3:17"), 1, "3:17: no such dead letter"),
        (("replay",), 2, "PLACE, --code: give places, or a code"),
        (
            ("replay", "1:1", "--code", "invalid_json"),
            2,
            "PLACE, --code: both are given: give places, or a code",
        ),
        (
            ("replay", "--code", "invalid_json"),
            1,
            "no open dead letter has the code 'invalid_json'",
        ),
        (("replay", "1:1", "--value", "none.json"), 2, "--value: none.json: No such file or direc"),
        (("replay", "1:1", "1:2", "--edit"), 2, "--value, --edit: require one PLACE"),
        (("replay", "1:1", "--since", "2026-03-01"), 2, "--since: requires --code"),
    ],
)
async def test_what_cannot_be_done_is_said_in_one_line(
    words: tuple[str, ...], code: int, said: str, shell: Shell
) -> None:
    ended = await shell("dead-letters", *words)

    assert (ended.returncode, ended.stdout) == (code, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"order-projector: {said}")


async def test_an_editor_changes_the_value_and_one_that_fails_sends_nothing(
    shell: Shell, launch_worker: LaunchWorker
) -> None:
    await launch_worker()
    await shell("send", stdin=json.dumps(paid(1, 5) | {"created_at": "never"}) + "\n")
    (letter,) = await letters(shell, least=1)
    place = letter["place"]

    failed = await shell("dead-letters", "replay", place, "--edit", EDITOR="false")
    assert failed.returncode == 1
    assert failed.stderr == "order-projector: the editor ended with 1: nothing is sent\n"
    missing = await shell("dead-letters", "replay", place, "--edit", EDITOR="no-such-editor")
    assert missing.returncode == 2
    assert missing.stderr.startswith("order-projector: EDITOR: cannot start 'no-such-editor': ")

    removed = await shell("dead-letters", "replay", place, "--edit", EDITOR="rm")
    assert (removed.returncode, removed.stdout) == (1, "")
    assert removed.stderr == (
        "order-projector: the editor has left no file to read (No such file or directory): "
        "nothing is sent\n"
    )

    sed = "/bin/sed -i s/never/2026-03-01T12:00:00Z/"
    tried = await shell("dead-letters", "replay", place, "--edit", "--dry-run", EDITOR=sed)
    assert tried.stdout == (
        f"{place}: would be sent: payment.succeeded of the order ord_1, accepted\n"
    )
    assert (await letters(shell))[0]["state"] == "open"
    edited = await shell("dead-letters", "replay", place, "--edit", VISUAL=sed)
    assert edited.returncode == 0, edited.stderr

    async def announced() -> list[Any]:  # only after the document is written
        return json_lines((await shell("updates")).stdout)

    await until(announced)
    assert (await announced())[0]["order"]["id"] == "ord_1"


async def test_no_editor_opens_for_a_letter_that_was_dealt_with_and_show_says_by_whom(
    shell: Shell, launch_worker: LaunchWorker
) -> None:
    await launch_worker()
    bad = paid(1, 5) | {"created_at": "never"}
    await shell("send", stdin=f"{json.dumps(bad)}\n" * 2)
    first, second = (each["place"] for each in await letters(shell, least=2))
    replay = ("dead-letters", "replay", first)
    await shell(*replay, "--force", "--reason", "release 2")
    await shell("dead-letters", "discard", second, "--reason", "a test")

    again = await shell(*replay, "--edit", EDITOR="no-such-editor")

    assert (again.returncode, again.stdout) == (1, "")
    (line,) = again.stderr.splitlines()
    assert line.startswith(f"order-projector: {first}: not sent: it was replayed by ")
    listed = await letters(shell, "--all", least=2)
    handled = {each["place"]: each["handled"] for each in listed if "handled" in each}
    new = handled[first]["new_place"]
    sent_to = f"{new['topic']} {new['partition']}:{new['offset']}"
    shown = (await shell("dead-letters", "show", first)).stdout.splitlines()
    assert shown[6:11] == [
        "state     replayed",
        f"by        {handled[first]['by']}",
        f"at        {handled[first]['at']}",
        "reason    release 2",
        f"sent to   {sent_to}",
    ]
    shown = (await shell("dead-letters", "show", second)).stdout.splitlines()
    assert (shown[6], shown[9]) == ("state     discarded", "reason    a test")
