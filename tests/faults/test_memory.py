"""The memory use of a worker does not grow the longer it runs."""

from functools import partial
from pathlib import Path

import pytest

from order_projector.local.server import Server
from tests.support.events import Json, order_event, to_json
from tests.support.kafka import Record, committed, produce
from tests.support.probes import until
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

CHUNK = 3_000
CHUNKS = 24
WARM, END = slice(12, 15), slice(21, 24)
"""Measurements to compare: the first ones come after every bounded memory has filled up.

It has also been emptied and filled again: only then has the allocator all the memory that it needs.
The smallest of three measurements counts, as the others may include uncollected garbage.
"""
MIB = 2**20
GROWTH = 6 * MIB
"""Some 230 bytes for each event between two marks nine chunks apart; an event alone has 1,300."""


def resident(worker: Server) -> int:
    """Return the resident memory of the worker's process in bytes."""
    status = Path(f"/proc/{worker.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1_024


def chunk(topics: Topics, number: int) -> list[Record]:
    """Return events of new orders, four of each."""

    def event(at: int) -> Json:
        items = [{"product_id": f"p-{n}", "quantity": 1, "price": 500 + n} for n in range(12)]
        order = order_event(at % 50, id=f"o-{number}-{at % (CHUNK // 4)}", items=items)
        return order | {"id": f"evt-{number}-{at}"}

    return [
        Record(topics.redemptions, to_json(event(at)), b"%d" % (at % (CHUNK // 4)))
        for at in range(CHUNK)
    ]


@pytest.mark.nightly
async def test_the_memory_of_a_worker_stays_flat_over_a_long_stream(
    topics: Topics, launch_worker: LaunchWorker
) -> None:
    servers = topics.servers.bootstrap_servers
    worker = await launch_worker()
    await worker.ready()
    marks = []
    for number in range(CHUNKS):
        await produce(servers, chunk(topics, number))
        await until(partial(passed, topics, CHUNK * (number + 1)), "all is committed", within=60)
        marks.append(resident(worker))

    seen = " ".join(f"{mark / MIB:.1f}" for mark in marks)
    assert min(marks[END]) - min(marks[WARM]) < GROWTH, f"MiB after each chunk: {seen}"


async def passed(topics: Topics, goal: int) -> bool:
    done = await committed(topics.servers.bootstrap_servers, topics.group, topics.redemptions)
    return sum(done.values()) >= goal
