"""The commands in the documentation: those that need no servers are run, the others exist."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from order_projector import __version__
from order_projector.cli import app
from order_projector.settings import Settings, describe
from tests.support.commands import invoke
from tests.support.pages import PAGES, ROOT, snippets

COMPOSE_OPTIONS = {
    *("up", "-d", "--scale", "--profile"),
    *("run", "--rm", "--no-deps"),
    *("down", "--volumes"),
}
WITHOUT_SERVERS = {"--version", "asyncapi", "explain", "project", "schema", "settings"}
"""Commands of `order-projector` that need no broker; `explain` reads files with `--from`."""

NOT_RUN = {
    "order-projector": "needs a broker or a database; tests/integration runs these commands",
    "customer-spend": "needs a broker; the tests of the example run it",
    "bank-payments": "needs a broker; the tests of the example run it",
    "shop-till": "needs a running API; the tests of the example run it",
    "make": "builds something or runs a whole suite; a dry run shows that the target exists",
    "curl": "needs a running API; tests/containers asks the same of it",
    "docker": "needs a container engine; tests/containers runs the image and the compose file",
    "pip": "needs a package index; tests/release installs the wheel",
    "python3": "the first step of an example's tests, which `make examples` runs",
    ".venv/bin/pip": "the second step of an example's tests, which `make examples` runs",
    "kubectl": "needs a cluster; tests/manifests renders and checks what it applies",
    ".venv/bin/pytest": "the last step of an example's tests, which `make examples` runs",
}
"""Why a command is not run, by its first word; all others are run."""

FILE = re.compile(r"\w+ (?:file=|title=\")(?P<name>[\w.]+\.[a-z]+)\"?")
SHELL = frozenset("|&;<>$`\n")
"""Characters that a shell interprets."""
OUTPUT = re.compile(r"\w+ (?:output|title=\"output\")")


def compose_names() -> set[str]:
    """Return the services and the profiles of the compose file."""
    text = (ROOT / "docker-compose.yml").read_text()
    profiles = re.findall(r"^    profiles: \[([a-z]+)\]", text, re.MULTILINE)
    return {*re.findall(r"^  ([a-z-]+):", text, re.MULTILINE), *profiles}


def compose_variables() -> dict[str, str]:
    """Return the variables of the compose file with their defaults."""
    return dict(re.findall(r"\$\{(\w+):-([^}]*)\}", (ROOT / "docker-compose.yml").read_text()))


def commands() -> Iterator[tuple[Path, str]]:
    """Yield each line of each `sh` block with its page."""
    for page in PAGES:
        for kind, body in snippets(page):
            if kind == "sh":
                for line in body.splitlines():
                    yield page, line


def example_scripts() -> set[str]:
    projects = [tomllib.loads(it.read_text()) for it in ROOT.glob("examples/*/pyproject.toml")]
    return {name for each in projects for name in each["project"]["scripts"]}


def shown_outputs() -> Iterator[tuple[Path, str, str]]:
    """Yield each command whose output a page shows, with its page and that output."""
    for page in PAGES:
        for (kind, command), (following, output) in pairwise(snippets(page)):
            if kind == "sh" and OUTPUT.fullmatch(following):
                yield page, command, output


def run_alone() -> set[tuple[Path, str]]:
    """Return the commands that are run for their success alone: no page shows what they print."""
    shown = {(page, command.strip()) for page, command, _ in shown_outputs()}
    return {(page, line) for page, line in commands() if is_run(line)} - shown


def program(line: str) -> str:
    """Return the first word of a command that is not an assignment."""
    return next(word for word in line.split() if not re.match(r"[A-Z_]+=", word))


def is_run(line: str) -> bool:
    """Return whether a test runs a line of a page."""
    words = line.split()
    if words[0] == "order-projector" and words[1] in WITHOUT_SERVERS:
        return words[1] != "explain" or "--from" in words
    return program(line) not in NOT_RUN


def run(page: Path, command: str, folder: Path) -> str:
    """Run a command on the files that its page shows, and return what it prints.

    A command of ours runs in this process unless it needs a shell.
    """
    for kind, body in snippets(page):
        if found := FILE.fullmatch(kind):
            (folder / found["name"]).write_text(body)
    words = shlex.split(command)
    if words[0] == "order-projector" and not SHELL.intersection(command.strip()):
        result = invoke(words[1:], folder)
        assert result.exit_code == 0, result.stderr
        return result.stdout
    ended = subprocess.run(
        ["/bin/sh", "-euc", command],
        cwd=folder,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.mark.parametrize(("page", "line"), sorted(run_alone()))
def test_a_command_that_needs_no_servers_succeeds(page: Path, line: str, tmp_path: Path) -> None:
    run(page, line, tmp_path)


@pytest.mark.parametrize("name", NOT_RUN)
def test_a_reason_not_to_run_a_command_is_needed_by_a_page(name: str) -> None:
    assert name in {program(line) for _, line in commands() if not is_run(line)}


@pytest.mark.parametrize(("page", "command", "output"), list(shown_outputs()))
def test_a_command_prints_the_output_that_its_page_shows(
    page: Path, command: str, output: str, tmp_path: Path
) -> None:
    """It runs on the files that the page shows; `...` in an output stands for omitted lines."""
    printed = run(page, command, tmp_path)
    excerpts = output.split("...\n")
    if len(excerpts) == 1 and output.startswith("{"):
        assert printed == output
    for excerpt in excerpts:
        assert excerpt in printed


def test_the_readme_shows_what_project_reports(tmp_path: Path) -> None:
    readme = ROOT / "README.md"
    (report,) = (body for kind, body in snippets(readme) if kind == "text stderr")
    assert run(readme, "order-projector project events.jsonl 2>&1 >orders.json", tmp_path) == report


def test_the_readme_and_the_tutorial_show_outputs() -> None:
    assert {page.name for page, _, _ in shown_outputs()} == {"README.md", "first-orders.md"}


def installable(words: list[str]) -> bool:
    """Return whether pip's arguments name our wheel, one of our extras, or a file of pins."""
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


