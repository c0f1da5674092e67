"""`python -m tests.faults --minutes 2`: run workers and servers under faults and show the evidence.

Exits with 0 only if nothing is lost, doubled or wrong.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory

from rich.console import Console

from order_projector.local.errors import ServerFailed
from tests.faults.chaos import Outcome, Plan, chaos
from tests.faults.table import print_outcome, to_json


def main(arguments: list[str]) -> int:
    """Run the plan, print the outcome and return the exit code."""
    given = _parser().parse_args(arguments)
    seed = given.seed if given.seed is not None else SystemRandom().randrange(1_000_000)
    if given.folder is not None and given.folder.exists():
        raise SystemExit(f"{given.folder} is there already; a run begins with no orders")
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"to repeat: python -m tests.faults --minutes {given.minutes:g} --seed {seed}")
    with ExitStack() as exits:
        folder = given.folder or exits.enter_context(TemporaryDirectory(prefix="chaos-"))
        Path(folder).mkdir(parents=True, exist_ok=True)
        plan = Plan(60 * given.minutes, seed, given.per_second)
        outcome = _run(plan, Path(folder), console)
    if outcome is None:
        return 1
    print_outcome(console, outcome)
    if given.json is not None:
        given.json.write_text(json.dumps(to_json(outcome), indent=2) + "\n")
    return 0 if outcome.clean else 1


def _run(plan: Plan, folder: Path, console: Console) -> Outcome | None:
    """Return the outcome, or None if a process ended or failed to end when it should not have."""
    try:
        return asyncio.run(chaos(plan, folder, console.print))
    except* ServerFailed as failed:
        for reason in _leaves(failed):
            console.print(f"Not as promised: {reason}", style="red")
    return None


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _leaves(each)
    else:
        yield error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="how long faults go on")
    parser.add_argument("--seed", type=int, help="of the stream and the faults; drawn if not given")
    parser.add_argument("--per-second", type=int, default=100, help="events a second")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the evidence there, too")
    parser.add_argument("--folder", type=Path, help="keep logs and data in this new folder")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
