"""Mistakes in going on from the last fold of an order instead of folding all of its facts."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from unittest.mock import patch

from order_projector.domain.facts import Stack
from order_projector.projection import live_fold

Planted = AbstractContextManager[object]


def folded_on_though_late() -> Planted:
    """Fold a late event on as if it came after all others."""
    return patch.object(live_fold, "place_of", lambda _: None)


def folded_on_after_a_void() -> Planted:
    """Fold a void on as if nothing had been folded of what it withdraws."""
    return patch.object(live_fold, "Void", Stack)


def folded_on_though_joined() -> Planted:
    """Fold a child on though its stack has been folded without it."""
    return patch.object(live_fold, "sought_by", lambda _: ())


DEFECTS_LIVE: Mapping[Callable[[], Planted], int] = {
    folded_on_though_late: 20,
    folded_on_after_a_void: 20,
    folded_on_though_joined: 800,
}
"""Each with the number of seeds within which the simulation must find it."""
