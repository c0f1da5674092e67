"""Command-line options that several benchmarks share."""

import asyncio
import logging
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from bench.contender import Contender, installed_worker
from bench.sandbox import DATABASES, Database
from order_projector.local.errors import LocalStackError

_WIDTH = 160
"""Width of a table that is written to a file, in columns."""
_DATABASES = {each.name: each for each in DATABASES}
Options = TypeVar("Options")


def add_shared_options(parser: ArgumentParser) -> None:
    """Add the options of every benchmark that compares workers."""
    parser.add_argument(
        "--contender",
        type=installed_contender,
        action="append",
        default=[],
        metavar="NAME=PYTHON",
        help="a worker that is installed for this Python",
    )
    add_database_option(parser)


def add_database_option(parser: ArgumentParser) -> None:
    """Add the option that says which database to measure with."""
    parser.add_argument(
        "--database",
        type=_database,
        metavar=f"{{{','.join(_DATABASES)}}}",
        default=_DATABASES["storing"],
    )


def _database(name: str) -> Database:
    if name not in _DATABASES:
        raise ArgumentTypeError(f"{name!r} should be one of {', '.join(_DATABASES)}")
    return _DATABASES[name]


def run_bench(main: Callable[[Options, Console], Awaitable[None]], options: Options) -> None:
    """Run a benchmark; exit with the reason if a server does not run."""
    # aiokafka logs that a new topic has no leader yet, and retries
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    width = None if sys.stdout.isatty() else _WIDTH
    console = Console(highlight=False, soft_wrap=True, width=width)
    try:
        asyncio.run(_awaited(main(options, console)))
    except LocalStackError as error:
        sys.exit(str(error))


async def _awaited(done: Awaitable[None]) -> None:
    await done


def positive_numbers(text: str) -> tuple[int, ...]:
    """Parse positive integers separated by commas."""
    try:
        numbers = tuple(int(each) for each in text.split(","))
    except ValueError:
        raise ArgumentTypeError("expects integers separated by commas") from None
    if min(numbers) < 1:
        raise ArgumentTypeError("each number has to be 1 or more")
    return numbers


def installed_contender(text: str) -> Contender:
    """Parse NAME=PYTHON, a worker that is installed for this Python."""
    name, _, python = text.partition("=")
    if not name or not Path(python).is_file():
        raise ArgumentTypeError("expects NAME=PYTHON, the path of an interpreter")
    return installed_worker(name, str(Path(python).absolute()))
