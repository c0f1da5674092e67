"""An API of each test alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.api import World, world
from tests.unit.api.exported import tell_orders


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[World]:
    """An API without orders, whose worker folds at once."""
    async with world(tmp_path) as made:
        yield made


@pytest.fixture
async def three_orders(api: World) -> None:
    """Let the API have the orders a, b and c."""
    await tell_orders(api)
