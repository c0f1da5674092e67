"""`python -m bench`: three contenders, the same events, the same servers, one run.

It is done twice: on a database that has stored what it acknowledges, as every contender asks of it
(majority and journal), and on the same database when it acknowledges first and stores later, which
no database for orders should do, but which is as fast as a database can be.

`EVENTS` and `ORDERS` in the environment change the size of the run.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from rich.console import Console

from bench.contender import CHECKOUT, HANDLER, PIPE, WORKER, Contender, Run, Sandbox, measured
from bench.events import BenchEvent, bench_events, life
from bench.sizes import Sizes, costs, sizes
from bench.table import Counted, Row, print_costs, print_table
from order_projector.local.ports import HOST, free_port
from order_projector.local.server import ServerSpec, accepts_connections, serving
from order_projector.local.stack import LocalStack, local_stack

_HANDLER_SHARE = 25
_COUNTED_SHARE = 5
_FEWEST = 10_000
"""A contender takes 2,000 events at once, and its first batch is not on the clock."""


@dataclass(frozen=True, slots=True)
class Database:
    """What an acknowledged write is worth."""

    name: str
    has_stored: bool


DATABASES = (
    Database("a database that has stored what it acknowledges", has_stored=True),
    Database("the same one, acknowledging before it has stored anything", has_stored=False),
)


@dataclass(frozen=True, slots=True)
class Bench:
    """What all contenders share."""

    stack: LocalStack
    console: Console
    sizes: Sizes

    async def times(self, contender: Contender, events: Sequence[BenchEvent]) -> Run:
        """A run against the clock."""
        self.console.print(f"{contender.name}: {len(events):,} events ...")
        sandbox = Sandbox(self.stack, _named(contender, "timed"))
        await sandbox.fill(events)
        return await self._run(contender, sandbox, self.stack.mongodb_uri, len(events))

    async def counts(self, contender: Contender, events: Sequence[BenchEvent]) -> Counted:
        """A run through a counting proxy; it takes its time, so nobody looks at the clock."""
        self.console.print(f"{contender.name}: {len(events):,} events, counted ...")
        sandbox = Sandbox(self.stack, _named(contender, "counted"))
        await sandbox.fill(events)
        log = self.stack.data_dir / f"{sandbox.name}.json"
        async with serving(_proxy(self.stack.database.port, log)) as proxy:
            uri = f"mongodb://{HOST}:{proxy.port}/?directConnection=true"
            await self._run(contender, sandbox, uri, len(events))
        traffic = json.loads(log.read_text())
        commands = sum(traffic["commands"].values())
        return Counted(len(events), commands, traffic["sent"], traffic["received"])

    async def _run(self, contender: Contender, sandbox: Sandbox, uri: str, events: int) -> Run:
        grown = json.dumps((self.sizes.documents, self.sizes.announcements))
        settings = sandbox.environment(uri) | {"BENCH_SIZES": grown}
        log = self.stack.data_dir / f"{sandbox.name}.log"
        return await measured(contender, sandbox, settings, events, log)


async def main(count: int, orders: int, console: Console) -> None:
    """Run everything and print the tables."""
    events = bench_events(count, orders)
    if len(events) < _FEWEST:
        raise SystemExit(f"EVENTS and ORDERS: {_FEWEST:,} events are the fewest that say anything")
    console.print(
        f"{len(events):,} events of {orders:,} orders, "
        f"{sum(len(event.value) for event in events) / len(events):,.0f} bytes each"
    )
    samples = [list(life(number, Random(number))) for number in range(20)]
    costs(events[:1_000])
    print_costs(console, costs(events[:20_000]))
    for database in DATABASES:
        async with local_stack(topics=(), sync_on_commit=database.has_stored) as stack:
            rows = await _compared(Bench(stack, console, sizes(samples)), events)
        print_table(console, database.name, rows)


async def _compared(bench: Bench, events: Sequence[BenchEvent]) -> list[Row]:
    """Each contender, one after the other."""
    few = events[: len(events) // _HANDLER_SHARE]
    fewer = few[: len(few) // _COUNTED_SHARE]
    some = events[: len(events) // _COUNTED_SHARE]
    plan = ((WORKER, events, some), (PIPE, events, some), (HANDLER, few, fewer))
    return [
        Row(
            name=contender.name,
            run=await bench.times(contender, timed),
            events=len(timed),
            counted=await bench.counts(contender, part),
        )
        for contender, timed, part in plan
    ]


def _proxy(database: int, log: Path) -> ServerSpec:
    """A proxy in front of the database, in a process of its own; its log is what it counted."""
    port = free_port()
    return ServerSpec(
        name="proxy",
        command=(sys.executable, "-m", "bench.proxy", str(port), str(database)),
        port=port,
        log=log,
        answers=accepts_connections,
        environment={"PYTHONPATH": CHECKOUT},
    )


def _named(contender: Contender, purpose: str) -> str:
    return f"{contender.name.replace(' ', '-')}-{purpose}"


if __name__ == "__main__":
    asyncio.run(
        main(
            int(os.environ.get("EVENTS", "50000")),
            int(os.environ.get("ORDERS", "5000")),
            Console(highlight=False, soft_wrap=True),
        )
    )
