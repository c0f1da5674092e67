"""`python -m tests.support.summary FOLDER [NOT TESTED ...]`: what was tested, on what, how long.

The folder holds pytest's reports, each named ``SUITE.BACKEND.xml``.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

_COLUMNS = ("suite", "backend", "tests", "failed", "skipped", "seconds")


@dataclass(frozen=True, slots=True)
class Row:
    """The result of one run of pytest."""

    suite: str
    backend: str
    tests: int
    failed: int
    skipped: int
    seconds: float

    def cells(self) -> tuple[str, ...]:
        """Return the cells of the row in the table."""
        counts = (f"{count:,}" for count in (self.tests, self.failed, self.skipped))
        return (self.suite, self.backend, *counts, f"{self.seconds:,.0f}")


def rows(folder: Path) -> Iterator[Row]:
    """Yield the reports in a folder, oldest first."""
    for report in sorted(folder.glob("*.xml"), key=lambda path: path.stat().st_mtime_ns):
        suite, backend = report.stem.split(".", 1)
        testsuite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 - written by pytest
        if testsuite is None:
            raise ValueError(f"{report}: is no report of pytest's")
        yield Row(
            suite.replace("-", " "),
            backend.replace("-", " "),
            tests=int(testsuite.attrib["tests"]),
            failed=int(testsuite.attrib["failures"]) + int(testsuite.attrib["errors"]),
            skipped=int(testsuite.attrib["skipped"]),
            seconds=float(testsuite.attrib["time"]),
        )


def table(found: Sequence[Row], untested: Sequence[str]) -> Iterator[str]:
    """Yield the lines of the summary."""
    lines = [_COLUMNS, *(row.cells() for row in found), _total(found).cells()]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        texts = (cell.ljust(width) for cell, width in zip(line[:2], widths[:2], strict=True))
        numbers = (cell.rjust(width) for cell, width in zip(line[2:], widths[2:], strict=True))
        yield "  ".join((*texts, *numbers))
    for what in untested:
        yield f"NOT TESTED: {what}"


def _total(found: Sequence[Row]) -> Row:
    return Row(
        "all",
        "",
        tests=sum(row.tests for row in found),
        failed=sum(row.failed for row in found),
        skipped=sum(row.skipped for row in found),
        seconds=sum(row.seconds for row in found),
    )


if __name__ == "__main__":
    folder, *untested = sys.argv[1:]
    print(*table(list(rows(Path(folder))), untested), sep="\n")  # noqa: T201 - it is a command
