"""An API of each test alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.api import World, world


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[World]:
    """An API without orders, whose worker folds at once."""
    async with world(tmp_path) as made:
        yield made
