"""Observe a running worker through its HTTP port until it is as expected."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from order_projector.local.ports import HOST
from order_projector.local.server import Server


async def get(worker: Server, path: str) -> httpx.Response:
    """Return the worker's response on its HTTP port."""
    async with httpx.AsyncClient(base_url=f"http://{HOST}:{worker.port}", timeout=10.0) as client:
        return await client.get(path)


async def probed(worker: Server, path: str) -> tuple[int, dict[str, Any]]:
    """Return status and JSON of a probe; the status is 0 if the connection fails."""
    try:
        response = await get(worker, path)
    except httpx.TransportError:
        return 0, {"reasons": []}
    return response.status_code, response.json()


async def metric(worker: Server, sample: str, **labels: str) -> float:
    """Return the sum of the samples that have these labels."""
    text = (await get(worker, "/metrics")).text
    return sum(
        each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
        if each.name == sample and labels.items() <= each.labels.items()
    )


async def until(
    condition: Callable[[], Awaitable[bool]], what: str, *, within: float = 60.0
) -> None:
    """Wait until the condition holds; otherwise fail with the expectation as the message."""
    try:
        async with asyncio.timeout(within):
            while not await condition():  # noqa: ASYNC110 - another process cannot set an event
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {within:g} s: {what}") from None


async def until_reason(worker: Server, reason: str, *, within: float = 60.0) -> None:
    """Wait until the worker is not ready for a reason that begins with this text."""

    async def given() -> bool:
        status, body = await probed(worker, "/readyz")
        return status == 503 and any(each.startswith(reason) for each in body["reasons"])

    await until(given, f"not ready because: {reason}", within=within)


async def until_metric(
    worker: Server, least: float, sample: str, *, within: float = 60.0, **labels: str
) -> None:
    """Wait until a metric has reached a value."""

    async def reached() -> bool:
        return await metric(worker, sample, **labels) >= least

    await until(reached, f"{sample} {labels} reaches {least:g}", within=within)