def is_of_the_manifests(words: list[str]) -> bool:
    """Return whether kubectl's arguments name what is in `deploy/kubernetes`."""
    base = ROOT / "deploy" / "kubernetes" / "base"
    match words:
        case ["apply", "--kustomize" | "--filename", path]:
            return (ROOT / path).is_file() or (ROOT / path / "kustomization.yaml").exists()
        case ["delete", "job", name, "--namespace", "orders", "--ignore-not-found"]:
            return f"kind: Job\nmetadata:\n  name: {name}\n" in (base / f"{name}.yaml").read_text()
        case ["create", "secret", "generic", "order-projector", "--namespace", "orders", *_]:
            return True
        case ["port-forward", "--namespace", "orders", "service/api", "8080:80"]:
            return "name: api\n" in (base / "api.yaml").read_text()
        case ["label", "namespace", _, label]:
            selector = "{" + label.replace("=", ': "') + '"}'
            return selector in (base / "networkpolicies.yaml").read_text()
        case _:
            return False


@pytest.mark.parametrize(
    ("page", "line"), [(page, it) for page, it in commands() if not is_run(it)]
)
def test_a_command_that_is_not_run_exists_with_its_options(page: Path, line: str) -> None:
    match line[line.index(program(line)) :].split():
        case ["make", *words]:
            dry = ["make", "--dry-run", *shlex.split(" ".join(words))]
            assert subprocess.run(dry, cwd=ROOT, capture_output=True, check=False).returncode == 0
        case ["order-projector", *words] | [
            "docker",
            "compose",
            "run",
            "--rm",
            "--no-deps",
            "api",
            *words,
        ]:
            # --help is evaluated after parsing: an unknown option is an error all the same
            assert CliRunner().invoke(app, [*words, "--help"]).exit_code == 0
        case ["pip", "install", *words]:
            assert installable(words)
        case ["docker", "compose", *words]:
            assert {word.partition("=")[0] for word in words} <= COMPOSE_OPTIONS | compose_names()
        case ["docker", "run", *words]:
            assert f"order-projector:{__version__}" in words
        case ["kubectl", *words]:
            assert is_of_the_manifests(words)
        case ["curl", "--silent", url]:
            assert url == f"http://localhost:{compose_variables()['API_PORT']}/v1/orders"
        case ["customer-spend" | "bank-payments" | "shop-till" as command, *_]:
            assert command in example_scripts()
        case ["python3", "-m", "venv", ".venv"] | [".venv/bin/pip" | ".venv/bin/pytest", *_]:
            pass
        case _:
            pytest.fail(f"{page.name}: no test knows how to check {line!r}")


def test_a_variable_that_a_page_exports_is_a_setting() -> None:
    exported = {line.split("=")[0] for _, line in commands() if line.startswith("export ORDERS_")}
    assert exported
    assert exported <= {f"export {row.variable}" for row in describe(Settings())}


def test_the_page_on_compose_lists_the_variables_of_the_file_with_their_defaults() -> None:
    page = (ROOT / "docs" / "how-to" / "compose.md").read_text()
    rows = re.findall(r"^\| (`[A-Z_`, ]+`) \| (`[^|]+`) \|", page, re.MULTILINE)
    listed = [zip(quoted(names), quoted(usual), strict=True) for names, usual in rows]
    assert dict(pair for pairs in listed for pair in pairs) == compose_variables()


def test_a_variable_that_a_page_sets_for_compose_is_one_of_the_file() -> None:
    prefixes = {line.partition("docker compose")[0] for _, line in commands() if "compose" in line}
    assigned = {word.partition("=")[0] for prefix in prefixes for word in prefix.split()}
    assert assigned == {"API_KEYS", "API_OPEN"}
    assert assigned <= compose_variables().keys()


def quoted(cell: str) -> list[str]:
    """Return what a table's cell has between backticks."""
    return re.findall(r"`([^`]+)`", cell)
