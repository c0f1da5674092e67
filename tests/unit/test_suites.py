"""No test is forgotten: each belongs to a suite that a make target runs."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_file_is_run_by_make_test_or_named_by_another_target() -> None:
    pytest_options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]
    suites = set(pytest_options["ini_options"]["testpaths"])
    suites |= set(re.findall(r"\btests/\w+", (ROOT / "Makefile").read_text()))

    files = [path.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py")]

    assert files
    assert {str(Path(*file.parts[:2])) for file in files} <= suites
