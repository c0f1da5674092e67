"""The wheel, built once for the tests of what leaves the house."""

from pathlib import Path

import pytest
from release.environment import ROOT, build


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))
