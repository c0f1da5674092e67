"""Histories of events, and the orders that the rules of a number make of them.

One line says the number, each of the others has one history: its events in the sequence of their
arrival, the orders as they are served, and their flags. The events stay as they were written once;
only what becomes of them is written anew. More can be added by hand, with `{}` for the orders.
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
"""How many events a history has: few, so that a difference can be understood."""

Json = dict[str, Any]


def read() -> tuple[int, list[Json]]:
    """The number of the rules that wrote the corpus, and its histories."""
    head, *lines = FILE.read_bytes().splitlines()
    return orjson.loads(head)["rules"], list(map(orjson.loads, lines))


def outcome(events: list[Json]) -> Json:
    """What the present rules make of events."""
    projected = project(events)
    return {"orders": projected.orders, "flags": projected.flags}


def write() -> None:
    """Write what the present rules make of the events, which are made up where there are none."""
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
