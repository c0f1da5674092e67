"""The history fuzzer: it checks histories by number, and shrinks and explains failing ones."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.fuzz.fuzzer import Budget, Failure, Report, spans
from tests.fuzz.history.actions import Plan
from tests.fuzz.history.branches import Branches
from tests.fuzz.history.checks import Violation, check_arrival, check_names, check_prefixes
from tests.fuzz.history.child import Child
from tests.fuzz.history.histories import plan_of
from tests.fuzz.history.parts import check_suffixes, check_voids
from tests.fuzz.history.sender import history
from tests.fuzz.history.shop import Sent
from tests.fuzz.history.shrinking import shrunk

AT_A_TIME: Final = 100
MOST_SHRUNK: Final = 5
ARRIVALS: Final = 3
"""Arrival orders tried for each history."""


@dataclass(frozen=True, slots=True)
class Histories:
    """Random histories of a sender that keeps its own books, checked against the fold."""

    name: str = "history"

    def run(self, budget: Budget, seed: int) -> Report:
        """Check histories in a child process until the budget is spent."""
        report, branches, child = Report(), Branches(), Child(span)
        for numbers in spans(budget, AT_A_TIME):
            for part, reached in child.checked(numbers, seed, len(report.failures)):
                report.add(part.inputs, part.counts)
                report.failures += part.failures
                branches = branches.joined(reached)
        child.end()
        report.counts["branches"] = branches.counts()
        return report


def span(numbers: range, seed: int, failed: int) -> tuple[Report, Branches]:
    """Check the histories of those numbers; runs in a child process."""
    with Branches.watched() as branches:
        report = Report(inputs=len(numbers))
        features = Counter[str]()
        events = 0
        for number in numbers:
            plan = plan_of(seed, number)
            sent = history(plan)
            events += len(sent)
            features.update(feature for each in sent for feature in each.features)
            if violation(plan, number) is not None:
                explanation = explained(
                    plan, number, shrinks=failed + len(report.failures) < MOST_SHRUNK
                )
                report.failures.append(Failure(number, explanation))
    counts = Counter({"events": events, "arrivals": len(numbers) * ARRIVALS})
    report.counts = {"checked": counts, "feature": features}
    return report, branches


def violation(plan: Plan, number: int) -> str | None:
    """Return what is wrong with the fold of a plan's history; None if nothing is."""
    try:
        check(history(plan), Random(number))
    except Violation as violated:
        return str(violated)
    return None


def check(history: Sequence[Sent], random: Random) -> None:
    """Check every prefix and suffix, several arrival orders, other names, and a void of an event.

    Raise `Violation` if one of them is wrong.
    """
    worker = check_prefixes(history)
    if len(history) < 2:
        return
    for _ in range(ARRIVALS):
        check_arrival([sent.event for sent in history], worker, random)
    check_suffixes(history, random, worker.text)
    check_voids(history, random)
    check_names(history, worker, random)


def explained(plan: Plan, number: int, *, shrinks: bool = True) -> str:
    """Return what is wrong, with the events of the smallest history that shows it."""
    if shrinks:
        plan = shrunk(plan, lambda each: violation(each, number) is not None)
    lines = [json.dumps(sent.event) for sent in history(plan)]
    return "\n".join([str(violation(plan, number)), *lines])
