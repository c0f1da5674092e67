"""Files of events: one JSON envelope a line."""

import asyncio
import os
import signal
import stat
import sys
import threading
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import UnsupportedOperation
from pathlib import Path
from typing import BinaryIO, Final

import typer

from order_projector.cli.errors import print_error

STANDARD_INPUT: Final = "-"


def sources_of(files: Sequence[Path] | None) -> list[str]:
    """Return the files to read, else standard input; exit with 2 if it is named twice or closed."""
    sources = [str(file) for file in files or [Path(STANDARD_INPUT)]]
    if sources.count(STANDARD_INPUT) > 1:
        print_error("-: standard input can be read only once")
        raise typer.Exit(2)
    if STANDARD_INPUT in sources and sys.stdin is None:
        print_error("-: standard input is closed")
        raise typer.Exit(2)
    return sources


def lines_of(source: str) -> Iterator[tuple[int, bytes]]:
    """Yield the non-blank lines, numbered from 1; exit with 2 if the file cannot be read.

    A byte order mark at the start, as some tools write it, is not part of the first line.
    """
    try:
        with _open(source) as lines:
            for number, line in enumerate(_read(lines), start=1):
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


def _read(lines: BinaryIO) -> Iterator[bytes]:
    """Yield the lines; one that is waited for can be interrupted by Ctrl-C."""
    if _is_on_disk(lines) or threading.current_thread() is not threading.main_thread():
        yield from lines
        return
    while True:
        with _interruptible():
            line = lines.readline()
        if not line:
            return
        yield line


def _is_on_disk(lines: BinaryIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(lines.fileno()).st_mode)
    except UnsupportedOperation:
        return True  # it is in memory


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt: a loop that waits here would only note it."""
    before = signal.getsignal(signal.SIGINT)
    if before is None or before is signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with suppress(RuntimeError):  # there is no event loop
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise KeyboardInterrupt  # the loop has noted one already
        yield
    finally:
        signal.signal(signal.SIGINT, before)
