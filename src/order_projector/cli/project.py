"""`order-projector project`: the orders that a file of events makes, without any service."""

import asyncio
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

import typer

if TYPE_CHECKING:
    from order_projector.adapters.memory import MemoryDeadLetters, MemoryStore
    from order_projector.projection.ports import Record

_STANDARD_INPUT: Final = "-"
_LINES_AT_A_TIME: Final = 2000


def project(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Files of events, one JSON envelope a line. None, or -, is standard input.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print the orders that events make, one JSON object a line, sorted by order id.

    Lines that would be dead letters go to standard error as FILE:LINE: error-code: message, and
    the exit code is then 1; the other lines are projected all the same.
    """
    sources = [str(file) for file in files or [Path(_STANDARD_INPUT)]]
    try:
        store, letters = asyncio.run(_project(chain.from_iterable(map(_records, sources))))
    except OSError as error:
        typer.echo(f"order-projector: {error.filename}: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    _print(store)
    if letters.buried:
        raise typer.Exit(1)


async def _project(records: Iterator["Record"]) -> tuple["MemoryStore", "MemoryDeadLetters"]:
    from order_projector.adapters.memory import MemoryAnnouncer, MemoryDeadLetters, MemoryStore
    from order_projector.domain.served import project as fold
    from order_projector.events.decode import decode
    from order_projector.projection.batch import Projector
    from order_projector.projection.meter import SilentMeter

    store, letters = MemoryStore(), MemoryDeadLetters()
    projector = Projector(
        store,
        MemoryAnnouncer(),
        letters,
        decode=decode,
        fold=fold,
        meter=SilentMeter(),
        random=Random(0),  # noqa: S311 - spreads pauses, and nothing here ever pauses
    )
    while batch := list(islice(records, _LINES_AT_A_TIME)):
        known = len(letters.buried)
        await projector.process(batch)
        for letter in sorted(letters.buried[known:], key=lambda it: it.record.coordinates):
            at = letter.record.coordinates
            typer.echo(f"{at.topic}:{at.offset}: {letter.code}: {letter.message}", err=True)
    return store, letters


def _records(source: str) -> Iterator["Record"]:
    """Each line that is not blank, as a record at (file, 0, line number from 1)."""
    from order_projector.projection.ports import Coordinates, Record

    with _open(source) as lines:
        for number, line in enumerate(lines, start=1):
            if text := line.strip(b" \t\r\n"):
                yield Record(Coordinates(source, 0, number), key=None, value=text)


def _open(source: str) -> BinaryIO:
    if source == _STANDARD_INPUT:
        return sys.stdin.buffer
    return Path(source).open("rb")


def _print(store: "MemoryStore") -> None:
    import orjson

    for stored in store.all():
        sys.stdout.buffer.write(orjson.dumps(stored.order, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()
