"""An export of many orders: its duration, and the memory of the process that streams it."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from rich.console import Console
from rich.table import Table
from tests.support.api import HEADERS

from bench.api.reading import serving_api
from bench.api.repeated import STORED, copy_id
from bench.contender import peak_memory
from bench.sandbox import Sandbox
from order_projector.local.ports import HOST

UNINDEXED = ("bench.api.unindexed", "serve")
MOST_STORED = 100_000
_AT_ONCE = 1_000
_WITHIN = 3_600.0
_UNCOMPRESSED = {**HEADERS, "Accept-Encoding": "identity"}
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Export:
    """The download of one file."""

    rows: int
    length: int
    """Size of the file in bytes."""
    seconds: float
    peak: int
    """Peak memory of the process in bytes."""


async def measure(
    own: Sandbox, folder: Path, sample: str, sizes: Sequence[int], console: Console
) -> list[Export]:
    """Export copies of one order, with a separate process for each number of them.

    There are no indexes: the local database sorts without them. At most ``MOST_STORED`` copies are
    stored, because the database would run out of memory: `bench.api.repeated` replaces its sort.
    """
    exports: list[Export] = []
    async with AsyncMongoClient[Document](own.topics.servers.mongodb_uri) as client:
        orders = client[own.topics.database]["orders"]
        found = await orders.find_one({"_id": sample})
        if found is None:
            raise LookupError(f"{sample} is not stored")
        await orders.delete_many({})
        await orders.drop_indexes()
        stored = 0
        for rows in sorted(sizes):
            console.print(f"export of {rows:,} orders ...")
            more = range(stored, rows if rows <= MOST_STORED else max(stored, STORED))
            await _store(orders, found, more)
            stored = more.stop
            module = UNINDEXED if rows == stored else ("bench.api.repeated", str(rows))
            exports.append(await _exported(own, folder, module))
    return exports


async def _store(
    orders: AsyncCollection[Document], sample: Document, numbers: Sequence[int]
) -> None:
    for first in range(0, len(numbers), _AT_ONCE):
        some = numbers[first : first + _AT_ONCE]
        await orders.insert_many(_copies(sample, some), ordered=False)


def _copies(sample: Document, numbers: Sequence[int]) -> Iterator[Document]:
    for number in numbers:
        order_id = copy_id(number)
        yield {**sample, "_id": order_id, "id": order_id}


async def _exported(own: Sandbox, folder: Path, module: Sequence[str]) -> Export:
    async with (
        serving_api(own, folder, module) as api,
        httpx.AsyncClient(
            base_url=f"http://{HOST}:{api.port}", headers=_UNCOMPRESSED, timeout=_WITHIN
        ) as client,
    ):
        job = (await client.post("/v1/exports", json={"exported_object": "order"})).json()
        began = time.perf_counter()
        length = lines = 0
        url = (await client.get(f"/v1/exports/{job['id']}")).json()["result"]["url"]
        async with client.stream("GET", url) as answer:
            answer.raise_for_status()
            async for part in answer.aiter_raw():
                length += len(part)
                lines += part.count(b"\n")
        return Export(lines - 1, length, time.perf_counter() - began, peak_memory(api.pid))


def print_exports(console: Console, exports: Sequence[Export]) -> None:
    """Print a line for each number of rows."""
    table = Table(title="an export of orders as CSV, streamed")
    for label in ("rows", "MB", "seconds", "rows/s", "peak memory, MiB"):
        table.add_column(label, justify="right")
    for each in exports:
        table.add_row(
            f"{each.rows:,}",
            f"{each.length / 1e6:,.1f}",
            f"{each.seconds:,.1f}",
            f"{each.rows / each.seconds:,.0f}",
            f"{each.peak / 2**20:,.0f}",
        )
    console.print(table)
