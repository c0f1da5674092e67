"""The API with a silent database: each request is answered within the timeout."""

import asyncio
import time

import httpx
import pytest

from order_projector.local.ports import HOST
from tests.support.api import HEADERS
from tests.support.probes import until
from tests.support.processes import pause
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

MANY = 60
"""More than the threads of the driver."""
TIMEOUT = 2.0
KEY = {"Idempotency-Key": "k"}


@pytest.mark.parametrize(
    ("method", "path", "body", "headers"),
    [
        ("GET", "/v1/orders", None, {}),
        ("GET", "/v1/orders/ord_1", None, {}),
        ("GET", "/v1/orders/ord_1?at=2026-03-01", None, {}),
        ("PUT", "/v1/orders/ord_1", {"amount": 5}, KEY),
        ("POST", "/v1/orders", {"amount": 5}, {}),
        ("POST", "/v1/orders/import", [{"amount": 5}], {}),
        ("GET", "/v1/async-actions", None, {}),
        ("POST", "/v1/exports", {"exported_object": "order"}, {}),
        ("GET", "/v1/exports", None, {}),
        ("DELETE", "/v1/exports/exp_1", None, {}),
    ],
)
async def test_many_requests_to_a_silent_database_are_all_refused_within_the_timeout(
    topics: Topics,
    launch_api: LaunchWorker,
    method: str,
    path: str,
    body: object,
    headers: dict[str, str],
) -> None:
    """Not one wave after the other."""
    assert topics.servers.database is not None
    api = await launch_api(ORDERS_MONGODB_TIMEOUT=str(TIMEOUT))
    url = f"http://{HOST}:{api.port}{path}"
    limits = httpx.Limits(max_connections=MANY)
    async with httpx.AsyncClient(headers=HEADERS, timeout=60, limits=limits) as client:
        await client.get(f"http://{HOST}:{api.port}/v1/orders")
        pause(topics.servers.database)
        began = time.monotonic()
        asked = (client.request(method, url, json=body, headers=headers) for _ in range(MANY))
        answers = await asyncio.gather(*asked)
        took = time.monotonic() - began
        topics.servers.database.resume()

    assert {answer.status_code for answer in answers} == {503}
    assert all(answer.headers["Retry-After"] == "1" for answer in answers)
    assert took < 2 * TIMEOUT


async def test_an_api_that_nobody_probes_knows_that_its_database_is_silent(
    topics: Topics, launch_api: LaunchWorker
) -> None:
    """Its log says so, and the first probe after that is right."""
    assert topics.servers.database is not None
    api = await launch_api()

    async def is_logged() -> bool:
        return "not ready: database: no answer" in api.spec.log.read_text()

    pause(topics.servers.database)
    try:
        await until(is_logged, "the log says that the API is not ready")
        async with httpx.AsyncClient() as client:
            probed = await client.get(f"http://{HOST}:{api.port}/readyz")
    finally:
        topics.servers.database.resume()

    assert probed.status_code == 503
    assert probed.json()["reasons"][0].startswith("database: no answer")
