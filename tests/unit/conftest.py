"""What unit tests share."""

import pytest

from tests.unit.world import World


@pytest.fixture
def world() -> World:
    """A world without any order."""
    return World()
