"""The decoding fuzzer: it runs inputs in child processes, so that a crash costs only one."""

import json
import multiprocessing
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from tests.fuzz.decoding.cases import Case
from tests.fuzz.decoding.inputs import make
from tests.fuzz.decoding.properties import violation
from tests.fuzz.fuzzer import Budget, Failure, Report, spans

AT_A_TIME = 500

_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Span:
    """The results of a child process for a span of inputs."""

    inputs: int
    counts: dict[str, Counter[str]]
    failures: list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Decoding:
    """Mutated events in every envelope. Failing inputs are saved in `folder`."""

    name: str = "decoding"
    hangs_after: float = 120
    """Seconds without progress until a child counts as hung: a way out, not a check of speed."""
    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()) / "fuzz-decoding")

    def run(self, budget: Budget, seed: int) -> Report:
        """Try inputs until the budget is spent."""
        report = Report()
        for numbers in spans(budget, AT_A_TIME):
            left = numbers
            while left:
                span, crash, left = _tried(seed, left, self.hangs_after)
                if span:
                    report.add(span.inputs, span.counts)
                    report.failures += [self._failure(seed, *each) for each in span.failures]
                if crash:
                    report.add(1, {"outcome": Counter(crashed=1)})
                    report.failures.append(self._failure(seed, *crash))
        return report

    def _failure(self, seed: int, number: int, reason: str) -> Failure:
        return Failure(number, reason, str(self._keep(seed, number)))

    def _keep(self, seed: int, number: int) -> Path:
        """Save a failing input: its raw value, and a JSON file with its headers and mutation."""
        name, about, case = make(seed, number)
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{seed}-{number}.value"
        file.write_bytes(case.value or b"")
        headers = [[each, None if held is None else held.hex()] for each, held in case.headers]
        description = {
            "mutation": name,
            "event": about,
            "headers": headers,
            "null": case.value is None,
        }
        file.with_suffix(".json").write_text(json.dumps(description))
        return file


def _tried(
    seed: int, numbers: range, hangs_after: float
) -> tuple[Span | None, tuple[int, str] | None, range]:
    """Try inputs in a child process.

    Return its results, the input that ended it and the reason, if any, and the inputs that are left
    to try.
    """
    current = _FORK.Value("q", numbers.start - 1)
    ours, theirs = _FORK.Pipe(duplex=False)
    child = _FORK.Process(target=_work, args=(seed, numbers, current, theirs))
    child.start()
    theirs.close()
    reason = _awaited(ours, current, hangs_after)
    span: Span | None = None
    if reason is None:
        try:
            span = ours.recv()
        except EOFError:
            child.join()
            reason = f"ends the process, exit code {child.exitcode}"
    if reason is not None:
        child.kill()
    child.join()
    if reason is None:
        return span, None, range(0)
    ended = current.value
    before = range(numbers.start, ended)
    if before:
        span, _, _ = _tried(seed, before, hangs_after)
    return span, (ended, reason), range(ended + 1, numbers.stop)


def _awaited(ours: Connection, current: "Synchronized[int]", hangs_after: float) -> str | None:
    """Wait until the child sends results or exits; return why it must be killed, if so."""
    seen = current.value
    while not ours.poll(hangs_after):
        if current.value == seen:
            return f"hangs for {hangs_after:g} seconds"
        seen = current.value
    return None


def _work(seed: int, numbers: range, current: "Synchronized[int]", results: Connection) -> None:
    counts = {name: Counter[str]() for name in ("outcome", "mutation", "envelope", "type")}
    failures: list[tuple[int, str]] = []
    for number, name, about, case in _inputs(seed, numbers):
        current.value = number
        outcome, reason = violation(case)
        counts["outcome"][outcome] += 1
        counts["mutation"][name] += 1
        envelope, _, kind = about.partition(" ")
        counts["envelope"][envelope] += 1
        counts["type"][kind] += 1
        if reason:
            failures.append((number, f"{name} of {about}: {reason}"))
    results.send(Span(len(numbers), counts, failures))
    results.close()


def _inputs(seed: int, numbers: range) -> Iterator[tuple[int, str, str, Case]]:
    for number in numbers:
        yield number, *make(seed, number)
