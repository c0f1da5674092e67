"""Rows by date, whatever their number: a file on disk sorts them."""

import json
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from order_projector.projection.folding import Threads
from order_projector.projection.unexpected_errors import SafeError

Row = dict[str, Any]

AT_ONCE: Final = 1_000

_CREATE: Final = "CREATE TABLE IF NOT EXISTS rows (date TEXT, number INTEGER, row TEXT)"


class NoRoom(SafeError):
    """The folder to sort in is missing or full; the message names its variable."""


async def by_date(rows: AsyncIterator[Row], sort: Literal["date", "-date"]) -> AsyncIterator[Row]:
    """Yield the rows by date. Raises `NoRoom`."""
    threads = Threads(1)
    with _folder() as folder:
        table = _Table(folder / "rows")
        try:
            async for some in _numbered(rows):
                await threads(partial(table.insert, some))
            await threads(partial(table.sort, sort))
            while found := await threads(table.next_rows):
                for text in found:
                    yield json.loads(text)
        finally:
            await threads(table.close)  # after whatever a thread still does with it


class _Table:
    """Rows on disk. No cursor leaves it: freed by one thread, it would disturb another one."""

    def __init__(self, path: Path) -> None:
        self._folder: Final = path.parent
        with _needing_room(self._folder):
            self._database: Final = sqlite3.connect(path, check_same_thread=False)
        self._sorted: Final = self._database.cursor()

    def insert(self, rows: list[tuple[str, int, str]]) -> None:
        with _needing_room(self._folder):
            self._database.execute(_CREATE).close()
            self._database.executemany("INSERT INTO rows VALUES (?, ?, ?)", rows).close()

    def sort(self, sort: Literal["date", "-date"]) -> None:
        direction = "DESC" if sort == "-date" else "ASC"
        query = f"SELECT row FROM rows ORDER BY date {direction}, number"  # noqa: S608 - a constant
        with _needing_room(self._folder):
            self._sorted.execute(query)

    def next_rows(self) -> list[str]:
        with _needing_room(self._folder):
            return [text for (text,) in self._sorted.fetchmany(AT_ONCE)]

    def close(self) -> None:
        self._database.close()


async def _numbered(rows: AsyncIterator[Row]) -> AsyncIterator[list[tuple[str, int, str]]]:
    """Yield rows for the table, many at a time."""
    some, number = list[tuple[str, int, str]](), 0
    async for row in rows:
        number += 1
        some.append((row["date"], number, json.dumps(row)))
        if len(some) == AT_ONCE:
            yield some
            some = []
    yield some


@contextmanager
def _folder() -> Iterator[Path]:
    """Yield a folder that is removed at the end."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="order-projector-")
    except OSError as error:
        raise NoRoom(f"TMPDIR: nowhere to sort rows by date: {error.strerror}") from None
    with folder as name:
        yield Path(name)


@contextmanager
def _needing_room(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise NoRoom(f"TMPDIR: {folder.parent}: {error}, while rows are sorted by date") from None
