"""Files of events: one JSON envelope a line."""

import sys
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import typer

from order_projector.cli.errors import print_error

STANDARD_INPUT: Final = "-"


def sources_of(files: Sequence[Path] | None) -> list[str]:
    """Return the files to read, else standard input; exit with 2 if that is named twice."""
    sources = [str(file) for file in files or [Path(STANDARD_INPUT)]]
    if sources.count(STANDARD_INPUT) > 1:
        print_error("-: standard input can be read only once")
        raise typer.Exit(2)
    return sources


def lines_of(source: str) -> Iterator[tuple[int, bytes]]:
    """Yield the non-blank lines, numbered from 1; exit with 2 if the file cannot be read.

    A byte order mark at the start, as some tools write it, is no part of the first line.
    """
    try:
        with _open(source) as lines:
            for number, line in enumerate(lines, start=1):
                content = line.removeprefix(BOM_UTF8) if number == 1 else line
                if text := content.strip(b" \t\r\n"):
                    yield number, text
    except OSError as error:
        print_error(f"{source}: {error.strerror}")
        raise typer.Exit(2) from None


def _open(source: str) -> BinaryIO:
    if source == STANDARD_INPUT:
        return sys.stdin.buffer
    return Path(source).open("rb")
