"""The API in its own process, with a worker and real servers."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest

from order_projector.local.ports import HOST
from order_projector.local.server import Server
from tests.support.api import HEADERS, key_line
from tests.support.events import order_event, to_json
from tests.support.kafka import Record, produce
from tests.support.probes import until
from tests.support.processes import pause
from tests.support.samples import HISTORIES, SAMPLES
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

ITEMS = [{"product_id": "p", "price": 500, "quantity": 2}]


def client_of(api: Server) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=f"http://{HOST}:{api.port}", headers=HEADERS, timeout=30)


async def test_a_write_is_answered_with_the_order_that_the_worker_folded(
    tmp_path: Path, launch_worker: LaunchWorker, launch_api: LaunchWorker
) -> None:
    keys = tmp_path / "keys.jsonl"
    keys.write_text(key_line())
    await launch_worker()
    api = await launch_api(ORDERS_API_KEYS_FILE=str(keys))

    async with client_of(api) as client:
        created = await client.post(
            "/v1/orders",
            json={
                "source_id": "shop-1",
                "items": [{"product_id": "p", "price": 500, "quantity": 2}],
            },
            headers={"Idempotency-Key": "k"},
        )
        repeated = await client.post(
            "/v1/orders", content=created.request.content, headers={"Idempotency-Key": "k"}
        )
        paid = await client.put("/v1/orders/shop-1", json={"status": "PAID"})
        read = await client.get(f"/v1/orders/{paid.json()['id']}?min_revision=2")
        listed = (await client.get("/v1/orders?status=PAID&order=-created_at")).json()
        timeline = (await client.get("/v1/orders/shop-1/timeline")).json()

    assert (created.status_code, created.headers["ETag"]) == (200, '"1"'), created.text
    assert repeated.content == created.content
    assert (paid.status_code, paid.headers["ETag"]) == (200, '"2"')
    assert read.content == paid.content
    assert listed["orders"] == [json.loads(read.content)]
    assert (listed["total"], listed["has_more"]) == (1, False)
    assert timeline["holds"] is True
    assert timeline["drift"] == []


async def test_the_documented_request_is_answered_with_its_orders_key_by_key(
    topics: Topics, launch_worker: LaunchWorker, launch_api: LaunchWorker
) -> None:
    events = [event for events in reversed(HISTORIES) for event in events]
    await produce(
        topics.servers.bootstrap_servers,
        [Record(topics.redemptions, to_json(event)) for event in events],
    )
    await launch_worker()
    api = await launch_api()
    expected = [json.dumps(order) for order in SAMPLES]
    async with client_of(api) as client:

        async def listed() -> list[str]:
            page = await client.get(
                "/v1/orders?order=-created_at", headers={"Authorization": "Bearer token"}
            )
            return [json.dumps(order) for order in page.json()["orders"]]

        async def is_there() -> bool:
            return await listed() == expected

        await until(is_there, "the orders of the documentation are listed")


async def test_without_a_worker_a_write_is_accepted_and_the_worker_comes_to_it(
    topics: Topics, launch_worker: LaunchWorker, launch_api: LaunchWorker
) -> None:
    await produce(
        topics.servers.bootstrap_servers, [Record(topics.redemptions, to_json(order_event(0)))]
    )
    api = await launch_api(ORDERS_API_WRITE_WAIT="0.1")
    async with client_of(api) as client:
        accepted = await client.post("/v1/orders", json={"id": "ord_2", "status": "PAID"})
        place = accepted.headers["Location"]
        not_there = await client.get(place)
        await launch_worker()

        async def is_there() -> bool:
            return (await client.get(place)).status_code == 200

        await until(is_there, "the accepted order is stored")
        stored = (await client.get(place)).json()

    assert (accepted.status_code, not_there.status_code) == (202, 404)
    assert stored == accepted.json()


async def test_with_the_database_away_requests_are_refused_and_answered_again_when_it_is_back(
    topics: Topics, launch_api: LaunchWorker
) -> None:
    assert topics.servers.database is not None
    api = await launch_api(ORDERS_MONGODB_TIMEOUT="1")
    async with client_of(api) as client:
        pause(topics.servers.database)
        refused = await client.get("/v1/orders/ord_1")
        alive = await client.get("/livez")
        topics.servers.database.resume()

        async def answers() -> bool:
            return (await client.get("/v1/orders/ord_1")).status_code == 404

        await until(answers, "the database is back")

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert alive.status_code == 200


async def test_the_command_exports_what_workers_have_stored(
    tmp_path: Path, topics: Topics, launch_worker: LaunchWorker, launch_api: LaunchWorker
) -> None:
    await launch_worker()
    api = await launch_api()
    async with client_of(api) as client:
        for name in ("a", "b"):
            await client.post("/v1/orders", json={"id": name, "amount": 5})

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "order_projector", "export"),
        *("--fields", "id,amount", "--order", "-created_at", "--output", "orders.csv"),
        env={**os.environ, **topics.environment()},
        cwd=tmp_path,
    )

    assert await process.wait() == 0
    assert (tmp_path / "orders.csv").read_bytes() == b"id,amount\r\nb,5\r\na,5\r\n"


async def test_an_open_page_is_told_of_what_the_worker_folded(
    launch_worker: LaunchWorker, launch_api: LaunchWorker
) -> None:
    await launch_worker()
    api = await launch_api()
    async with client_of(api) as client:
        await client.post("/v1/orders", json={"id": "ord_1", "source_id": "shop-1", "items": ITEMS})
        found = await client.get("/orders?q=shop-1")
        first = await client.get(found.headers["Location"])
        known = {"If-None-Match": first.headers["ETag"]}
        same = await client.get("/orders/ord_1", headers=known)
        await client.put("/v1/orders/ord_1", json={"status": "PAID"})
        changed = await client.get("/orders/ord_1", headers=known)

    assert (found.status_code, first.status_code, same.status_code) == (303, 200, 304)
    assert "<title>ord_1, CREATED</title>" in first.text
    assert "<title>ord_1, PAID</title>" in changed.text
    assert "Proven" in changed.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_it_ends_with_0_on_sigterm_and_where_its_terminal_hangs_up(
    launch_api: LaunchWorker, number: signal.Signals
) -> None:
    api = await launch_api()

    api.signal(number)

    assert await api.exited(10) == 0
