"""The documentation is run: its snippets do what it says, and its tables list what there is."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from typer.testing import CliRunner

from order_projector import __version__
from order_projector.cli import app
from order_projector.settings import Settings, describe
from order_projector.telemetry.collectors import BreakerCollector
from order_projector.telemetry.metrics import Metrics
from order_projector.telemetry.worker_state import WorkerState

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *(ROOT / "README.md", ROOT / "CHANGELOG.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").glob("*/*.md"),
    ]
)
COMPOSE_OPTIONS = {
    *("up", "-d", "--scale", "--profile"),
    *("run", "--rm", "--no-deps"),
    *("down", "--volumes"),
}
FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def snippets(page: Path) -> Iterator[tuple[str, str]]:
    for found in FENCE.finditer(page.read_text()):
        yield found["kind"], found["body"]


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


def test_the_readme_projects_its_own_example_to_the_order_it_shows(tmp_path: Path) -> None:
    blocks = dict(snippets(ROOT / "README.md"))
    events = tmp_path / "events.jsonl"
    events.write_text(blocks["json file=events.jsonl"])
    result = CliRunner().invoke(app, ["project", str(events)])
    assert (result.exit_code, result.stdout) == (0, blocks["json output"])


def test_the_readme_explains_its_own_example(tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text(dict(snippets(ROOT / "README.md"))["json file=events.jsonl"])
    result = CliRunner().invoke(app, ["explain", "ord_1", "--from", str(events)])
    assert result.exit_code == 0


@pytest.mark.parametrize(("page", "line"), list(commands()))
def test_every_command_in_the_documentation_exists(page: str, line: str) -> None:
    """Those that need servers are run by `tests/integration`, `make demo` by its own test."""
    match line.removeprefix("ORDERS_TEST_MONGODB=mongodb://localhost:27017 ").split():
        case ["make", target, *_]:
            assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
        case ["export", assignment]:
            assert assignment.partition("=")[0] in {row.variable for row in describe(Settings())}
        case ["order-projector", command, *_]:
            assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0
        case ["docker", "compose", *words]:
            assert {word.partition("=")[0] for word in words} <= COMPOSE_OPTIONS | compose_names()
        case ["docker", "run", *words]:
            assert f"order-projector:{__version__}" in words
        case ["faststream", "run", "order_projector.worker:app"]:
            pass
        case ["customer-spend" | "bank-payments" as command, *_]:
            assert command in example_scripts()
        case ["python3", "-m", "venv", ".venv"] | [".venv/bin/pip" | ".venv/bin/pytest", *_]:
            pass  # how an example's tests are run from nothing; `make examples` runs the tests
        case ["pip", "install", extra]:
            name, _, extras = extra.strip("'").partition("[")
            assert name == "order-projector"
            assert extras.rstrip("]") in metadata.metadata(name).get_all("Provides-Extra", [])
        case _:
            pytest.fail(f"{page}: no test knows how to run {line!r}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_on_a_page_does_what_it_asserts(page: Path) -> None:
    """The blocks of a page are one program; those with a file name are run by pytest elsewhere."""
    program = "\n".join(body for kind, body in snippets(page) if kind == "python")
    exec(compile(program, page.name, "exec"), {})  # noqa: S102 - the program is our own


def test_the_operations_page_lists_every_setting_with_its_default_and_meaning() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    for row in describe(Settings()):
        default = f"`{row.default}`" if row.default else ""
        assert f"| `{row.variable}` | {default} | {row.description} |" in page


def test_the_operations_page_lists_every_metric() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    registry = CollectorRegistry()
    worker_state = WorkerState()
    Metrics(registry, worker_state)
    registry.register(BreakerCollector(worker_state))
    for metric in registry.collect():
        assert f"| `{metric.name}` | {metric.type} | {metric.documentation} |" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_the_pages_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


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
