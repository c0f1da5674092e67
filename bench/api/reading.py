"""Reads of one order by its id: the API against a bare handler, in turns."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from pymongo import AsyncMongoClient
from rich.console import Console
from rich.table import Table
from tests.support.api import HEADERS, key_line
from tests.support.processes import launched

from bench.api.bare import COLLECTION
from bench.api.load import Client, Load
from bench.contender import HERE
from bench.live.arithmetic import percentile
from bench.sandbox import Sandbox
from order_projector.local.api import SERVE, api_spec
from order_projector.local.ports import HOST, free_port
from order_projector.local.server import Server, ServerSpec, accepts_connections, serving

_CONNECTIONS = 8
_WARM_UP = 500


@dataclass(frozen=True, slots=True)
class Reads:
    """The loads of one server, one for each round."""

    name: str
    loads: tuple[Load, ...]


async def compare(
    own: Sandbox, folder: Path, order_ids: Sequence[str], rounds: int, requests: int
) -> list[Reads]:
    """Request the same stored orders from both servers in turns."""
    paths = [f"/v1/orders/{order_id}" for order_id in order_ids]
    headers = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    client = Client(paths, headers, _CONNECTIONS)
    async with serving_api(own, folder) as api, _bare_handler(own, folder) as bare:
        await copy_bodies(own, api, paths)
        for server in (api, bare):
            await client.ask(server, _WARM_UP)
        pairs = [
            (await client.ask(api, requests), await client.ask(bare, requests))
            for _ in range(rounds)
        ]
    of_api, of_bare = zip(*pairs, strict=True)
    return [Reads(api.spec.name, of_api), Reads(bare.spec.name, of_bare)]


@asynccontextmanager
async def serving_api(
    own: Sandbox, folder: Path, module: Sequence[str] = SERVE
) -> AsyncIterator[Server]:
    """Serve the orders of a sandbox; keys are checked, and `HEADERS` has a valid one."""
    keys = folder / f"{own.name}.keys.jsonl"
    keys.write_text(key_line())
    settings = {"ORDERS_API_KEYS_FILE": str(keys), "ORDERS_LOG_LEVEL": "WARNING"}
    environment = {**own.topics.environment(), **HERE, **settings}
    spec = api_spec(environment, folder / f"{own.name}.api.log")
    command = (sys.executable, "-m", *module)
    async with launched(replace(spec, command=command)) as server:
        await server.ready()
        yield server


@asynccontextmanager
async def _bare_handler(own: Sandbox, folder: Path) -> AsyncIterator[Server]:
    port = free_port()
    spec = ServerSpec(
        name="bare handler",
        command=(sys.executable, "-m", "bench.api.bare", str(port)),
        port=port,
        log=folder / f"{own.name}.bare.log",
        answers=accepts_connections,
        environment={**own.environment(), **HERE},
    )
    async with serving(spec) as server:
        yield server


async def copy_bodies(own: Sandbox, api: Server, paths: Sequence[str]) -> None:
    """Store the API's answers for the bare handler."""
    async with (
        httpx.AsyncClient(base_url=f"http://{HOST}:{api.port}", headers=HEADERS) as client,
        AsyncMongoClient[dict[str, Any]](own.topics.servers.mongodb_uri) as database,
    ):
        answers = [await client.get(path) for path in paths]
        bodies = [
            {"_id": path.rpartition("/")[2], "body": answer.raise_for_status().content}
            for path, answer in zip(paths, answers, strict=True)
        ]
        await database[own.topics.database][COLLECTION].insert_many(bodies)


def print_reads(console: Console, reads: Sequence[Reads]) -> None:
    """Print a line for each server, and the median ratio of the rounds."""
    table = Table(title="reading an order by its id")
    for label in ("", "requests/s", "p50, ms", "p99, ms", "processor, us a request"):
        table.add_column(label, justify="right" if label else "left")
    for each in reads:
        latencies = [latency for load in each.loads for latency in load.latencies]
        table.add_row(
            each.name,
            f"{median(load.per_second for load in each.loads):,.0f}",
            f"{percentile(latencies, 50) * 1e3:.1f}",
            f"{percentile(latencies, 99) * 1e3:.1f}",
            f"{median(load.cpu / load.requests for load in each.loads) * 1e6:,.0f}",
        )
    console.print(table)
    api, bare = (each.loads for each in reads)
    ratios = [one.per_second / other.per_second for one, other in zip(api, bare, strict=True)]
    console.print(f"API / bare handler   {median(ratios):.2f}, in each round: {shown(ratios)}")


def shown(ratios: Sequence[float]) -> str:
    """Return ratios as text."""
    return " ".join(f"{ratio:.2f}" for ratio in ratios)
