"""Histories of events, and the orders that this number's rules make of them.

The first line has the number of the rules, each further line one history: its events in arrival
order, the served orders and their flags. The events are never rewritten, only what the rules make
of them. More histories can be added by hand, with `{}` for the orders.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from order_projector.projection.rules import RULES
from order_projector.testing import project
from tests.fuzz.history.histories import plan_of
from tests.fuzz.history.sender import history

FILE: Final = Path(__file__).parents[1] / "data" / "histories.jsonl"

HISTORIES: Final = 60
SEED: Final = 1
EVENTS: Final = range(3, 9)
"""The number of events in a history: few, so that a difference can be understood."""

Json = dict[str, Any]


def read() -> tuple[int, list[Json]]:
    """Return the number of the rules that wrote the corpus, and its histories."""
    head, *lines = FILE.read_bytes().splitlines()
    return orjson.loads(head)["rules"], list(map(orjson.loads, lines))


def outcome(events: list[Json]) -> Json:
    """Return what the present rules make of the events."""
    projected = project(events)
    return {"orders": projected.orders, "flags": projected.flags}


def write() -> None:
    """Write what the present rules make of the events; generate the events if there is no file."""
    events = [one["events"] for one in read()[1]] if FILE.exists() else list(_made_up())
    lines = [{"rules": RULES}, *({"events": each, **outcome(each)} for each in events)]
    FILE.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))


def _made_up() -> Iterator[list[Json]]:
    found, number = 0, 0
    while found < HISTORIES:
        events = [sent.event for sent in history(plan_of(SEED, number))]
        number += 1
        if len(events) in EVENTS:
            found += 1
            yield events
