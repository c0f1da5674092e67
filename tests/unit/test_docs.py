"""The documentation is run: its snippets do what it says, and its tables list what there is."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from order_projector import __version__
from order_projector.cli import app
from order_projector.projection.worker_state import WorkerState
from order_projector.settings import Settings, describe
from order_projector.telemetry.collectors import BreakerCollector
from order_projector.telemetry.metrics import Metrics

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").glob("*/*.md"),
    ]
)
COMPOSE_OPTIONS = {
    *("up", "-d", "--scale", "--profile"),
    *("run", "--rm", "--no-deps"),
    *("down", "--volumes"),
}
KNOWN = {
    "cat events.jsonl events.jsonl | sort -r | order-projector project",  # its output is compared
    "export PATH=$PWD/.venv/bin:$PATH",
    "faststream run order_projector.worker:app",
    "order-projector --version",
}
"""Lines without a rule of their own."""
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<kind>[^\n]*)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL
)
FILE = re.compile(r"\w+ (?:file=|title=\")(?P<name>[\w.]+\.[a-z]+)\"?")
OUTPUT = re.compile(r"\w+ (?:output|title=\"output\")")
ADR = re.compile(r"# \d{4} [^\n]+\n\n- Status: [^\n]+\.\n- Date: \d{4}-\d{2}-\d{2}\.\n\n")


def snippets(page: Path) -> Iterator[tuple[str, str]]:
    for found in FENCE.finditer(page.read_text()):
        yield found["kind"], re.sub(f"^{found['indent']}", "", found["body"], flags=re.MULTILINE)


def compose_names() -> set[str]:
    """The services of the compose file, and its profiles."""
    text = (ROOT / "docker-compose.yml").read_text()
    profiles = re.findall(r"^    profiles: \[([a-z]+)\]", text, re.MULTILINE)
    return {*re.findall(r"^  ([a-z-]+):", text, re.MULTILINE), *profiles}


def commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for kind, body in snippets(page):
            if kind == "sh":
                for line in body.splitlines():
                    yield page.name, line


def example_scripts() -> set[str]:
    projects = [tomllib.loads(it.read_text()) for it in ROOT.glob("examples/*/pyproject.toml")]
    return {name for each in projects for name in each["project"]["scripts"]}


def shown_outputs() -> Iterator[tuple[Path, str, str]]:
    """Each command that a page shows the output of, with that output."""
    for page in PAGES:
        for (kind, command), (following, output) in pairwise(snippets(page)):
            if kind == "sh" and OUTPUT.fullmatch(following):
                yield page, command, output


@pytest.mark.parametrize(("page", "command", "output"), list(shown_outputs()))
def test_a_command_prints_the_output_that_its_page_shows(
    page: Path, command: str, output: str, tmp_path: Path
) -> None:
    """On the files that the page shows; `...` in an output stands for lines left out."""
    for kind, body in snippets(page):
        if found := FILE.fullmatch(kind):
            (tmp_path / found["name"]).write_text(body)
    ended = subprocess.run(
        ["/bin/sh", "-euc", command],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    excerpts = output.split("...\n")
    if len(excerpts) == 1 and output.startswith("{"):
        assert ended.stdout == output
    for excerpt in excerpts:
        assert excerpt in ended.stdout


def test_the_readme_and_the_tutorial_show_outputs() -> None:
    assert {page.name for page, _, _ in shown_outputs()} == {"README.md", "first-orders.md"}


def installable(words: list[str]) -> bool:
    """Whether pip's arguments name what there is: our wheel, our extras, or a file of pins."""
    match words:
        case ["--require-hashes", "-r", requirements]:
            return (ROOT / requirements).exists()
        case [*_, wheel] if wheel.startswith("dist/"):
            return wheel == f"dist/order_projector-{__version__}-py3-none-any.whl"
        case [extra]:
            name, _, extras = extra.strip("'").partition("[")
            provided = metadata.metadata(name).get_all("Provides-Extra", [])
            return name == "order-projector" and extras.rstrip("]") in provided
        case _:
            return False


