"""`python -m bench.live`: contenders on a live stream, at paced rates, interleaved in one run.

At each rate every contender is started, processes the earlier events of its orders, and is measured
for a while; then the next one follows, and all of that is repeated several times. Another worker,
built as a wheel and installed in a virtual environment, takes part as `--contender NAME=PYTHON`.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from rich.console import Console
from tests.support.servers import Servers

from bench.arguments import run_bench
from bench.contender import PIPE, Contender
from bench.events import life
from bench.live.arithmetic import highest_rate
from bench.live.options import Options, options_from
from bench.live.segment import Entrant, Schedule, Segment
from bench.live.table import LiveRow, print_live, print_ratios, summary
from bench.sandbox import servers_of_a_run
from bench.sizes import Sizes, sizes

_LEAD = 3.0
"""Seconds at a rate before it is measured."""
_TRIAL = 10.0
"""Seconds of the short trial of a rate, before the trial for as long as it must be sustained."""
_STEP_DOWN = 0.9
_START = 400
_WARM_UP_RATE = 500


@dataclass(slots=True)
class LiveBench:
    """One run."""

    options: Options
    servers: Servers
    folder: Path
    sizes: Sizes
    console: Console
    rows: dict[str, LiveRow] = field(default_factory=dict)

    async def run(self) -> list[LiveRow]:
        """Warm the broker, measure all rates, count traffic, and search for the highest rates."""
        await self._warm_up()
        entrants = [self._entrant(each) for each in self.options.contenders]
        self.rows = {each.contender.name: LiveRow(each.contender.name) for each in entrants}
        for number in range(self.options.rounds):
            for rate in self.options.rates:
                # alternate the order: what one contender leaves behind then affects all
                for entrant in entrants if number % 2 == 0 else reversed(entrants):
                    await self._measure(entrant, rate)
        for entrant in entrants:
            await self._count(entrant)
        for entrant in entrants:
            await self._search(entrant)
        return list(self.rows.values())

    def _entrant(self, contender: Contender) -> Entrant:
        return Entrant(contender, self.servers, self.folder, self.sizes)

    async def _warm_up(self) -> None:
        """Run a pipe that is not measured: a cold broker is slower by 150 ms and more."""
        if self.options.warm_up:
            self.console.print(f"warming the broker for {self.options.warm_up:g} s ...")
            contender = Contender("warm-up", PIPE.command, PIPE.environment)
            entrant = self._entrant(contender)
            await entrant.segment(Schedule(_WARM_UP_RATE, self.options.warm_up, 0.0))

    async def _measure(self, entrant: Entrant, rate: int) -> None:
        row = self.rows[entrant.contender.name]
        if row.gave_up_below(rate):
            self.console.print(f"{row.name}: {rate:,}/s: left out, a lower rate was too much")
            return
        segment = await entrant.segment(Schedule(rate, self.options.seconds, _LEAD))
        row.segments.append(segment)
        self._tell(entrant, segment)

    async def _count(self, entrant: Entrant) -> None:
        if self.options.count_rate:
            schedule = Schedule(self.options.count_rate, self.options.seconds, _LEAD)
            traffic, events = await entrant.traffic(schedule)
            self.rows[entrant.contender.name].traffic = traffic
            self.rows[entrant.contender.name].counted = events

    async def _search(self, entrant: Entrant) -> None:
        """Find the highest rate in short trials, then lower it until it is sustained."""
        if not self.options.sustain:
            return

        async def sustains(rate: int, seconds: float = _TRIAL) -> bool:
            segment = await entrant.segment(Schedule(rate, seconds, _LEAD))
            self._tell(entrant, segment)
            return segment.sustained

        rate = await highest_rate(sustains, _START)
        while rate and not await sustains(rate, self.options.sustain):
            rate = int(rate * _STEP_DOWN)
        self.rows[entrant.contender.name].sustained = rate

    def _tell(self, entrant: Entrant, segment: Segment) -> None:
        self.console.print(f"{entrant.contender.name}: {summary([segment])}")


async def main(options: Options, console: Console) -> None:
    """Run everything and print the tables."""
    lives = [list(life(number, Random(number))) for number in range(20)]
    async with servers_of_a_run(options.database) as (servers, folder):
        console.print(f"{servers.name}; {options.database.title}")
        rows = await LiveBench(options, servers, folder, sizes(lives), console).run()
    print_live(console, rows, options.rates, options.count_rate)
    print_ratios(console, rows, options.rates)


if __name__ == "__main__":
    run_bench(main, options_from(sys.argv[1:]))
