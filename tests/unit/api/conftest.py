"""A separate API for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.api import World, world
from tests.unit.api.exported import tell_orders


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[World]:
    """Yield an API without orders, whose worker folds immediately."""
    async with world(tmp_path) as made:
        yield made


@pytest.fixture
async def three_orders(api: World) -> None:
    """Add the orders a, b and c to the API."""
    await tell_orders(api)
