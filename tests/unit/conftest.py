"""Fixtures that unit tests share."""

import pytest

from tests.unit.world import World


@pytest.fixture
def world() -> World:
    """Return a world without orders."""
    return World()
