"""`python -m bench.live`: contenders on a live stream, at paced rates, interleaved in one run.

At each rate every contender is started, takes in what its orders have behind them, and is measured
for a while; then comes the next one, and all of that is done several times. Another worker, built
as a wheel and installed in a virtual environment, takes part as `--contender NAME=PYTHON`.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from rich.console import Console
from tests.support.servers import Servers

from bench.contender import HANDLER, PIPE, WORKER, Contender, installed_worker
from bench.events import life
from bench.live.arithmetic import highest_rate
from bench.live.segment import Entrant, Schedule, Segment
from bench.live.table import LiveRow, print_live, print_ratios, summary
from bench.sandbox import DATABASES, Database, servers_of_a_run
from bench.sizes import Sizes, sizes
from order_projector.local.errors import LocalStackError

_LEAD = 3.0
"""Seconds at a rate before it is measured."""
_TRIAL = 10.0
"""Seconds that a rate is tried for before it is tried for as long as it has to be sustained."""
_STEP_DOWN = 0.9
_START = 400
_WARM_UP_RATE = 500


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure, and how long."""

    rates: tuple[int, ...]
    seconds: float
    rounds: int
    sustain: float
    """Seconds for which the highest rate has to be sustained; 0 looks for none."""
    warm_up: float
    count_rate: int
    """The rate at which commands and bytes are counted; 0 counts none."""
    contenders: tuple[Contender, ...]
    database: Database


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
        """Warm the broker, measure all rates, count, and look for the highest rates."""
        await self._warm_up()
        entrants = [self._entrant(each) for each in self.options.contenders]
        self.rows = {each.contender.name: LiveRow(each.contender.name) for each in entrants}
        for number in range(self.options.rounds):
            for rate in self.options.rates:
                # whoever was last is first next time: what one leaves behind meets all
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
        """Let a pipe run that is not measured: a cold broker is slower by 150 ms and more."""
        if self.options.warm_up:
            self.console.print(f"warming the broker for {self.options.warm_up:g} s ...")
            contender = Contender("warm-up", PIPE.command, PIPE.environment)
            entrant = self._entrant(contender)
            await entrant.segment(Schedule(_WARM_UP_RATE, self.options.warm_up, 0.0))

    async def _measure(self, entrant: Entrant, rate: int) -> None:
        segment = await entrant.segment(Schedule(rate, self.options.seconds, _LEAD))
        self.rows[entrant.contender.name].segments.append(segment)
        self._tell(entrant, segment)

    async def _count(self, entrant: Entrant) -> None:
        if self.options.count_rate:
            schedule = Schedule(self.options.count_rate, self.options.seconds, _LEAD)
            traffic, events = await entrant.traffic(schedule)
            self.rows[entrant.contender.name].traffic = traffic
            self.rows[entrant.contender.name].counted = events

    async def _search(self, entrant: Entrant) -> None:
        """Find the highest rate in short trials, and then one that lasts as long as asked for."""
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


_OWN = {"worker": WORKER, "pipe": PIPE, "handler": HANDLER}


def options_from(arguments: Sequence[str]) -> Options:
    """Read the options; exits with 2 and a reason where one is wrong."""
    parser = argparse.ArgumentParser(prog="make bench-live", description=__doc__)
    parser.add_argument("--rates", type=_rates, default=(100, 300, 1_000), metavar="100,300,1000")
    parser.add_argument("--seconds", type=float, default=15, help="measured of each rate")
    parser.add_argument("--rounds", type=int, default=2, help="how often each rate is measured")
    parser.add_argument(
        "--sustain", type=float, default=60, help="seconds of the highest rate; 0 looks for none"
    )
    parser.add_argument("--warm-up", type=float, default=30, help="seconds before all else")
    parser.add_argument(
        "--count-rate", type=int, default=300, help="counts commands and bytes; 0 counts none"
    )
    parser.add_argument(
        "--only",
        type=_only,
        default=tuple(_OWN.values()),
        metavar=",".join(_OWN),
        help="of the contenders of this checkout",
    )
    parser.add_argument(
        "--contender",
        type=_installed,
        action="append",
        default=[],
        metavar="NAME=PYTHON",
        help="a worker that is installed for this Python",
    )
    parser.add_argument("--database", choices=[each.name for each in DATABASES], default="storing")
    given = parser.parse_args(arguments)
    contenders = (*given.only, *given.contender)
    if len({each.name for each in contenders}) < len(contenders):
        parser.error("argument --contender: two contenders have the same name")
    return Options(
        rates=given.rates,
        seconds=given.seconds,
        rounds=given.rounds,
        sustain=given.sustain,
        warm_up=given.warm_up,
        count_rate=given.count_rate,
        contenders=contenders,
        database=next(each for each in DATABASES if each.name == given.database),
    )


def _rates(text: str) -> tuple[int, ...]:
    rates = tuple(int(each) for each in text.split(","))
    if min(rates) < 1:
        raise argparse.ArgumentTypeError("a rate is one event a second or more")
    return rates


def _only(text: str) -> tuple[Contender, ...]:
    names = text.split(",") if text else []
    if unknown := sorted(set(names) - _OWN.keys()):
        raise argparse.ArgumentTypeError(f"no contender is called {', '.join(unknown)}")
    return tuple(_OWN[name] for name in names)


def _installed(text: str) -> Contender:
    name, _, python = text.partition("=")
    if not name or not Path(python).is_file():
        raise argparse.ArgumentTypeError("expects NAME=PYTHON, the path of an interpreter")
    return installed_worker(name, str(Path(python).absolute()))


if __name__ == "__main__":
    try:
        asyncio.run(main(options_from(sys.argv[1:]), Console(highlight=False, soft_wrap=True)))
    except LocalStackError as error:
        raise SystemExit(f"{error}") from None
