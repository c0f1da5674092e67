"""`python -m bench.restart`: rolling restarts of a group, one way after the other."""

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tests.support.servers import Servers

from bench.arguments import run_bench
from bench.contender import has_committed
from bench.live.arithmetic import MISSING
from bench.live.generating import generating, sent_by, sleep_until
from bench.live.observer import Arrivals, observing
from bench.live.segment import GRACE
from bench.live.stream import Stream, event
from bench.restart.figures import Event, Restart, figures
from bench.restart.fleet import Fleet, fleet
from bench.restart.options import Options, options_from
from bench.restart.ways import Way
from bench.sandbox import PARTITIONS, Sandbox, sandbox, servers_of_a_run
from order_projector.adapters.kafka.producer.publisher import partition_of
from order_projector.local.errors import ServerFailed

_LEAD = 10.0
"""Seconds of the stream before the first worker is replaced."""


@dataclass(frozen=True, slots=True)
class RestartBench:
    """One run on these servers."""

    options: Options
    servers: Servers
    folder: Path

    async def measured(self, way: Way) -> Restart:
        """Restart the workers of a separate group in this way."""
        stream = Stream(self.options.rate, first_order=0)
        ahead = [event(turn) for turn in stream.before()]
        async with (
            sandbox(self.servers, f"restart-{way.name}", database=f"restart-{way.name}") as own,
            observing(own, stream) as arrivals,
            fleet(way, own, self.folder, self.options.down, self.options.settle) as group,
        ):
            await own.fill(ahead)
            await group.start(self.options.workers)
            async with own.offsets() as offsets:
                await has_committed(len(ahead), offsets, own, group.workers[0])
            return await self._restarted(own, stream, arrivals, group)

    async def _restarted(
        self, own: Sandbox, stream: Stream, arrivals: Arrivals, group: Fleet
    ) -> Restart:
        rate, file = self.options.rate, self.folder / f"{own.name}.sent"
        first, events = round(rate * _LEAD), round(rate * (_LEAD + self.options.seconds))
        before = await group.assignments()
        async with generating(own.topics, stream, events, file) as generator:
            pace = await generator.pace()
            await sleep_until(pace.due(first))
            seconds = await group.replace_all()
            if time.monotonic() > pace.due(events):
                raise ServerFailed("the stream ended before the restart: raise --seconds")
            await sleep_until(pace.due(events) + GRACE)
            await generator.ended()
        sent = sent_by(file)
        measured = [
            Event(_partition(stream, n), sent[n], arrivals.at.get(n, MISSING))
            for n in range(first, events)
        ]
        return figures(measured, await group.assignments() - before, seconds)


def _partition(stream: Stream, position: int) -> int:
    return partition_of(event(stream.turn(position)).key.encode(), PARTITIONS)


def print_restarts(console: Console, rows: Sequence[tuple[Way, Restart]]) -> None:
    """Print a line for each way."""
    table = Table("one after the other", "longest gap, s", "p50, ms", "p99, ms", "max, ms")
    table.add_column("assignments")
    table.add_column("restart, s")
    for way, restart in rows:
        latencies = [f"{restart.latency(percent) * 1_000:,.0f}" for percent in (50, 99, 100)]
        gap = f"{restart.longest_gap:.1f}"
        assignments, seconds = str(restart.assignments), f"{restart.seconds:.0f}"
        table.add_row(way.title, gap, *latencies, assignments, seconds)
    console.print(table)


async def main(options: Options, console: Console) -> None:
    """Measure each way and print the table."""
    rows = []
    async with servers_of_a_run(options.database) as (servers, folder):
        console.print(f"{servers.name}; {options.workers} workers, {options.rate} events a second")
        for way in options.ways:
            console.print(f"{way.title} ...")
            rows.append((way, await RestartBench(options, servers, folder).measured(way)))
            await asyncio.sleep(options.settle)
    print_restarts(console, rows)


if __name__ == "__main__":
    run_bench(main, options_from(sys.argv[1:]))
