"""Run the simulator on many seeds, or repeat one."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from multiprocessing import Pool

from tests.simulation.options import Mode
from tests.simulation.run import Verdict, judge

PROCESSES = 2
AT_A_TIME = 20
MOST_REPORTS = 3


def main() -> int:
    """Run the seeds; return 1 if anything is violated, else 0."""
    parser = argparse.ArgumentParser(prog="make sim", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many, beginning with --first")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--mode", type=Mode, choices=list(Mode), default=Mode.LIVES)
    chosen = parser.parse_args()
    if chosen.seed is not None:
        seeds = range(chosen.seed, chosen.seed + 1)
    else:
        seeds = range(chosen.first, chosen.first + chosen.seeds)
    return _run(seeds, chosen.mode)


def _run(seeds: range, mode: Mode) -> int:
    began = time.perf_counter()
    faults, broken = Counter[str](), list[Verdict]()
    simulated, steps = 0.0, 0
    for done, verdict in enumerate(_verdicts(seeds, mode), start=1):
        faults.update(verdict.faults)
        simulated, steps = simulated + verdict.seconds, steps + verdict.steps
        if verdict.report is not None:
            broken.append(verdict)
        if done % 100 == 0 and sys.stderr.isatty():
            _progress(done, len(seeds), len(broken), time.perf_counter() - began)
    took = time.perf_counter() - began
    for verdict in sorted(broken, key=lambda each: each.seed)[:MOST_REPORTS]:
        print(f"{verdict.report}\n")  # noqa: T201
    print(_summary(len(seeds), took, simulated, steps, faults))  # noqa: T201
    print(f"violations: {len(broken)}", *sorted(each.seed for each in broken))  # noqa: T201
    return 1 if broken else 0


def _verdicts(seeds: range, mode: Mode) -> Iterator[Verdict]:
    if len(seeds) == 1:
        yield judge(seeds[0], mode)
        return
    with Pool(PROCESSES) as pool:
        yield from pool.imap_unordered(partial(judge, mode=mode), seeds, chunksize=AT_A_TIME)


def _progress(done: int, of: int, broken: int, took: float) -> None:
    rate = done / took
    print(f"\r{done}/{of} seeds, {rate:.0f}/s, {broken} violations", end="\r", file=sys.stderr)  # noqa: T201


def _summary(seeds: int, took: float, simulated: float, steps: int, faults: Counter[str]) -> str:
    lines = [f"  {count:9,}  {kind}" for kind, count in sorted(faults.items())]
    rate = f"{seeds / took:.0f} seeds/s in {took:.1f} s"
    head = f"{seeds:,} seeds, {rate}; {steps:,} steps, {simulated / 3600:.1f} h of simulated time"
    return "\n".join((head, f"{sum(faults.values()):,} faults:", *lines))


if __name__ == "__main__":
    sys.exit(main())
