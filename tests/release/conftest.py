"""The wheel, built once for the tests of what leaves the house."""

import subprocess
import sys
from pathlib import Path

import pytest
from release.environment import ROOT


def build(source: Path, target: str, folder: Path) -> Path:
    """Builds a wheel or an sdist from this folder; gives the file."""
    subprocess.run(
        [*(sys.executable, "-m", "hatchling", "build"), "--target", target, "--directory", folder],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))
