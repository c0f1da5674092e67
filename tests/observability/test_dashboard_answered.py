"""A Prometheus that scraped workers answers every query of the dashboard, and every alert."""

import json
import math
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from order_projector.local.ports import HOST, free_port
from order_projector.local.server import Server, ServerSpec, accepts_connections, serving
from tests.support.kafka import Record, produce, read_until
from tests.support.probes import get, until
from tests.support.streams import hard_stream, on_topics
from tests.support.topics import Topics
from tests.support.worker import LaunchWorker

OBSERVABILITY = Path(__file__).parents[2] / "deploy" / "observability"
ORDERS = 200


@pytest.fixture
async def workers(launch_worker: LaunchWorker) -> list[Server]:
    """Return two workers, of which one will be killed."""
    launched = [await launch_worker() for _ in range(2)]
    for worker in launched:
        await worker.ready()
    return launched


@pytest.fixture
async def api(launch_api: LaunchWorker) -> Server:
    """Return an API beside them."""
    return await launch_api()


@pytest.fixture
async def prometheus(workers: list[Server], api: Server, tmp_path: Path) -> AsyncIterator[Server]:
    """Return a Prometheus that scrapes all of them, with the rules as they are deployed."""
    binary = shutil.which("prometheus")
    assert binary, "prometheus is not installed: on Debian, the package of that name"
    shutil.copy(OBSERVABILITY / "alerts.yml", tmp_path)
    jobs = {"order-projector": workers, "order-projector-api": [api]}
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["alerts.yml"],
        "scrape_configs": [
            {
                "job_name": job,
                "static_configs": [{"targets": [f"{HOST}:{server.port}" for server in servers]}],
            }
            for job, servers in jobs.items()
        ],
    }
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))
    port = free_port()
    command = (
        binary,
        f"--config.file={tmp_path}/prometheus.yml",
        f"--storage.tsdb.path={tmp_path}/data",
        f"--web.listen-address={HOST}:{port}",
    )
    log = tmp_path / "prometheus.log"
    async with serving(ServerSpec("Prometheus", command, port, log, accepts_connections)) as server:
        yield server


def queries() -> Iterator[tuple[str, str]]:
    """Yield the title and the expression of every query of the dashboard."""
    for panel in json.loads((OBSERVABILITY / "dashboard.json").read_text())["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"].replace("$__rate_interval", "1m")


async def answer(prometheus: Server, query: str) -> list[dict[str, Any]]:
    """Return the samples that answer a query."""
    async with httpx.AsyncClient(base_url=f"http://{HOST}:{prometheus.port}") as client:
        response = await client.get("/api/v1/query", params={"query": query})
    body = response.json()
    assert body["status"] == "success", (query, body)
    result: list[dict[str, Any]] = body["data"]["result"]
    return result


async def test_no_query_of_the_dashboard_is_empty_or_an_error(
    topics: Topics, workers: list[Server], api: Server, prometheus: Server
) -> None:
    """The stream has dead letters, and one of the workers is killed in its midst.

    Somebody reads the orders meanwhile.
    """

    async def are_scraped() -> bool:
        return len(await answer(prometheus, "up == 1")) == 3

    # Of what is counted before the first scrape, no rate is known.
    await until(are_scraped, "a scrape of both workers and the API", within=60.0)
    names = dict(zip(("redemptions", "payments"), topics.inbound, strict=True))
    stream = on_topics(hard_stream(ORDERS, seed=1, poison=0.05), names)
    records = [Record(it.topic, it.value, it.key) for it in stream.records]
    half = len(records) // 2
    servers = topics.servers.bootstrap_servers
    await produce(servers, records[:half])
    await read_until(servers, topics.order_updated, lambda read: len(read) > ORDERS // 4)
    await workers[0].kill()
    await produce(servers, records[half:])
    await read_until(servers, topics.dead_letters, bool)

    for title, query in queries():

        async def is_answered(query: str = query) -> bool:
            assert (await get(api, "/v1/orders")).status_code == 200
            samples = await answer(prometheus, query)
            return any(not math.isnan(float(sample["value"][1])) for sample in samples)

        await until(is_answered, f"an answer for {title}: {query}", within=60.0)


async def test_every_alert_is_evaluated_without_an_error(prometheus: Server) -> None:
    async def rules() -> list[dict[str, Any]]:
        async with httpx.AsyncClient(base_url=f"http://{HOST}:{prometheus.port}") as client:
            groups = (await client.get("/api/v1/rules")).json()["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    async def are_evaluated() -> bool:
        found = await rules()
        return bool(found) and all(rule["health"] != "unknown" for rule in found)

    await until(are_evaluated, "all rules are evaluated")
    assert {rule["name"]: rule.get("lastError", "") for rule in await rules()} == dict.fromkeys(
        [rule["name"] for rule in await rules()], ""
    )
