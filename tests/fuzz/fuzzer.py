"""What every fuzzer provides: a name, and a run that its seed reproduces."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Inputs:
    """A budget of `count` inputs, starting with the number `first`."""

    count: int
    first: int = 0


@dataclass(frozen=True, slots=True)
class Until:
    """A budget that ends at `moment`, in seconds of the monotonic clock."""

    moment: float


Budget = Inputs | Until


def spans(budget: Budget, size: int) -> Iterator[range]:
    """Yield spans of at most `size` input numbers until the budget is spent."""
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
    """An input that violates a property; ``number`` and the seed reproduce it."""

    number: int
    reason: str
    kept: str = ""
    """The file that holds the input."""


@dataclass(slots=True)
class Report:
    """The result of a run: counts by heading, and every failure."""

    inputs: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def add(self, inputs: int, counts: Mapping[str, Counter[str]]) -> None:
        """Add the counts of a part of the run."""
        self.inputs += inputs
        for heading, counted in counts.items():
            self.counts.setdefault(heading, Counter()).update(counted)


class Fuzzer(Protocol):
    """A fuzzer. The same seed produces the same inputs, whatever the budget."""

    @property
    def name(self) -> str:
        """The fuzzer's name on the command line."""

    def run(self, budget: Budget, seed: int) -> Report:
        """Try inputs until the budget is spent."""
