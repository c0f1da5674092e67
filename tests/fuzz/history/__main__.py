"""Run only the history fuzzer."""

import argparse
import sys
import time

from tests.fuzz.fuzzer import Budget, Inputs, Until
from tests.fuzz.history.fuzzer import Histories


def main() -> int:
    """Run the fuzzer; return 1 if a property is violated, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--histories", type=int, help="how many, instead of minutes")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    budget: Budget = Until(time.monotonic() + 60 * chosen.minutes)
    if chosen.histories is not None:
        budget = Inputs(chosen.histories, chosen.first)
    report = Histories().run(budget, chosen.seed)
    print(f"{report.inputs:,} histories of seed {chosen.seed}")  # noqa: T201
    for heading, counts in report.counts.items():
        print(f"by {heading}:")  # noqa: T201
        for what, count in sorted(counts.items()):
            print(f"{count:9,}  {what}")  # noqa: T201
    for failure in report.failures:
        print(f"history {failure.number}: {failure.reason}")  # noqa: T201
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
