"""The cost to the worker of the indexes for lists and searches, in alternating pairs."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from tests.support.servers import Servers

from bench.api.reading import shown
from bench.contender import HERE, WORKER, Contender, measured
from bench.events import BenchEvent
from bench.sandbox import sandbox

UNINDEXED = Contender("worker without indexes", (sys.executable, "-m", "bench.api.unindexed"), HERE)


@dataclass(frozen=True, slots=True)
class IndexCost:
    """Events per second, one figure for each pair."""

    indexed: tuple[float, ...]
    unindexed: tuple[float, ...]

    @property
    def ratios(self) -> list[float]:
        """For each pair, the rate with the indexes divided by the rate without."""
        return [one / other for one, other in zip(self.indexed, self.unindexed, strict=True)]


async def compare(
    servers: Servers, folder: Path, events: Sequence[BenchEvent], pairs: int
) -> IndexCost:
    """Run both workers on the same events; alternate which one begins."""
    rates: dict[str, list[float]] = {WORKER.name: [], UNINDEXED.name: []}
    for pair in range(pairs):
        turn = (WORKER, UNINDEXED) if pair % 2 == 0 else (UNINDEXED, WORKER)
        for contender in turn:
            name = f"{contender.name.replace(' ', '-')}-{pair}"
            async with sandbox(servers, name, database=name) as own:
                await own.fill(events)
                log = folder / f"{name}.log"
                run = await measured(contender, own, own.environment(), len(events), log)
                rates[contender.name].append(run.per_second)
    return IndexCost(tuple(rates[WORKER.name]), tuple(rates[UNINDEXED.name]))


def print_index_cost(console: Console, cost: IndexCost) -> None:
    """Print the rates and their ratio."""
    console.print(
        f"worker with all indexes {median(cost.indexed):,.0f} events/s, "
        f"without them {median(cost.unindexed):,.0f}"
    )
    console.print(
        f"with / without indexes   {median(cost.ratios):.2f}, in each pair: {shown(cost.ratios)}"
    )