@pytest.mark.parametrize(("page", "line"), list(commands()))
def test_every_command_in_the_documentation_exists(page: str, line: str) -> None:
    """Those that need servers are run by `tests/integration`, `make demo` by its own test."""
    if line in KNOWN:
        return
    match line.removeprefix("ORDERS_TEST_MONGODB=mongodb://localhost:27017 ").split():
        case ["make", target, *_]:
            assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
        case ["export", assignment]:
            assert assignment.partition("=")[0] in {row.variable for row in describe(Settings())}
        case ["pip", "install", *words]:
            assert installable(words)
        case ["order-projector", command, *_]:
            assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0
        case ["docker", "compose", *words]:
            assert {word.partition("=")[0] for word in words} <= COMPOSE_OPTIONS | compose_names()
        case ["docker", "run", *words]:
            assert f"order-projector:{__version__}" in words
        case ["customer-spend" | "bank-payments" as command, *_]:
            assert command in example_scripts()
        case ["python3", "-m", "venv", ".venv"] | [".venv/bin/pip" | ".venv/bin/pytest", *_]:
            pass  # how an example's tests are run from nothing; `make examples` runs the tests
        case _:
            pytest.fail(f"{page}: no test knows how to run {line!r}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_on_a_page_does_what_it_asserts(page: Path) -> None:
    """The blocks of a page are one program; those with a file name are run by pytest elsewhere."""
    program = "\n".join(body for kind, body in snippets(page) if kind == "python")
    exec(compile(program, page.name, "exec"), {})  # noqa: S102 - the program is our own


def test_the_page_of_settings_lists_every_one_with_its_default_and_meaning() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    for row in describe(Settings()):
        default = f"`{row.default}`" if row.default else ""
        assert f"| `{row.variable}` | {default} | {row.description} |" in page


def test_the_page_of_metrics_lists_every_one() -> None:
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text()
    registry = CollectorRegistry()
    worker_state = WorkerState()
    Metrics(registry, worker_state)
    registry.register(BreakerCollector(worker_state.stopped_partitions))
    for metric in registry.collect():
        assert f"| `{metric.name}` | {metric.type} | {metric.documentation} |" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_the_pages_leads_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?://)([^)#]*)#?([^)]*)\)", page.read_text()):
        there = page.parent / target if target else page
        assert there.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(there), f"{page.name}: {target}#{anchor}"


def anchors(page: Path) -> set[str]:
    """Those of a page's headings, as they are generated for it."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}


def test_every_page_is_in_the_index_of_the_documentation() -> None:
    docs = ROOT / "docs"
    linked = re.findall(r"\]\(([^)#]+\.md)", (docs / "index.md").read_text())
    pages = {str(page.relative_to(docs)) for page in docs.rglob("*.md")}
    assert {page for page in pages if not page.startswith("decisions/0")} == {*linked, "index.md"}


def test_every_decision_has_a_status_and_a_date_and_every_number_a_line() -> None:
    decisions = ROOT / "docs" / "decisions"
    files = sorted(decisions.glob("0*.md"))
    assert [file.name for file in files if not ADR.match(file.read_text())] == []
    index = (decisions / "README.md").read_text()
    listed = re.findall(r"^\| \[?(\d{4})", index, re.MULTILINE)
    assert [int(number) for number in listed] == list(range(1, len(listed) + 1))
    assert [file.name for file in files if f"]({file.name})" not in index] == []
    assert files[-1].name.startswith(listed[-1])


def test_every_suite_and_make_target_of_the_page_of_suites_exists() -> None:
    page = (ROOT / "docs" / "reference" / "suites.md").read_text()
    suites = {path.parent.relative_to(ROOT) for path in ROOT.glob("tests/*/test_*.py")}
    assert {Path(name) for name in re.findall(r"^\| `(tests/\w+)`", page, re.MULTILINE)} == suites
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make ([\w-]+)", page):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_test_that_a_promise_names_is_collected() -> None:
    """By node id, on the page of the guarantees: a renamed test takes its promise along."""
    named = re.findall(r"`(tests/[^`]+)`", (ROOT / "docs" / "guarantees.md").read_text())
    files = {target for target in named if "::" not in target}
    assert all((ROOT / target).exists() for target in files), files
    tests = sorted(set(named) - files)
    collecting = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert collecting.returncode == 0, collecting.stdout + collecting.stderr
    collected = {line.partition("[")[0] for line in collecting.stdout.splitlines()}
    assert collected >= set(tests)
