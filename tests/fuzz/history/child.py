"""A child process that checks histories, so that a crash costs one history and not the run."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.fuzz.fuzzer import Failure, Report
from tests.fuzz.history.branches import Branches

Part = tuple[Report, Branches]
"""The report of some histories, and the branches that they reached."""

Check = Callable[[range, int, int], Part]
"""Checks the histories of those numbers and that seed, after so many failures before."""


def _process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


@dataclass(slots=True)
class Child:
    """Runs `check` in a child process; a new one takes the place of one that crashed."""

    check: Check
    _running: ProcessPoolExecutor = field(default_factory=_process)

    def checked(self, numbers: range, seed: int, failed: int) -> Iterator[Part]:
        """Yield the parts of a span; a history that ends the process is a failure of its own."""
        try:
            yield self._running.submit(self.check, numbers, seed, failed).result()
        except BrokenProcessPool:
            self._running = _process()
            middle = len(numbers) // 2
            if middle:
                yield from self.checked(numbers[:middle], seed, failed)
                yield from self.checked(numbers[middle:], seed, failed)
            else:
                yield _crashed(numbers.start), Branches()

    def end(self) -> None:
        """End the process once it has nothing left to check."""
        self._running.shutdown()


def _crashed(number: int) -> Report:
    counts = {"checked": Counter(crashed=1)}
    return Report(1, counts, [Failure(number, "ends the process that checks it")])
