"""A worker takes no more memory the longer it runs."""

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
"""By the first of these marks everything that remembers a bounded amount has filled up.

And has been emptied and filled again: only then the allocator has all the room it will ask for.
Of three marks the least counts: the others may hold garbage that nobody has collected yet.
"""
MIB = 2**20
GROWTH = 6 * MIB
"""Some 230 bytes for each event between two marks nine chunks apart; an event alone has 1,300."""


def resident(worker: Server) -> int:
    """The bytes of memory that the worker's process has."""
    status = Path(f"/proc/{worker.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1_024


def chunk(topics: Topics, number: int) -> list[Record]:
    """Events of orders that were never seen before, four of each."""

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
