"""Run every fuzzer for some minutes, or repeat one input."""

import argparse
import sys
import time

from tests.fuzz.decoding.fuzzer import Decoding
from tests.fuzz.fuzzer import Budget, Fuzzer, Inputs, Report, Until
from tests.fuzz.history.fuzzer import Histories

FUZZERS: tuple[Fuzzer, ...] = (Decoding(), Histories())
MOST_FAILURES = 10


def main() -> int:
    """Run the fuzzers; return 1 if a property is violated, else 0."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="of each fuzzer")
    parser.add_argument("--inputs", type=int, help="how many, instead of minutes")
    parser.add_argument("--first", type=int, default=0, help="the number of the first of them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=[fuzzer.name for fuzzer in FUZZERS])
    chosen = parser.parse_args()
    failures = 0
    for fuzzer in FUZZERS:
        if chosen.only in (None, fuzzer.name):
            budget: Budget = Until(time.monotonic() + 60 * chosen.minutes)
            if chosen.inputs is not None:
                budget = Inputs(chosen.inputs, chosen.first)
            report = fuzzer.run(budget, chosen.seed)
            print(*lines(fuzzer.name, chosen.seed, report), sep="\n")  # noqa: T201
            failures += len(report.failures)
    return 1 if failures else 0


def lines(name: str, seed: int, report: Report) -> list[str]:
    """Return the printed summary of a run."""
    printed = [f"{name}: {report.inputs:,} inputs of seed {seed}, {len(report.failures)} failures"]
    for heading, counts in report.counts.items():
        printed.append(f"  by {heading}:")
        printed += [f"{count:11,}  {what}" for what, count in sorted(counts.items())]
    for failure in report.failures[:MOST_FAILURES]:
        printed.append(f"  input {failure.number}: {failure.reason}")
        if failure.kept:
            printed.append(f"    kept as {failure.kept}")
        printed.append(
            f"    repeat: python -m tests.fuzz --only {name} --seed {seed}"
            f" --first {failure.number} --inputs 1"
        )
    return printed


if __name__ == "__main__":
    sys.exit(main())
