"""Which branches of the fold the histories reach."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import coverage

import order_projector.domain
from tests.fuzz.history.excluded import EXCLUDED

_DOMAIN: Final = Path(order_projector.domain.__path__[0])
WATCHED: Final = (
    "discounts/*.py",
    "bounds.py",
    "carried.py",
    "cart.py",
    "contribution.py",
    "counting.py",
    "in_force.py",
    "index.py",
    "learning.py",
    "listed.py",
    "memo.py",
    "payments.py",
    "quantities.py",
    "redeeming.py",
    "rolling_back.py",
    "status.py",
    "steps.py",
    "tables.py",
    "timeline.py",
    "voids.py",
)

Arc = tuple[int, int]


@dataclass(slots=True)
class Branches:
    """By module: the number of branches, and those that were never taken."""

    all: dict[str, int] = field(default_factory=dict)
    missed: dict[str, frozenset[Arc]] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def watched(cls) -> Iterator["Branches"]:
        """Record the branches taken inside the context; the result is complete at its end."""
        reached = cls()
        only = [f"{_DOMAIN}/*"]
        watch = coverage.Coverage(None, branch=True, include=only, config_file=False)
        watch.start()
        try:
            yield reached
        finally:
            watch.stop()
            reached._read(watch)

    def _read(self, watch: coverage.Coverage) -> None:
        with TemporaryDirectory() as folder:
            report = Path(folder, "branches.json")
            watch.json_report(outfile=str(report), ignore_errors=True)
            files = json.loads(report.read_text())["files"]
        by_path = {Path(path).resolve(): coverage for path, coverage in files.items()}
        for pattern in WATCHED:
            for path in sorted(_DOMAIN.glob(pattern)):
                coverage = by_path.get(path.resolve())
                if coverage is not None:
                    name = str(path.relative_to(_DOMAIN))
                    self.all[name] = coverage["summary"]["num_branches"]
                    self.missed[name] = frozenset(map(tuple, coverage["missing_branches"]))

    def joined(self, other: "Branches") -> "Branches":
        """Merge two results: a branch is missed only if both have missed it."""
        if not self.all:
            return other
        return Branches(
            self.all, {name: arcs & other.missed[name] for name, arcs in self.missed.items()}
        )

    def counts(self) -> Counter[str]:
        """Count the branches reached and those missed, with the reason for each excluded one."""
        counts = Counter[str]()
        for name, count in self.all.items():
            counts[f"{name}: reached of {count}"] = count - len(self.missed[name])
            source = Path(_DOMAIN, name).read_text().splitlines()
            for start, end in sorted(self.missed[name]):
                reason = EXCLUDED.get((name, source[start - 1].strip()))
                if reason is None:
                    counts[f"{name}: never taken: {start} -> {end}"] += 1
                else:
                    counts[f"{name}: need not be: {reason}"] += 1
        return counts
