"""The options of the benchmark of rolling restarts."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from bench.arguments import add_database_option
from bench.restart.ways import WAYS, Way
from bench.sandbox import Database


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure, and how long."""

    ways: tuple[Way, ...]
    workers: int
    rate: int
    seconds: float
    down: float
    settle: float
    database: Database


_DESCRIPTION = "Restart the workers of a group one after the other, on a paced stream."


def options_from(arguments: Sequence[str]) -> Options:
    """Parse the options; exit with 2 and a reason if one is wrong."""
    given = _parser().parse_args(arguments)
    return Options(
        ways=given.ways,
        workers=given.workers,
        rate=given.rate,
        seconds=given.seconds,
        down=given.down,
        settle=given.settle,
        database=given.database,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench-restart", description=_DESCRIPTION)
    names = ",".join(each.name for each in WAYS)
    parser.add_argument("--ways", type=_ways, default=WAYS, metavar=names)
    parser.add_argument("--workers", type=int, default=3, help="of the group")
    parser.add_argument("--rate", type=int, default=60, help="events a second")
    parser.add_argument("--seconds", type=float, default=120, help="measured of each way")
    parser.add_argument(
        "--down", type=float, default=2, help="seconds from the end of a process to its successor"
    )
    parser.add_argument("--settle", type=float, default=5, help="seconds between two workers")
    add_database_option(parser)
    return parser


def _ways(text: str) -> tuple[Way, ...]:
    known = {each.name: each for each in WAYS}
    names = text.split(",")
    if unknown := sorted(set(names) - known.keys()):
        raise argparse.ArgumentTypeError(f"no way is called {', '.join(unknown)}")
    return tuple(known[name] for name in names)
