"""Foreign text, times and figures as the page shows them: one line each, of bounded length."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from order_projector.api.answers import to_json
from order_projector.domain.clock import format_time
from order_projector.settings import json_escaped, shown

LONGEST_NAME: Final = 100
LONGEST_VALUE: Final = 200
LONGEST_SENTENCE: Final = 1_000
MOST_ROWS: Final = 200
"""How many rows of a table are shown; the JSON has all."""
LONGEST_JSON: Final = 65_536


@dataclass(frozen=True, slots=True)
class Time:
    """A time: for programs, and for people."""

    iso: str
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A name and its value."""

    name: str
    value: str


def name_of(text: str) -> str:
    """Return a name as it is shown."""
    return shown(text, LONGEST_NAME)


def sentence_of(text: str) -> str:
    """Return a sentence that repeats foreign text as it is shown."""
    return shown(text, LONGEST_SENTENCE)


def value_of(value: Any) -> str:
    """Return any JSON value as it is shown."""
    text = value if isinstance(value, str) else to_json(value).decode()
    return shown(text, LONGEST_VALUE)


def served_time(text: str) -> Time:
    """Return a time as orders have it: to the second, unless it has milliseconds."""
    date, seconds, millis = text[:10], text[11:19], text[20:23]
    return Time(text, f"{date} {seconds}" if millis == "000" else f"{date} {seconds}.{millis}")


def time_of(millis: int) -> Time:
    """Return a time given in milliseconds."""
    return served_time(format_time(millis))


def pairs_of(values: Mapping[str, Any] | None) -> tuple[Pair, ...]:
    """Return the members of an object as they are shown, up to `MOST_ROWS`."""
    return tuple(_pairs(values or {}))


def _pairs(values: Mapping[str, Any]) -> Iterator[Pair]:
    for number, (name, value) in enumerate(values.items()):
        if number == MOST_ROWS:
            yield Pair("...", f"and {len(values) - MOST_ROWS} more")
            return
        yield Pair(name_of(name), value_of(value))


def document_of(value: Mapping[str, Any]) -> str | None:
    """Return an object as indented JSON; None if it is too long for the page."""
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2)
    return json_escaped(text.decode()) if len(text) <= LONGEST_JSON else None
