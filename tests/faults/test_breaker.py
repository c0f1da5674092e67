"""A worker that would dead-letter everything in a partition stops that partition first."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import order_projector
from order_projector.local.server import Server
from tests.support.events import order_event, to_json
from tests.support.kafka import Record, committed, produce, read_until
from tests.support.probes import metric, probed, until, until_reason
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

SMALL = {"ORDERS_BREAKER_RUN": "200", "ORDERS_BATCH_SIZE": "50"}


def rubbish(topics: Topics, count: int) -> list[Record]:
    return [
        Record(topics.redemptions, b"%d is no event" % number, partition=0)
        for number in range(count)
    ]


def good(topics: Topics, number: int = 1, partition: int = 0) -> Record:
    event = order_event(number % 60, id=f"ord_{number}")
    return Record(topics.redemptions, to_json(event), partition=partition)


async def until_dead_lettered(topics: Topics, count: int) -> None:
    servers = topics.servers.bootstrap_servers
    await read_until(servers, topics.dead_letters, lambda dead_letters: len(dead_letters) >= count)


async def until_committed(topics: Topics, offset: float) -> None:
    """Wait until the group has committed exactly this offset in its first partition."""

    async def reached() -> bool:
        offsets = await committed(
            topics.servers.bootstrap_servers, topics.group, topics.redemptions
        )
        assert offsets.get(0, 0) <= offset
        return offsets.get(0, 0) == offset

    await until(reached, f"{offset:g} is committed")


async def until_updated(topics: Topics, *orders: bytes) -> None:
    servers = topics.servers.bootstrap_servers
    await read_until(
        servers,
        topics.order_updated,
        lambda records: set(orders) <= {record.key for record in records},
    )


async def stopped(worker: Server) -> None:
    await worker.stop()
    assert await worker.exited(within=1) == 0


def command(topics: Topics, cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment: Mapping[str, str] = topics.environment()
    return subprocess.run(
        [sys.executable, "-m", "order_projector", "breaker", *words],
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


async def test_a_partition_that_is_all_unreadable_stands_still_over_restarts_until_it_is_closed(
    topics: Topics, launch_worker: LaunchWorker, tmp_path: Path
) -> None:
    servers = topics.servers.bootstrap_servers
    await produce(servers, [*rubbish(topics, 1_000), good(topics, 1, partition=1)])
    worker = await launch_worker(**SMALL)
    await until_reason(worker, f"stopped by the breaker: {topics.redemptions}-0, offsets ")
    labels = {"topic": topics.redemptions, "partition": "0"}
    before = await metric(worker, "order_projector_breaker_first_offset", **labels)
    assert 0 < before < 200
    assert await metric(worker, "order_projector_dead_letters_total") == before
    assert await metric(worker, "order_projector_breaker_open", **labels) == 1
    assert (await probed(worker, "/livez"))[0] == 200
    await until_committed(topics, before)
    await until_updated(topics, b"ord_1")

    for number in (2, 3, 4):
        await stopped(worker)
        worker = await launch_worker(**SMALL)
        await until_reason(worker, f"stopped by the breaker: {topics.redemptions}-0, offsets ")
        await produce(servers, [good(topics, number, partition=1)])
        await until_updated(topics, b"ord_%d" % number)
        assert await metric(worker, "order_projector_dead_letters_total") == 0
        await until_committed(topics, before)

    shown = command(topics, tmp_path, "show", "--json")
    (state,) = json.loads(shown.stdout)
    assert shown.returncode == 0
    assert (state["topic"], state["partition"]) == (topics.redemptions, 0)
    assert (state["first_offset"], state["group"]) == (before, topics.group)
    closed = command(topics, tmp_path, "close")
    assert closed.returncode == 0, closed.stderr

    await until_dead_lettered(topics, state["last_offset"] + 1)
    await until_reason(worker, f"stopped by the breaker: {topics.redemptions}-0, offsets ")
    assert await metric(worker, "order_projector_breaker_first_offset", **labels) > before


async def test_a_release_that_can_read_the_records_closes_the_breaker_by_itself(
    topics: Topics, launch_worker: LaunchWorker, tmp_path: Path
) -> None:
    events = [good(topics, number) for number in range(1, 301)]
    await produce(topics.servers.bootstrap_servers, events)
    broken = await launch_worker(**SMALL, PYTHONPATH=_reads_nothing(tmp_path))
    await until_reason(broken, f"stopped by the breaker: {topics.redemptions}-0, offsets ")
    lost = int(await metric(broken, "order_projector_dead_letters_total"))
    assert 0 < lost < 200
    await stopped(broken)

    mended = await launch_worker(**SMALL)

    await until_updated(topics, *(b"ord_%d" % number for number in range(lost + 1, 301)))
    await mended.ready()
    assert await metric(mended, "order_projector_dead_letters_total") == 0
    assert json.loads(command(topics, tmp_path, "show", "--json").stdout) == []


async def test_a_worker_without_a_breaker_goes_past_one_that_is_open(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    await produce(topics.servers.bootstrap_servers, [*rubbish(topics, 300), good(topics)])
    worker = await launch_worker(**SMALL)
    await until_reason(worker, "stopped by the breaker: ")
    await stopped(worker)

    worker = await launch_worker(ORDERS_BREAKER="false")
    await until_updated(topics, b"ord_1")
    await stopped(worker)

    worker = await launch_worker(**SMALL)
    await worker.ready()


async def test_hundreds_of_hostile_events_in_a_row_do_not_stop_a_worker_as_it_comes(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    await produce(topics.servers.bootstrap_servers, [*rubbish(topics, 500), good(topics)])
    worker = await launch_worker()

    await until_dead_lettered(topics, 500)
    await until_updated(topics, b"ord_1")
    await worker.ready()


def _reads_nothing(folder: Path) -> str:
    """Return a PYTHONPATH with which the worker rejects every record, like a broken release."""
    (folder / "sitecustomize.py").write_text(
        "from order_projector.events import decode\n"
        "from order_projector.events.outcome import Code, Rejected\n"
        "decode.decode = lambda value, headers: Rejected(Code.INVALID_EVENT, 'data: forgotten')\n"
    )
    package = Path(order_projector.__file__).parents[1]
    return os.pathsep.join((str(folder), str(package)))
