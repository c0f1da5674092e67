"""`order-projector project`: project files of events to orders, without any service."""

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from order_projector.cli.events import lines_of, sources_of
from order_projector.cli.progress import STATUS_LINE, Progress
from order_projector.cli.running import ending_with_ctrl_c

if TYPE_CHECKING:
    from order_projector.adapters.memory import MemoryStore
    from order_projector.adapters.offline import Offline
    from order_projector.projection.ports import Record

_LINES_AT_A_TIME: Final = 2000


def project(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Files with one JSON envelope per line; none, or -, is standard input.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print the orders that result from events, one JSON object per line, sorted by order id.

    Lines that would be dead letters go to standard error as FILE:LINE: error-code: message, and
    the exit code is then 1; the other lines are projected all the same. Flags follow there as
    ORDER: flag: code: message, and last a line that says what became of all events.
    """
    sources = sources_of(files)
    with _without_warnings(), ending_with_ctrl_c():
        offline = asyncio.run(_project(chain.from_iterable(map(_records, sources))))
    _print(offline.store)
    _report_flags(offline.store)
    typer.echo(f"total: {_total(offline)}", err=True)
    if offline.dead_letters.published:
        raise typer.Exit(1)


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Silence the worker's warnings: this command prints a line for each dead letter itself."""
    log = logging.getLogger("order_projector")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


async def _project(records: Iterator["Record"]) -> "Offline":
    from order_projector.adapters.offline import Offline
    from order_projector.settings import one_line, shown

    offline, progress = Offline(), Progress("events")
    dead_letters = offline.dead_letters.published
    while batch := list(islice(records, _LINES_AT_A_TIME)):
        known = len(dead_letters)
        await offline.process(batch)
        for dead_letter in sorted(dead_letters[known:], key=lambda it: it.record.coordinates):
            at = dead_letter.record.coordinates
            reason = one_line(dead_letter.message)
            STATUS_LINE.print(f"{shown(at.topic)}:{at.offset}: {dead_letter.code}: {reason}")
        progress(len(batch))
    progress.end()
    return offline


def _records(source: str) -> Iterator["Record"]:
    """Yield each line of a file as a record whose coordinates are (file, 0, line number)."""
    from order_projector.projection.ports import Coordinates, Record

    for number, text in lines_of(source):
        yield Record(Coordinates(source, 0, number), key=None, value=text)


def _print(store: "MemoryStore") -> None:
    import orjson

    from order_projector.settings import json_escaped

    for stored in store.all():
        text = orjson.dumps(stored.order, option=orjson.OPT_APPEND_NEWLINE).decode()
        sys.stdout.buffer.write(json_escaped(text).encode())
    sys.stdout.buffer.flush()


def _report_flags(store: "MemoryStore") -> None:
    from order_projector.settings import one_line, shown

    for order_id, flags in store.flags().items():
        for flag in flags:
            typer.echo(f"{shown(order_id)}: flag: {flag.code}: {one_line(flag.message)}", err=True)


def _total(offline: "Offline") -> str:
    """Say what became of the events: each was applied, skipped, or is a dead letter."""
    tally, skipped = offline.tally, offline.tally.skipped()
    kinds = ", ".join(f"{number} {kind}" for kind, number in skipped.items())
    return ", ".join((
        _number(tally.events.total(), "event"),
        f"{tally.count('applied')} applied",
        f"{sum(skipped.values())} skipped{f' ({kinds})' if kinds else ''}",
        _number(len(offline.dead_letters.published), "dead letter"),
        _number(sum(map(len, offline.store.flags().values())), "flag"),
    ))  # fmt: skip


def _number(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
