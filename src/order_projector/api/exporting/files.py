"""Rows as the bytes of a file: CSV by RFC 4180, or a JSON object a line."""

import csv
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final

from order_projector.api.answers import to_json

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""

CHUNK: Final = 32_768


class _Lines(list[str]):
    """Keeps what the writer of CSV writes."""

    write = list.append


def csv_line(cells: Iterable[Any]) -> bytes:
    """Return a line of cells: null is empty, and no text is a formula."""
    lines = _Lines()
    csv.writer(lines, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return "".join(lines).encode("utf-8", "surrogatepass")


def json_line(value: Any) -> bytes:
    """Return a line of JSON."""
    return to_json(value) + b"\n"


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return f"'{value}" if value.startswith(_FORMULA) else value
        case _:
            return to_json(value).decode()


async def csv_file(
    fields: Sequence[str], rows: AsyncIterator[Sequence[Any]]
) -> AsyncIterator[bytes]:
    """Yield the bytes of a CSV file, its header first."""
    chunk = bytearray(csv_line(fields))
    async for row in rows:
        chunk += csv_line(row)
        if len(chunk) >= CHUNK:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk)


async def json_file(values: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    """Yield the bytes of a file of JSON lines."""
    chunk = bytearray()
    async for value in values:
        chunk += json_line(value)
        if len(chunk) >= CHUNK:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk)
