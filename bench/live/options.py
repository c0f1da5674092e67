"""The options of the live benchmark."""

import argparse
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.servers import APACHE

from bench.arguments import add_shared_options, positive_numbers
from bench.contender import HANDLER, PIPE, SINK, WORKER, Contender
from bench.sandbox import Database


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure, and how long."""

    rates: tuple[int, ...]
    seconds: float
    rounds: int
    sustain: float
    """Seconds for which the highest rate must be sustained; 0 skips the search."""
    warm_up: float
    count_rate: int
    """The rate at which commands and bytes are counted; 0 counts none."""
    contenders: tuple[Contender, ...]
    database: Database


_DESCRIPTION = "Measure contenders on a live stream, at paced rates, interleaved in one run."
_NEEDS = "needs ORDERS_TEST_KAFKA=apache, Java and Maven"
_OWN = {"worker": WORKER, "pipe": PIPE, "handler": HANDLER, "sink": SINK}


def options_from(arguments: Sequence[str]) -> Options:
    """Parse the options; exit with 2 and a reason if one is wrong."""
    parser = _parser()
    given = parser.parse_args(arguments)
    contenders = (*given.only, *given.contender)
    if len({each.name for each in contenders}) < len(contenders):
        parser.error("argument --contender: two contenders have the same name")
    if not contenders:
        parser.error("argument --only: at least one contender is needed")
    return Options(
        rates=given.rates,
        seconds=given.seconds,
        rounds=given.rounds,
        sustain=given.sustain,
        warm_up=given.warm_up,
        count_rate=given.count_rate,
        contenders=contenders,
        database=given.database,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench-live", description=_DESCRIPTION)
    parser.add_argument(
        "--rates", type=positive_numbers, default=(100, 300, 1_000), metavar="100,300,1000"
    )
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
        default=_all_that_run(),
        metavar=",".join(_OWN),
        help=f"of the contenders of this checkout; the {SINK.name} {_NEEDS}",
    )
    add_shared_options(parser)
    return parser


def _only(text: str) -> tuple[Contender, ...]:
    names = text.split(",") if text else []
    if unknown := sorted(set(names) - _OWN.keys()):
        raise argparse.ArgumentTypeError(f"no contender is called {', '.join(unknown)}")
    if "sink" in names and not _runs_sink():
        raise argparse.ArgumentTypeError(f"the {SINK.name} {_NEEDS}")
    return tuple(_OWN[name] for name in names)


def _all_that_run() -> tuple[Contender, ...]:
    return tuple(each for each in _OWN.values() if each is not SINK or _runs_sink())


def _runs_sink() -> bool:
    """Whether the sink connector can take part."""
    on_apache = os.environ.get("ORDERS_TEST_KAFKA") == APACHE
    return on_apache and all(shutil.which(program) for program in ("java", "mvn"))
