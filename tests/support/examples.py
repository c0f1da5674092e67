"""Examples on a page: blocks of events, each followed by the order that they make."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from order_projector.adapters.offline import Offline
from order_projector.projection.ports import Coordinates, Record
from tests.support.events import to_json
from tests.support.pages import FENCE, snippets

Json = dict[str, Any]

_TITLE = re.compile(r'\w+ title="(?P<title>[^"]+)"')
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Example:
    """Records and what they result in: an order, some of its members, or no order."""

    records: tuple[Record, ...]
    kind: str
    shown: Json | None


def examples(page: Path) -> Iterator[Example]:
    """Yield each block of events with the next order; several blocks can share one."""
    waiting: list[tuple[Record, ...]] = []
    headers: tuple[tuple[str, bytes], ...] = ()
    for kind, body in snippets(page):
        match titled(kind):
            case "events" | "events.jsonl":
                waiting.append(tuple(map(record, map(to_json, values(body)))))
            case "headers":
                pairs = (line.split(": ", 1) for line in body.splitlines())
                headers = tuple((name, text.encode()) for name, text in pairs)
            case "value":
                waiting.append((record(body.encode(), headers),))
            case "order" | "part of the order" | "no order" as shown:
                order = None if shown == "no order" else next(values(body))
                yield from (Example(records, shown, order) for records in waiting)
                waiting = []
    assert not waiting, "events without an order beside them"


def titled(kind: str) -> str | None:
    """Return the title of a block."""
    found = _TITLE.fullmatch(kind)
    return found["title"] if found else None


def values(text: str) -> Iterator[Json]:
    """Yield the JSON objects of a text, which can take several lines each."""
    place = 0
    while begin := re.compile(r"\S").search(text, place):
        value, place = _DECODER.raw_decode(text, begin.start())
        yield value


def record(value: bytes, headers: tuple[tuple[str, bytes], ...] = ()) -> Record:
    """Return a record with this value."""
    return Record(Coordinates("redemptions", 0, 0), None, value, headers)


def orders_of(*records: Record) -> list[Json]:
    """Return the orders that the records make; none of the records may become a dead letter."""
    offline = Offline()
    for offset, each in enumerate(records):
        at = replace(each, coordinates=Coordinates("redemptions", 0, offset))
        asyncio.run(offline.process([at]))
    assert not offline.dead_letters.published
    return [dict(stored.order) for stored in offline.store.all()]


def table(page: Path, heading: str) -> list[list[str]]:
    """Return the cells of the rows of the one table whose header row begins with that text."""
    (found,) = tables(page, heading)
    return found


def tables(page: Path, heading: str) -> list[list[list[str]]]:
    """Return the cells of the rows of every table whose header row begins with that text."""
    found, rows = list[list[list[str]]](), list[list[str]]()
    is_inside = False
    for line in FENCE.sub("", page.read_text()).splitlines():
        if line.startswith(f"| {heading}"):
            rows = []
            found.append(rows)
            is_inside = True
        elif not line.startswith("|"):
            is_inside = False
        elif is_inside and not line.startswith("|---"):
            rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return found


def code(cell: str) -> list[str]:
    """Return the texts in backquotes in a cell."""
    return re.findall(r"`([^`]+)`", cell)
