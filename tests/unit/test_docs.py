"""The documentation is checked: its snippets run, and its tables and links are complete."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from order_projector.api.metrics import ApiMetrics
from order_projector.domain.status_reasons import Why
from order_projector.projection.worker_state import WorkerState
from order_projector.settings import Settings, describe
from order_projector.telemetry.collectors import BreakerCollector
from order_projector.telemetry.metrics import Metrics
from tests.support.pages import FENCE, PAGES, ROOT, snippets

ADR = re.compile(r"# \d{4} [^\n]+\n\n- Status: [^\n]+\.\n- Date: \d{4}-\d{2}-\d{2}\.\n\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_on_a_page_does_what_it_asserts(page: Path) -> None:
    """The blocks of a page form one program; pytest runs those with a file name elsewhere."""
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
    ApiMetrics(registry)
    registry.register(BreakerCollector(worker_state.stopped_partitions))
    for metric in registry.collect():
        assert f"| `{metric.name}` | {metric.type} | {metric.documentation} |" in page


def test_the_page_of_explain_lists_every_reason_of_a_status_and_no_other() -> None:
    page = (ROOT / "docs" / "reference" / "explain.md").read_text()
    listed = re.findall(r"^\| `([a-z_]+)` \|", page.partition("`why` is one of")[2], re.MULTILINE)
    assert listed == [why.value for why in Why]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_the_pages_leads_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\((?!https?://)([^)#]*)#?([^)]*)\)", page.read_text()):
        there = page.parent / target if target else page
        assert there.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(there), f"{page.name}: {target}#{anchor}"


def anchors(page: Path) -> set[str]:
    """Return the generated anchors of a page's headings."""
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


def test_every_test_that_a_promise_names_exists() -> None:
    """The page of the guarantees names tests by node id, so a rename must change the page too."""
    named = re.findall(r"`(tests/[^`]+)`", (ROOT / "docs" / "guarantees.md").read_text())
    files = {target for target in named if "::" not in target}
    assert all((ROOT / target).exists() for target in files), files
    missing = [target for target in set(named) - files if not is_test(*target.split("::"))]
    assert missing == []


def is_test(file: str, name: str) -> bool:
    """Return whether pytest collects a function of that name from a file."""
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    return (
        Path(file).name.startswith("test_")
        and name.startswith("test_")
        and name in {it.name for it in syntax_of(file).body if isinstance(it, functions)}
    )


@cache
def syntax_of(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text())
