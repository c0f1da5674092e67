"""`docker-compose.yml`: brought up, fed, disturbed and taken down."""

import json
import os
import signal
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.containers.committed import stored_and_uncommitted
from tests.containers.engine import docker, words_of
from tests.containers.stack import Stack, state, until


def test_one_command_brings_up_healthy_servers_topics_and_three_workers(stack: Stack) -> None:
    assert [len(stack.containers(it)) for it in ("kafka", "mongodb", "worker")] == [1, 1, 3]
    for service in ("topics", "replica-set"):
        (container,) = stack.containers(service)
        assert state(container)["ExitCode"] == 0, words_of(container)

    output = stack.compose("run", "--rm", "--no-deps", "topics", "topics", "describe", "--json")
    partitions = {it["name"]: it["partitions"] for it in json.loads(output)["topics"]}
    names = ("redemptions", "payments", "order.updated", "order.dead-letters")
    assert partitions == dict.fromkeys(names, 6)


def test_the_api_answers_a_write_with_what_a_worker_folded_and_serves_what_came_by_kafka(
    stack: Stack,
) -> None:
    address = f"http://localhost:{stack.ports['API_PORT']}"
    with httpx.Client(base_url=f"{address}/v1", timeout=30) as client:
        order = {"id": "ord_1", "items": [{"product_id": "mug", "quantity": 2, "price": 1250}]}
        written = client.post("/orders", json=order)
        read = client.get("/orders/ord_1")
        assert (written.status_code, written.headers["ETag"]) == (200, '"1"'), written.text
        assert (read.json()["total_amount"], read.content) == (2500, written.content)

        assert stack.feed(orders=20, rate=1_000, seed=4).verdict()[0] == 0
        assert client.get("/orders").json()["total"] > 1
        export = client.post("/orders/export", json={}).json()["id"]
        result = client.get(f"/exports/{export}").json()["result"]
        ledger = {"exported_object": "ledger", "parameters": {"order": "date"}}
        sorted_rows = client.post("/exports", json=ledger).json()["id"]
        rows = client.get(client.get(f"/exports/{sorted_rows}").json()["result"]["url"])
        assert rows.status_code == 200, rows.text
    assert result["url"].startswith(f"{address}/v1/exports/{export}?token=")
    page = httpx.get(f"{address}/orders/ord_1")
    assert page.status_code == 200
    assert "ord_1" in page.text


