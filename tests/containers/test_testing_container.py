"""`OrderProjectorContainer`, and the pytest plugin that runs it, on a Docker engine."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docker
import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import AsyncMongoClient
from testcontainers.core.labels import LABEL_SESSION_ID, SESSION_ID

from order_projector import __version__
from order_projector.testing import Sender, Updates, item, order_created, payment_succeeded
from order_projector.testing.container import Images, OrderProjectorContainer
from order_projector.testing.running import NotReady

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _without_reaper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable the reaper for killed test runs, whose image is not available everywhere."""
    monkeypatch.setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
    monkeypatch.setattr("testcontainers.core.config.testcontainers_config.ryuk_disabled", True)


@pytest.fixture(autouse=True)
def _nothing_remains() -> Iterator[None]:
    """Check that a test leaves no container and no network of this run behind."""
    yield
    client = docker.from_env()
    ours = {"label": f"{LABEL_SESSION_ID}={SESSION_ID}"}
    containers = client.containers.list(all=True, filters=ours)
    networks = client.networks.list(filters=ours)
    client.close()
    assert (containers, networks) == ([], [])


async def test_a_worker_is_ready_and_does_its_work() -> None:
    with OrderProjectorContainer(partitions=2) as running:
        servers = running.bootstrap_servers
        async with Updates(servers) as updates, Sender(servers) as sender:
            await sender.send(
                order_created("ord_1", items=[item("prod_mug", 2, price=1250)]),
                payment_succeeded("ord_1", 2500),
            )
            update = await updates.order("ord_1", where=lambda it: it["status"] == "PAID")
        async with AsyncMongoClient[dict[str, object]](running.mongodb_uri) as client:
            stored = await client["orders"]["orders"].find_one({"_id": "ord_1"})
        assert stored is not None
        assert stored["total_amount"] == update.order["total_amount"] == 2500
        assert await _partitions(servers, "redemptions", "order.updated") == [2, 2]
        assert '"level":"info"' in running.logs()


def test_the_api_beside_it_serves_what_the_worker_folds_at_the_address_that_it_gives() -> None:
    with OrderProjectorContainer(partitions=1) as running:
        api = running.start_api()
        assert running.start_api() is api
        with httpx.Client(base_url=f"{api.url}/v1", headers=api.headers, timeout=30) as client:
            written = client.post("/orders", json={"id": "ord_1", "amount": 2500})
            read = client.get("/orders/ord_1")
            export = client.post("/orders/export", json={}).json()["id"]
            exported = client.get(f"/exports/{export}").json()["result"]["url"]
        file = httpx.get(exported)
        refused = httpx.get(f"{api.url}/v1/orders/ord_1")
        assert f"serving order-projector {__version__} at {api.url}" in api.logs()
    assert (written.status_code, read.content) == (200, written.content)
    assert exported.startswith(f"{api.url}/v1/exports/{export}?token=")
    assert file.text == "id,source_id,status\r\nord_1,,CREATED\r\n"
    assert refused.status_code == 401


async def _partitions(servers: str, *topics: str) -> list[int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        described = {it["topic"]: it for it in await admin.describe_topics(list(topics))}
    finally:
        await admin.close()
    return [len(described[topic]["partitions"]) for topic in topics]


def test_a_worker_that_ends_is_told_with_its_last_words() -> None:
    wrong = OrderProjectorContainer(environment={"ORDERS_BATCH_SIZE": "none"})
    with pytest.raises(NotReady, match="ORDERS_BATCH_SIZE"):
        wrong.start()


def test_an_api_that_ends_is_told_with_its_last_words() -> None:
    with (
        OrderProjectorContainer(environment={"ORDERS_API_KEYS_FILE": "/nowhere"}) as running,
        pytest.raises(NotReady, match="/nowhere: has not one good key"),
    ):
        running.start_api()


def test_a_worker_that_is_never_ready_is_told_with_the_logs_of_all() -> None:
    nowhere = {"ORDERS_MONGODB_URI": "mongodb://mongodb:1"}
    never = OrderProjectorContainer(environment=nowhere, ready_within=1)
    with pytest.raises(NotReady) as raised:
        never.start()
    message = str(raised.value)
    assert "was not ready within 1 s (running; " in message
    for name in ("kafka", "mongodb", "topics", "worker"):
        assert f"\n--- {name}:\n" in message


@pytest.mark.parametrize("missing", ["kafka", "mongodb", "order_projector"])
def test_an_image_that_is_not_to_be_had_is_named(missing: str) -> None:
    images = replace(Images.from_environment(), **{missing: "no-such-image:0"})
    with pytest.raises(NotReady, match="no-such-image:0 did not start"):
        OrderProjectorContainer(images).start()


@pytest.mark.nightly
@pytest.mark.parametrize("example", ["consumer", "producer", "till"])
def test_the_tests_of_an_example_pass_in_containers(example: str) -> None:
    passed_in(ROOT / "examples" / example)


def passed_in(folder: Path) -> None:
    """Run the tests of a folder with containers, as its README says."""
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
