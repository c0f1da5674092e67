"""The wheel contains all that a user needs, and is identical wherever it is built."""

import re
import subprocess
import tarfile
import tomllib
from pathlib import Path
from zipfile import ZipFile

from release.environment import ROOT, build, install, runtime_environment

import order_projector

VERSION = order_projector.__version__


def test_the_wheel_alone_says_its_version_and_projects_the_readme_s_example(
    wheel: Path, tmp_path: Path
) -> None:
    python = runtime_environment(tmp_path / "environment")
    install(python, wheel)
    command = python.parent / "order-projector"
    readme = (ROOT / "README.md").read_text()
    events = re.search(r"```json file=events.jsonl\n(.*?)```", readme, re.DOTALL)
    orders = re.search(r"```json output\n(.*?)```", readme, re.DOTALL)
    assert events is not None
    assert orders is not None

    assert run(command, "--version", cwd=tmp_path) == f"order-projector {VERSION}\n"
    assert run(command, "project", "-", cwd=tmp_path, given=events[1]) == orders[1]
    where = run(python, "-c", "import order_projector as it; print(it.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(tmp_path)


def run(*command: str | Path, cwd: Path, given: str = "") -> str:
    """Return what the command prints when run with an empty environment."""
    done = subprocess.run(
        command, cwd=cwd, env={}, input=given, check=True, capture_output=True, text=True
    )
    report = [line for line in done.stderr.splitlines() if not line.startswith("total: ")]
    assert report == []
    return done.stdout


def test_the_wheel_has_the_package_its_types_and_its_licence_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as packed:
        names = packed.namelist()
    assert "order_projector/py.typed" in names
    assert f"order_projector-{VERSION}.dist-info/licenses/LICENSE" in names
    assert {name.split("/")[0] for name in names} == {
        "order_projector",
        f"order_projector-{VERSION}.dist-info",
    }


def test_the_wheel_has_all_that_the_page_is_made_of(wheel: Path) -> None:
    page = ROOT / "src" / "order_projector" / "api" / "page"
    files = [*(page / "templates").iterdir(), *(page / "assets").iterdir()]
    with ZipFile(wheel) as packed:
        names = packed.namelist()
    assert {file.suffix for file in files} == {".html", ".css", ".js", ".svg"}
    assert {str(file.relative_to(ROOT / "src")) for file in files} <= set(names)


def test_two_builds_of_the_same_files_are_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    assert build(ROOT, "wheel", tmp_path / "again").read_bytes() == wheel.read_bytes()


def test_the_wheel_that_is_built_from_the_sdist_is_the_same(wheel: Path, tmp_path: Path) -> None:
    for name in ("sdist", "again"):
        (tmp_path / name).mkdir()
    with tarfile.open(build(ROOT, "sdist", tmp_path / "sdist")) as packed:
        # Python 3.11.0 to 3.11.3 have no filter, and no argument for one.
        packed.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
        packed.extractall(tmp_path)  # noqa: S202 - it has just been built here
    unpacked = tmp_path / f"order_projector-{VERSION}"
    assert build(unpacked, "wheel", tmp_path / "again").read_bytes() == wheel.read_bytes()


def test_the_version_is_defined_in_the_package_and_nowhere_else(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" not in project
    assert wheel.name == f"order_projector-{VERSION}-py3-none-any.whl"
