"""`python -m bench.many_orders`: the cost of one event, as the collection grows to many orders.

Orders are created up to each size; then some of them, far from each other, get their next event one
by one. The bare pipe is measured as well: costs that grow for both are the database's own.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from pymongo import AsyncMongoClient
from rich.console import Console
from rich.table import Table

from bench.arguments import add_shared_options, positive_numbers, run_bench
from bench.contender import PIPE, WORKER, Contender
from bench.events import BenchEvent, life
from bench.live.stream import Turn, event
from bench.sandbox import Database, growth, servers_of_a_run
from bench.single_events import UNMEASURED, SingleEventBench, SingleEventRun, SingleEvents
from bench.sizes import Sizes, sizes

_AT_ONCE = 20_000
"""Number of orders that are sent together, so that not all must be in memory."""


@dataclass(frozen=True, slots=True)
class Collection:
    """The database's statistics of the orders."""

    orders: int
    documents: int
    """Size of all documents in bytes."""
    indexes: int
    """Size of all indexes in bytes."""


@dataclass(frozen=True, slots=True)
class ManyRow:
    """One more event in a collection of this many orders."""

    orders: int
    single: SingleEvents
    collection: Collection


def scattered(first: int, end: int, count: int) -> Iterator[int]:
    """Return this many different numbers of the range, evenly spaced."""
    return (first + nth * (end - first) // count for nth in range(count))


@dataclass(slots=True)
class ManyBench:
    """One run."""

    runs: SingleEventBench
    console: Console
    counts: Sequence[int]
    events: int
    sizes: Sizes

    async def rows(self, contender: Contender) -> list[ManyRow]:
        """Measure a contender while its collection grows, through a counting proxy."""
        rows: list[ManyRow] = []
        created = 0
        async with self.runs.counted(contender, growth(self.sizes)) as run:
            for orders in sorted(self.counts):
                self.console.print(f"{contender.name}: {orders:,} orders ...")
                await self._create(run, created, orders)
                single = await run.measure(self._next(created, orders))
                rows.append(ManyRow(orders, single, await _collection(run)))
                created = orders
        return rows

    async def _create(self, run: SingleEventRun, first: int, end: int) -> None:
        for begin in range(first, end, _AT_ONCE):
            some = range(begin, min(begin + _AT_ONCE, end))
            await run.preload([event(Turn(order, 0)) for order in some])

    def _next(self, first: int, end: int) -> Iterator[BenchEvent]:
        """Yield the second event of some of the orders that were created last."""
        chosen = scattered(first, end, self.events + UNMEASURED)
        return (event(Turn(order, 1)) for order in chosen)


async def _collection(run: SingleEventRun) -> Collection:
    topics = run.own.topics
    async with AsyncMongoClient[dict[str, Any]](topics.servers.mongodb_uri) as client:
        found = await client[topics.database].command("collStats", "orders")
    return Collection(found["count"], found["size"], found["totalIndexSize"])


def print_many(console: Console, name: str, rows: Sequence[ManyRow]) -> None:
    """Print a line for each size."""
    table = Table(title=name)
    for label in _COLUMNS:
        table.add_column(label, justify="right")
    for row in rows:
        table.add_row(*_line(row))
    console.print(table)


_COLUMNS = (
    *("orders", "commands an event", "kB sent", "kB received", "p50, ms", "contender, us"),
    *("database, us", "bytes a document", "index bytes an order"),
)


def _line(row: ManyRow) -> tuple[str, ...]:
    traffic, events = row.single.traffic, row.single.events
    if traffic is None:
        raise TypeError("the traffic of many orders is counted")
    return (
        f"{row.orders:,}",
        f"{traffic.commands / events:.2f}",
        f"{traffic.sent / events / 1e3:.2f}",
        f"{traffic.received / events / 1e3:.2f}",
        f"{row.single.latency * 1e3:,.1f}",
        f"{row.single.contender * 1e6:,.0f}",
        f"{row.single.database * 1e6:,.0f}",
        f"{row.collection.documents / row.collection.orders:,.0f}",
        f"{row.collection.indexes / row.collection.orders:,.0f}",
    )


async def main(arguments: argparse.Namespace, console: Console) -> None:
    """Run everything and print the tables."""
    database: Database = arguments.database
    grown = sizes([list(life(number, Random(number))) for number in range(20)])
    async with servers_of_a_run(database) as (servers, folder):
        console.print(f"{servers.name}; {database.title}")
        bench = ManyBench(
            SingleEventBench(servers, folder), console, arguments.orders, arguments.events, grown
        )
        for contender in (WORKER, *arguments.contender, PIPE):
            print_many(console, contender.name, await bench.rows(contender))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench-many", description=__doc__)
    parser.add_argument(
        "--orders",
        type=positive_numbers,
        default=(1_000, 10_000, 100_000),
        help="in the collection, one size after the other; 1000000 takes half an hour",
    )
    parser.add_argument("--events", type=int, default=50, help="measured at each size")
    add_shared_options(parser)
    return parser


if __name__ == "__main__":
    run_bench(main, _parser().parse_args())
