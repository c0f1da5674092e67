"""This release and its successor, each built as a wheel and installed in a folder of its own."""

import asyncio
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from release.environment import ROOT, build, install_alone

from order_projector.local.server import ServerSpec
from order_projector.local.worker import worker_spec
from tests.support.successor import EDITS
from tests.support.topics import Topics

_BUILT_FROM: Final = ("pyproject.toml", "README.md", "LICENSE")
_PACKAGE: Final = Path("src", "order_projector")


@dataclass(frozen=True, slots=True)
class Release:
    """A release installed alone in a folder, without its dependencies."""

    folder: Path

    def worker(self, topics: Topics, log: Path, **settings: str) -> ServerSpec:
        """Return the spec of a worker of this release."""
        return worker_spec(self._environment(topics) | settings, log)

    async def answer(self, topics: Topics, *words: str) -> Any:
        """Run a command that exits with 0 or 1; return the JSON that it prints."""
        ended = await self._run(topics, *words, "--json")
        assert ended.returncode in {0, 1}, ended.stderr
        return json.loads(ended.stdout)

    async def version(self, topics: Topics) -> str:
        """Return the version that the command line reports."""
        return (await self._run(topics, "--version")).stdout.strip()

    def _environment(self, topics: Topics) -> dict[str, str]:
        return topics.environment() | {"PYTHONPATH": str(self.folder), "HOME": str(self.folder)}

    async def _run(self, topics: Topics, *words: str) -> "subprocess.CompletedProcess[str]":
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "order_projector", *words],
            env=self._environment(topics),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def this_release(folder: Path) -> Release:
    """Build and install the wheel of this checkout."""
    return _installed(ROOT, folder)


def successor(folder: Path) -> Release:
    """Build and install the wheel of the release that follows this one."""
    source = folder / "source"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / _PACKAGE, source / _PACKAGE, ignore=ignored)
    for name in _BUILT_FROM:
        shutil.copy(ROOT / name, source)
    for edit in EDITS:
        edit.apply(source / _PACKAGE)
    return _installed(source, folder)


def _installed(source: Path, folder: Path) -> Release:
    wheels, installed = folder / "wheels", folder / "installed"
    wheels.mkdir(parents=True)
    install_alone(installed, build(source, "wheel", wheels))
    return Release(installed)
