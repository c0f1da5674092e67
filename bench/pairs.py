"""`python -m bench.pairs`: two versions of the worker, in alternating pairs.

Given one other version, it is compared with this one; given two, the second with the first.

Both process the same preloaded events, on the same servers, one after the other; which one begins
alternates with each pair. The rates of a pair also depend on what else the machine does; the median
of the ratios tells which version is faster.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from tests.support.servers import Servers

from bench.arguments import add_shared_options, run_bench
from bench.contender import WORKER, Contender, measured
from bench.events import BenchEvent, bench_events
from bench.sandbox import Database, sandbox, servers_of_a_run


@dataclass(frozen=True, slots=True)
class Pairs:
    """The events of all runs, and where they are processed."""

    events: Sequence[BenchEvent]
    servers: Servers
    folder: Path

    async def rate(self, contender: Contender, name: str) -> float:
        """Return the events per second of one run."""
        async with sandbox(self.servers, name, database=name) as own:
            await own.fill(self.events)
            log = self.folder / f"{name}.log"
            run = await measured(contender, own, own.environment(), len(self.events), log)
            return run.per_second


async def main(options: Namespace, console: Console) -> None:
    """Print each pair, and the medians."""
    contenders: Sequence[Contender] = (*options.contender, WORKER)[:2]
    before, after = contenders
    database: Database = options.database
    ratios = list[float]()
    async with servers_of_a_run(database) as (servers, folder):
        pairs = Pairs(bench_events(options.events, options.orders), servers, folder)
        for number in range(options.pairs):
            rates = dict[str, float]()
            for each in (after, before) if number % 2 else (before, after):
                rates[each.name] = await pairs.rate(each, f"{each.name}-{number}")
            ratios.append(rates[after.name] / rates[before.name])
            console.print(
                f"{number + 1:3} of {options.pairs}: {rates[after.name]:6,.0f} and "
                f"{rates[before.name]:6,.0f} events/s, ratio {ratios[-1]:.2f}"
            )
    console.print(
        f"{after.name} / {before.name}: median {median(ratios):.2f}, "
        f"{min(ratios):.2f} to {max(ratios):.2f}"
    )


def options_from(arguments: Sequence[str] | None = None) -> Namespace:
    """Parse the command line."""
    parser = ArgumentParser(prog="python -m bench.pairs", description=__doc__)
    add_shared_options(parser)
    parser.add_argument("--pairs", type=int, default=10, help="how many pairs")
    parser.add_argument("--events", type=int, default=20_000, help="the events of each run")
    parser.add_argument("--orders", type=int, default=2_000, help="the orders that they are of")
    options = parser.parse_args(arguments)
    if len(options.contender) not in {1, 2}:
        parser.error("--contender: expects one other version as NAME=PYTHON, or two")
    return options


if __name__ == "__main__":
    run_bench(main, options_from())
