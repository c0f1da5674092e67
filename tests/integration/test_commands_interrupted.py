"""A command that is stopped, or loses a service, reports what it has done so far."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo.asynchronous.database import AsyncDatabase

from order_projector.local.server import Server
from tests.support.events import order_event, paid
from tests.support.kafka import Record, produce
from tests.support.processes import pause
from tests.support.shell import Shell, until
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

pytestmark = pytest.mark.usefixtures("heeds_ctrl_c")

Database = AsyncDatabase[dict[str, Any]]

IMPATIENT = {"ORDERS_MONGODB_TIMEOUT": "1", "ORDERS_KAFKA_REQUEST_TIMEOUT": "1"}
STOPPED = {
    signal.SIGINT: (130, "order-projector: stopped by Ctrl-C"),
    signal.SIGTERM: (143, "order-projector: stopped by SIGTERM"),
    signal.SIGHUP: (129, "order-projector: stopped by SIGHUP"),
}
EITHER = pytest.mark.parametrize("how", STOPPED)
MANY = 400


@pytest.fixture
def shell(topics: Topics, tmp_path: Path) -> Shell:
    return Shell(topics, tmp_path, {"XDG_STATE_HOME": str(tmp_path)})


@dataclass(frozen=True, slots=True)
class Ended:
    """Exit code, standard output and standard error of a process."""

    code: int | None
    out: list[str]
    told: list[str]


@EITHER
async def test_a_backfill_that_is_stopped_says_and_records_what_it_has_sent(
    how: signal.Signals, shell: Shell, database: Database
) -> None:
    order = {"created_at": "2026-01-01T00:00:00Z"}
    file = shell.file("orders.jsonl", *(order | {"id": f"ord_{n}"} for n in range(MANY)))
    backfill = await started(shell, "backfill", file, "--rate", "50")
    await until(lambda: number_sent(shell))

    ended = await stopped(backfill, how)

    assert (ended.code, ended.told) == (STOPPED[how][0], [STOPPED[how][1]])
    entry = await audited(database, "backfill")
    sent = entry[shell.topics.redemptions]
    assert ended.out[0] == f"sent {sent}: {sent} to {shell.topics.redemptions}"
    assert 0 < sent < MANY


@EITHER
async def test_a_replay_that_is_stopped_says_and_records_which_letters_it_has_sent(
    how: signal.Signals, shell: Shell, launch_worker: LaunchWorker, database: Database
) -> None:
    await with_letters(shell, launch_worker)
    replayed = database["dead_letters"]
    replay = await started(shell, "dead-letters", "replay", "--code", "invalid_envelope", "--force")
    await until(lambda: replayed.find_one({"state": "replayed"}))

    ended = await stopped(replay, how)

    assert ended.code == STOPPED[how][0]
    assert ended.told[-1] == STOPPED[how][1]
    done = await replayed.count_documents({"state": "replayed"})
    assert 0 < done < MANY
    assert ended.out[-1] == f"replayed {done:,}"
    assert (await audited(database, "replay"))["letters"] == done


@EITHER
@pytest.mark.parametrize("command", ["verify", "refold"])
async def test_a_pass_that_is_stopped_says_what_it_has_counted(
    command: str, how: signal.Signals, shell: Shell, database: Database
) -> None:
    await database["orders"].insert_many([{"_id": f"ord_{n:06}"} for n in range(20_000)])
    walk = await started(shell, command)
    await asyncio.wait_for(walk.stderr.readline(), 60)  # type: ignore[union-attr]

    ended = await stopped(walk, how)

    resume = f"order-projector {command} --resume continues from here"
    assert (ended.code, ended.told[-2:]) == (STOPPED[how][0], [resume, STOPPED[how][1]])
    counts = ended.out[-1]
    assert counts.startswith("0 equal, 0 different, ")
    unreadable = int(counts.split(", ")[2].removesuffix(" unreadable").replace(",", ""))
    assert 0 < unreadable < 20_000
    if command == "refold":
        assert (await audited(database, "refold"))["orders"] == unreadable


@pytest.mark.parametrize("follow", [(), ("--follow",)])
async def test_updates_of_which_nobody_reads_on_end_with_0_and_without_a_word(
    follow: tuple[str, ...], shell: Shell
) -> None:
    topics, value = shell.topics, json.dumps({"order": {"note": "x" * 20_000}}).encode()
    records = [Record(topics.order_updated, value, b"ord_1") for _ in range(20)]
    await produce(topics.servers.bootstrap_servers, records)
    reader, writer = os.pipe()
    updates = await started(shell, "updates", *follow, stdout=writer)
    os.close(writer)
    assert await asyncio.to_thread(os.read, reader, 1) == b"{"

    os.close(reader)
    _, told = await asyncio.wait_for(updates.communicate(), 60)

    assert (updates.returncode, told.decode()) == (0, "")


async def test_a_command_that_waits_for_its_input_is_ended_by_sigterm(shell: Shell) -> None:
    """At this rate, each line is sent before the next one is read."""
    sending = await started(shell, "send", "--rate", "1", stdin=asyncio.subprocess.PIPE)
    assert sending.stdin is not None
    sending.stdin.write(json.dumps(order_event(1)).encode() + b"\n")
    await until(lambda: number_sent(shell))
    sending.terminate()

    assert await asyncio.wait_for(sending.wait(), 30) in {-signal.SIGTERM, 128 + signal.SIGTERM}


async def test_a_command_that_waits_for_its_input_is_ended_by_one_ctrl_c(
    shell: Shell, database: Database
) -> None:
    """At this rate, each line is sent before the next one is read."""
    sending = await started(shell, "send", "--rate", "1", stdin=asyncio.subprocess.PIPE)
    assert sending.stdin is not None
    sending.stdin.write(json.dumps(order_event(1)).encode() + b"\n")
    await until(lambda: number_sent(shell))
    sending.send_signal(signal.SIGINT)
    code = await asyncio.wait_for(sending.wait(), 30)
    ended = await end_of(sending)

    assert (code, ended.told) == (130, ["order-projector: stopped by Ctrl-C"])
    assert ended.out == [f"sent 1: 1 to {shell.topics.redemptions}"]
    assert (await audited(database, "send"))[shell.topics.redemptions] == 1


@pytest.mark.parametrize("rate", [(), ("--rate", "50")])
async def test_a_broker_that_goes_away_while_events_are_sent_is_one_line(
    rate: tuple[str, ...], shell: Shell, database: Database
) -> None:
    """What it may have sent is recorded, even if that was the very first event."""
    large = "x" * 20_000
    events = (order_event(1, note=large) | {"id": f"evt_{n}"} for n in range(MANY * 10))
    sending = await started(shell, "send", shell.file("events.jsonl", *events), *rate)
    await until(lambda: number_sent(shell))
    broker: Server | None = shell.topics.servers.broker
    assert broker is not None
    pause(broker)
    ended = await end_of(sending)
    broker.resume()

    assert ended.code == 3
    (line,) = ended.told
    assert line.startswith("order-projector: the broker does not answer: ")
    entry = await audited(database, "send")
    assert entry["unacknowledged"] > 0
    assert ended.out[-1].startswith(f"{entry['unacknowledged']:,} more may have been sent")


async def test_a_database_that_is_killed_during_a_refold_is_named_by_its_address(
    shell: Shell, database: Database
) -> None:
    await database["orders"].insert_many([{"_id": f"ord_{n:06}"} for n in range(20_000)])
    walk = await started(shell, "refold")
    await asyncio.wait_for(walk.stderr.readline(), 60)  # type: ignore[union-attr]
    server = shell.topics.servers.database
    assert server is not None
    await server.kill()
    ended = await end_of(walk)
    await server.start()

    assert ended.code == 3
    address = shell.topics.servers.mongodb_uri.removeprefix("mongodb://")
    assert ended.told[-1].startswith("order-projector: the database does not answer: ")
    assert address in ended.told[-1]
    assert ", 0 failed" in ended.out[-1]


async def test_updates_that_cannot_be_printed_end_in_one_line(shell: Shell) -> None:
    topics = shell.topics
    update = Record(topics.order_updated, b'{"order": {"id": "ord_1"}}', b"ord_1")
    await produce(topics.servers.bootstrap_servers, [update] * 3)
    full = os.open("/dev/full", os.O_WRONLY)
    updates = await started(shell, "updates", stdout=full)
    os.close(full)
    told = (await asyncio.wait_for(updates.communicate(), 60))[1].decode().splitlines()

    assert updates.returncode == 2
    assert told[-1] == "order-projector: standard output: No space left on device"
    assert all(line.startswith("waiting for the ") for line in told[:-1])


async def test_following_updates_of_a_broker_that_falls_silent_says_that_it_waits(
    shell: Shell,
) -> None:
    broker: Server | None = shell.topics.servers.broker
    assert broker is not None
    updates = await started(shell, "updates", "--follow")
    assert updates.stdout is not None
    assert updates.stderr is not None
    update = Record(shell.topics.order_updated, b'{"order": {"id": "ord_1"}}', b"ord_1")
    await produce(shell.topics.servers.bootstrap_servers, [update])
    assert await asyncio.wait_for(updates.stdout.readline(), 60)
    pause(broker)
    try:
        line = await asyncio.wait_for(updates.stderr.readline(), 60)
    finally:
        broker.resume()

    assert line == b"waiting for the broker\n"
    ended = await stopped(updates, signal.SIGINT)
    assert (ended.code, ended.told[-1]) == STOPPED[signal.SIGINT]


async def number_sent(shell: Shell) -> int:
    """Return the number of records in the inbound topic."""
    async with AIOKafkaConsumer(
        bootstrap_servers=shell.topics.servers.bootstrap_servers
    ) as consumer:
        topic = shell.topics.redemptions
        numbers = consumer.partitions_for_topic(topic) or range(6)
        ends = await consumer.end_offsets([TopicPartition(topic, n) for n in numbers])
    return sum(ends.values())


async def audited(database: Database, command: str) -> Mapping[str, Any]:
    (entry,) = [each async for each in database["audit"].find({"command": command})]
    what: Mapping[str, Any] = entry["what"]
    return what


async def with_letters(shell: Shell, launch_worker: LaunchWorker) -> None:
    bad = [paid(2, 5) | {"id": f"evt_{n}", "created_at": "never"} for n in range(MANY)]
    worker = await launch_worker()
    await shell("send", shell.file("bad.jsonl", *bad))

    async def are_all_dead() -> bool:
        listed = await shell("dead-letters", "list", "--json")
        return len(json.loads(listed.stdout)) == MANY

    await until(are_all_dead)
    await worker.stop()


async def started(
    shell: Shell, *words: str, stdin: int | None = None, stdout: int = PIPE
) -> asyncio.subprocess.Process:
    """Start a command in its own process."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "order_projector", *words),
        env={**os.environ, **shell.topics.environment(), **shell.changed, **IMPATIENT},
        cwd=shell.folder,
        stdin=stdin,
        stdout=stdout,
        stderr=PIPE,
    )


async def stopped(process: asyncio.subprocess.Process, how: signal.Signals) -> Ended:
    process.send_signal(how)
    return await end_of(process)


async def end_of(process: asyncio.subprocess.Process) -> Ended:
    """Wait for a process; return how it ended, without progress and the audit record's log line."""
    out, told = await asyncio.wait_for(process.communicate(), 120)
    lines = [
        line
        for line in told.decode().splitlines()
        if not line.endswith(" a second")
        and not line.startswith("waiting for the ")
        and '"logger":"order_projector.audit"' not in line
    ]
    return Ended(process.returncode, out.decode().splitlines(), lines)
