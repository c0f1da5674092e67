"""`python -m bench`: three contenders, the same events, the same servers, one run.

It measures twice: on a database that has stored what it acknowledges, as every contender asks
(majority and journal), and on the same database when it acknowledges first and stores later. No
database for orders should do that, but it is as fast as a database can be.

`EVENTS` and `ORDERS` in the environment change the size of the run.
"""

import argparse
import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from rich.console import Console
from tests.support.servers import Servers

from bench.contender import HANDLER, PIPE, WORKER, Contender, Run, measured
from bench.counting import counting
from bench.events import BenchEvent, Naming, bench_events, life
from bench.sandbox import DATABASES, Sandbox, growth, sandbox, servers_of_a_run
from bench.sizes import Sizes, costs, sizes
from bench.table import Counted, Row, print_costs, print_namings, print_table

_HANDLER_SHARE = 25
_COUNTED_SHARE = 5
_FEWEST = 10_000
"""A contender reads 2,000 events at a time, and its first batch is not timed."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that the contenders share."""

    servers: Servers
    folder: Path
    console: Console
    sizes: Sizes

    async def times(self, contender: Contender, events: Sequence[BenchEvent]) -> Run:
        """Run a contender, timed."""
        self.console.print(f"{contender.name}: {len(events):,} events ...")
        async with self._filled(contender, "timed", events) as own:
            return await self._run(contender, own, self.servers.mongodb_uri, len(events))

    async def counts(self, contender: Contender, events: Sequence[BenchEvent]) -> Counted:
        """Run a contender through a counting proxy."""
        self.console.print(f"{contender.name}: {len(events):,} events, counted ...")
        async with (
            self._filled(contender, "counted", events) as own,
            counting(self.servers, self.folder / f"{own.name}.json") as proxy,
        ):
            await self._run(contender, own, proxy.uri, len(events))
            return Counted(len(events), await proxy.traffic())

    @asynccontextmanager
    async def _filled(
        self, contender: Contender, purpose: str, events: Sequence[BenchEvent]
    ) -> AsyncIterator[Sandbox]:
        name = f"{contender.name.replace(' ', '-')}-{purpose}"
        async with sandbox(self.servers, name, database=name) as own:
            await own.fill(events)
            yield own

    async def _run(self, contender: Contender, own: Sandbox, uri: str, events: int) -> Run:
        settings = {**own.environment(), **growth(self.sizes), "ORDERS_MONGODB_URI": uri}
        return await measured(contender, own, settings, events, self.folder / f"{own.name}.log")


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
        async with servers_of_a_run(database) as (servers, folder):
            rows = await _compared(Bench(servers, folder, console, sizes(samples)), events)
        print_table(console, database.title, rows)
    async with servers_of_a_run(DATABASES[0]) as (servers, folder):
        bench = Bench(servers, folder, console, sizes(samples))
        print_namings(console, [await _named(bench, it, count, orders) for it in Naming])


async def _named(bench: Bench, naming: Naming, count: int, orders: int) -> Row:
    """Measure the worker alone, on events that name their orders this way."""
    events = bench_events(count, orders, naming=naming)
    some = events[: len(events) // _COUNTED_SHARE]
    worker = replace(WORKER, name=naming.value)
    return Row(
        name=naming.value,
        run=await bench.times(worker, events),
        events=len(events),
        counted=await bench.counts(worker, some),
    )


async def _compared(bench: Bench, events: Sequence[BenchEvent]) -> list[Row]:
    """Measure the contenders one after the other."""
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


if __name__ == "__main__":
    argparse.ArgumentParser(prog="make bench", description=__doc__).parse_args()
    asyncio.run(
        main(
            int(os.environ.get("EVENTS", "50000")),
            int(os.environ.get("ORDERS", "5000")),
            Console(highlight=False, soft_wrap=True),
        )
    )
