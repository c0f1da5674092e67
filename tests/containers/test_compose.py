"""`docker-compose.yml`: brought up, fed, hurt and taken down."""

import json
import os
import signal
import urllib.request
from typing import Any

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


def test_prometheus_scrapes_every_worker(stack: Stack) -> None:
    stack.compose("up", "-d", "--no-deps", "prometheus")

    def scraped() -> list[str]:
        found = asked(stack, "query?query=order_projector_assigned_partitions")["result"]
        return [each["value"][1] for each in found]

    until(lambda: stack.is_well("prometheus"), "Prometheus is healthy", within=60)
    until(lambda: len(scraped()) == 3, "three workers are scraped", within=60)
    until(lambda: sum(map(int, scraped())) == 12, "all partitions are held", within=60)


@pytest.mark.nightly
def test_data_outlives_its_containers(stack: Stack) -> None:
    assert stack.feed(orders=50, rate=1_000, seed=3).verdict()[0] == 0
    before = stored_and_uncommitted(stack)
    stack.compose("down", "--timeout", "30")

    stack.up()

    assert before[0] >= 50
    assert stored_and_uncommitted(stack) == before


def asked(stack: Stack, question: str) -> Any:
    """The data of an answer of Prometheus."""
    address = f"http://127.0.0.1:{stack.ports['PROMETHEUS_PORT']}/api/v1/{question}"
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)["data"]
