"""What every fuzzer is: a name, and a run that is repeated by its seed."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Inputs:
    """A budget of so many inputs, beginning with the number `first`."""

    count: int
    first: int = 0


@dataclass(frozen=True, slots=True)
class Until:
    """A budget that ends at a moment of the monotonic clock, in seconds."""

    moment: float


Budget = Inputs | Until


def spans(budget: Budget, size: int) -> Iterator[range]:
    """The numbers of the inputs in spans of at most `size`, until the budget is spent."""
    match budget:
        case Inputs(count=count, first=first):
            for start in range(first, first + count, size):
                yield range(start, min(start + size, first + count))
        case Until(moment=moment):
            start = 0
            while time.monotonic() < moment:
                yield range(start, start + size)
                start += size


@dataclass(frozen=True, slots=True)
class Failure:
    """One input that violates what must hold; ``number`` and the seed make it again."""

    number: int
    reason: str
    kept: str = ""
    """The file that holds the input."""


@dataclass(slots=True)
class Report:
    """What a run has seen: counts by heading, and every failure."""

    inputs: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def add(self, inputs: int, counts: Mapping[str, Counter[str]]) -> None:
        """Add what a part of the run has counted."""
        self.inputs += inputs
        for heading, counted in counts.items():
            self.counts.setdefault(heading, Counter()).update(counted)


class Fuzzer(Protocol):
    """One fuzzer. The same seed makes the same inputs, whatever the budget."""

    @property
    def name(self) -> str:
        """What it is called on the command line."""

    def run(self, budget: Budget, seed: int) -> Report:
        """Try inputs until the budget is spent."""
