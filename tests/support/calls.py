"""The cost of a computation in calls: the same on every machine, so that a test can bound it."""

import sys
from collections.abc import Callable
from types import FrameType

from order_projector.domain.facts import identity
from order_projector.domain.fold import fold
from tests.support.events import Json, accepted


def calls_of(act: Callable[[], object]) -> int:
    """Return how many functions, Python's and the interpreter's own, `act` calls."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(before)
    return calls


def calls_of_folding(events: list[Json]) -> int:
    """Return how many functions are called to fold the facts of these events."""
    facts = {identity(fact): fact for event in events for fact in accepted(event).facts}
    return calls_of(lambda: list(fold(facts.values()).payments.flags()))