def test_with_a_file_of_keys_the_api_wants_one_and_takes_new_ones_without_a_restart(
    stack: Stack, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.jsonl"
    keys.write_text("")
    keys.chmod(0o644)
    first, second = made_key(stack, "first"), made_key(stack, "second")
    append(keys, first.line)
    with_keys = {"API_OPEN": "false", "API_KEYS": str(keys)}
    stack.compose("up", "-d", "--no-deps", "api", **with_keys)
    until(lambda: stack.is_well("api"), "the API is healthy", within=60)

    with httpx.Client(base_url=f"http://localhost:{stack.ports['API_PORT']}/v1") as client:
        statuses = [client.get("/orders", headers=it).status_code for it in ({}, first.headers)]
        unknown = client.get("/orders", headers=second.headers)
        append(keys, second.line)
        known = client.get("/orders", headers=second.headers)
        forbidden = client.post("/orders", json={"id": "x"}, headers=second.headers)
    assert statuses == [401, 200]
    assert [it.status_code for it in (unknown, known, forbidden)] == [401, 200, 403]

    stack.compose("up", "-d", "--no-deps", "api")
    until(lambda: stack.is_well("api"), "the API is healthy again", within=60)


def test_an_api_that_is_stopped_ends_with_0(stack: Stack) -> None:
    (api,) = stack.containers("api")
    docker("stop", "--time", "30", api)
    assert state(api)["ExitCode"] == 0
    docker("start", api)
    until(lambda: stack.is_well("api"), "the API is healthy again", within=60)


def test_a_worker_has_no_root_no_capabilities_and_nothing_to_write_on(stack: Stack) -> None:
    worker = stack.containers("worker")[0]

    assert docker("exec", worker, "id", "-u") == "10001"
    status = docker("exec", worker, "cat", "/proc/1/status").splitlines()
    assert [line.split()[1] for line in status if line.startswith("CapEff")] == ["0" * 16]
    assert "NoNewPrivs:\t1" in status
    attempt = "echo x > /home/x || echo x > /opt/x || echo x > /x || echo refused"
    assert docker("exec", worker, "sh", "-c", attempt).endswith("refused")


def test_killed_workers_kafka_and_database_in_mid_stream_cost_nothing(stack: Stack) -> None:
    feed = stack.feed(orders=600, rate=150)
    for service, records in (("worker", 300), ("kafka", 800), ("mongodb", 1_400)):
        feed.until_produced(records)
        victim = stack.containers(service)[-1]
        docker("kill", victim)
        assert state(victim)["ExitCode"] == 128 + signal.SIGKILL
        docker("start", victim)

    status, said = feed.verdict()
    assert status == 0, said
    assert "All equal to the fold of their events: 600 stored orders" in said
    until(lambda: stack.is_well("worker"), "the workers are healthy again", within=60)


def test_workers_stopped_in_mid_stream_drain_and_leave_nothing_uncommitted(stack: Stack) -> None:
    workers = stack.containers("worker")
    feed = stack.feed(orders=700, rate=150, seed=2)
    for number, worker in enumerate(workers, start=1):
        feed.until_produced(400 * number)
        docker("stop", "--time", "30", worker)
        assert state(worker)["ExitCode"] == 0
        assert "SIGTERM: stopping within 25 s" in words_of(worker)

    orders, uncommitted = stored_and_uncommitted(stack)
    assert (orders > 600, uncommitted, feed.ended()) == (True, [], False)

    docker("start", *workers)
    status, said = feed.verdict()
    assert status == 0, said
    assert "All equal to the fold of their events: 700 stored orders" in said
    until(lambda: stack.is_well("worker"), "the workers are healthy again", within=60)


def test_a_worker_whose_process_dies_is_started_again_by_the_engine(stack: Stack) -> None:
    worker = stack.containers("worker")[0]
    dead = state(worker)["Pid"]

    os.kill(dead, signal.SIGKILL)

    until(lambda: state(worker)["Pid"] not in {0, dead}, "another process runs", within=60)
    until(lambda: stack.is_well("worker"), "it is healthy", within=60)


def test_prometheus_scrapes_every_worker_and_the_api(stack: Stack) -> None:
    stack.compose("up", "-d", "--no-deps", "prometheus")

    def scraped(query: str) -> list[str]:
        return [each["value"][1] for each in asked(stack, f"query?query={query}")["result"]]

    partitions = "order_projector_assigned_partitions"
    until(lambda: stack.is_well("prometheus"), "Prometheus is healthy", within=60)
    until(lambda: len(scraped(partitions)) == 3, "three workers are scraped", within=60)
    until(lambda: sum(map(int, scraped(partitions))) == 12, "all partitions are held", within=60)
    api = 'up{job="order-projector-api"}'
    until(lambda: scraped(quote(api)) == ["1"], "the API is scraped", within=60)


@pytest.mark.nightly
def test_data_outlives_its_containers(stack: Stack) -> None:
    assert stack.feed(orders=50, rate=1_000, seed=3).verdict()[0] == 0
    before = stored_and_uncommitted(stack)
    stack.compose("down", "--timeout", "30")

    stack.up()

    assert before[0] >= 50
    assert stored_and_uncommitted(stack) == before


@dataclass(frozen=True, slots=True)
class Key:
    """The output of `keys create`."""

    app_id: str
    token: str
    line: str

    @property
    def headers(self) -> dict[str, str]:
        """The request headers with this key."""
        return {"X-App-Id": self.app_id, "X-App-Token": self.token}


def made_key(stack: Stack, app_id: str) -> Key:
    """Create a key with the scope `orders:read`, as the page on compose describes."""
    options = ("--scope", "orders:read", "--app-id", app_id)
    printed = stack.compose("run", "--rm", "--no-deps", "api", "keys", "create", *options)
    token = next(it for it in printed.splitlines() if it.startswith("token: "))
    line = next(it for it in printed.splitlines() if it.startswith('{"app_id"'))
    return Key(app_id, token.removeprefix("token: "), line)


def append(keys: Path, line: str) -> None:
    """Append a line in place, since the file is mounted by its inode."""
    with keys.open("a") as file:
        file.write(f"{line}\n")


def asked(stack: Stack, question: str) -> Any:
    """Return the data of an answer from Prometheus."""
    address = f"http://127.0.0.1:{stack.ports['PROMETHEUS_PORT']}/api/v1/{question}"
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)["data"]
