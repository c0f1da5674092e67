"""One seed, from its options to its verdict."""

import gc
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from unittest.mock import patch

from order_projector.adapters.mongo import store, writing
from order_projector.projection import batch
from order_projector.projection.partial_update import partial_update
from tests.simulation.nemesis import end_faults, inject_faults
from tests.simulation.options import Mode, Options, expand
from tests.simulation.world import Outcome, World

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a seed; ``report`` is None if nothing is wrong."""

    seed: int
    report: str | None
    faults: Mapping[str, int]
    steps: int
    seconds: float


def judge(seed: int, mode: Mode = Mode.LIVES) -> Verdict:
    """Run the world of a seed and report its violation, if any."""
    options = expand(seed, mode)
    group, part = options.group, 1 + options.batch // 3
    small = patch.multiple(batch, ORDERS_IN_A_GROUP=group, RECORDS_IN_A_PART=part)
    # The orders of a world are short: none has a large checkpoint, and some have one.
    eager = patch.object(writing, "partial_update", partial(partial_update, large=0))
    in_line = patch.object(store, "Threads", lambda _: _in_line)
    with _undisturbed(), small, eager, in_line:
        outcome = World(options).run(inject_faults, end_faults)
    report = None if outcome.violation is None else _report(options, outcome)
    return Verdict(seed, report, dict(outcome.faults), outcome.steps, outcome.seconds)


async def _in_line(work: Callable[[], T]) -> T:
    """Do the work of a thread on the event loop."""
    return work()


def _report(options: Options, outcome: Outcome) -> str:
    violation = outcome.violation
    assert violation is not None
    about = f"{violation.order}: " if violation.order else ""
    return "\n".join(
        (
            f"VIOLATION  {about}{violation.what}",
            f"repeat it with  make sim MODE={options.mode} SEED={options.seed}",
            options.describe(),
            outcome.trace.of(violation.order),
        )
    )


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Suppress logging, and garbage collection that would run what a killed worker left behind."""
    disabled, collecting = logging.root.manager.disable, gc.isenabled()
    logging.disable(logging.CRITICAL)
    gc.disable()
    try:
        yield
    finally:
        logging.disable(disabled)
        if collecting:
            gc.enable()
