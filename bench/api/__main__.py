"""`python -m bench.api`: the cost of the API, and the cost of its indexes to the worker."""

import argparse
from pathlib import Path

from rich.console import Console
from tests.support.servers import Servers

from bench.api import exporting, indexes, reading, writing
from bench.arguments import add_shared_options, positive_numbers, run_bench
from bench.contender import WORKER
from bench.events import PER_ORDER, bench_events
from bench.live.stream import Turn, event
from bench.sandbox import Database, servers_of_a_run
from bench.single_events import SingleEventBench

_ORDERS = 200
"""Number of orders that are read, each with all of its events."""


async def main(arguments: argparse.Namespace, console: Console) -> None:
    """Run everything and print the tables."""
    database: Database = arguments.database
    async with servers_of_a_run(database) as (servers, folder):
        console.print(f"{servers.name}; {database.title}")
        await _requests(servers, folder, arguments, console)
        events = bench_events(arguments.events, arguments.events // PER_ORDER)
        cost = await indexes.compare(servers, folder, events, arguments.pairs)
        indexes.print_index_cost(console, cost)


async def _requests(
    servers: Servers, folder: Path, arguments: argparse.Namespace, console: Console
) -> None:
    """Measure reads, writes and exports on the orders of one worker."""
    async with SingleEventBench(servers, folder).timed(WORKER, {}) as run:
        turns = [Turn(order, step) for step in range(PER_ORDER) for order in range(_ORDERS)]
        events = [event(turn) for turn in turns]
        await run.preload(events)
        names = list(dict.fromkeys(each.key for each in events))
        reads = await reading.compare(run.own, folder, names, arguments.rounds, arguments.requests)
        reading.print_reads(console, reads)
        writes = await writing.measure(run, folder, _ORDERS, arguments.writes)
        writing.print_writes(console, writes)
        exports = await exporting.measure(run.own, folder, names[0], arguments.rows, console)
        exporting.print_exports(console, exports)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench-api", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="of reads on each server")
    parser.add_argument("--requests", type=int, default=3_000, help="of a round")
    parser.add_argument("--writes", type=int, default=50, help="of each kind")
    parser.add_argument(
        "--rows",
        type=positive_numbers,
        default=(1_000, 10_000, 100_000),
        help="of exports, one size after the other; 1000000 takes some minutes",
    )
    parser.add_argument("--events", type=int, default=30_000, help="for the cost of indexes")
    parser.add_argument("--pairs", type=int, default=5, help="for the cost of indexes")
    add_shared_options(parser)
    return parser


if __name__ == "__main__":
    run_bench(main, _parser().parse_args())
