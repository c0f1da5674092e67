"""Writes against a worker's cycle: both start with an idle worker and end with a folded order."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx
from rich.console import Console
from rich.table import Table
from tests.support.api import HEADERS

from bench.api.reading import serving_api
from bench.live.arithmetic import percentile
from bench.live.stream import Turn, event
from bench.single_events import UNMEASURED, SingleEventRun
from order_projector.local.ports import HOST

_ITEMS = [{"product_id": "prod_mug", "quantity": 2, "price": 500}]


@dataclass(frozen=True, slots=True)
class Writes:
    """Seconds until writes were answered with their orders, and until an event was announced."""

    creations: tuple[float, ...]
    payments: tuple[float, ...]
    cycle: float


async def measure(run: SingleEventRun, folder: Path, first_order: int, count: int) -> Writes:
    """Send single events to an idle worker, and then as many writes through the API."""
    orders = range(first_order, first_order + count + UNMEASURED)
    cycle = (await run.measure(event(Turn(order, 0)) for order in orders)).latency
    creations: list[float] = []
    payments: list[float] = []
    async with (
        serving_api(run.own, folder) as api,
        httpx.AsyncClient(base_url=f"http://{HOST}:{api.port}", headers=HEADERS) as client,
    ):
        for number in range(count + UNMEASURED):
            source_id = f"written-{number}"
            body = {"source_id": source_id, "items": _ITEMS}
            creations.append(await _timed(client, "POST", "/v1/orders", body))
            path = f"/v1/orders/{source_id}"
            payments.append(await _timed(client, "PUT", path, {"status": "PAID"}))
    return Writes(tuple(creations[UNMEASURED:]), tuple(payments[UNMEASURED:]), cycle)


async def _timed(client: httpx.AsyncClient, method: str, path: str, body: object) -> float:
    began = time.perf_counter()
    answer = await client.request(method, path, json=body)
    if answer.status_code != 200:
        raise RuntimeError(f"{answer.status_code}: {answer.text}")
    return time.perf_counter() - began


def print_writes(console: Console, writes: Writes) -> None:
    """Print a line for each kind of write."""
    table = Table(title="a write, answered with the order that the worker has folded")
    for label in ("", "p50, ms", "p90, ms", "cycles at the median"):
        table.add_column(label, justify="right" if label else "left")
    table.add_row("one event, sent to announced", f"{writes.cycle * 1e3:.1f}", "", "1.0")
    for name, latencies in (("create", writes.creations), ("pay", writes.payments)):
        table.add_row(name, *_line(latencies, writes.cycle))
    console.print(table)


def _line(latencies: Sequence[float], cycle: float) -> tuple[str, str, str]:
    middle = median(latencies)
    return f"{middle * 1e3:.1f}", f"{percentile(latencies, 90) * 1e3:.1f}", f"{middle / cycle:.1f}"
