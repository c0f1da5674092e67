"""The image of the worker, alone."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from order_projector import __version__
from tests.containers.engine import docker, words_of
from tests.containers.images import WORKER
from tests.containers.stack import state, until

EVENT = {
    "id": "evt_1",
    "type": "order.created",
    "created_at": "2026-03-01T10:00:00Z",
    "data": {"order": {"id": "ord_1", "items": [{"product_id": "mug", "quantity": 2, "price": 5}]}},
}
NOBODY_THERE = (
    "--env=ORDERS_KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1",
    "--env=ORDERS_MONGODB_URI=mongodb://127.0.0.1:1",
)


@contextmanager
def container(*options: str, command: str = "run") -> Iterator[str]:
    """Run a worker or an API for the length of a `with` block."""
    name = docker("run", "--detach", "--read-only", *options, WORKER, command)
    try:
        yield name
    finally:
        docker("rm", "--force", "--volumes", name)


def inside(*command: str) -> str:
    """Return the output of a command that runs in the image."""
    return docker("run", "--rm", "--read-only", f"--entrypoint={command[0]}", WORKER, *command[1:])


def health(name: str) -> Any:
    return state(name)["Health"]["Status"]


def test_it_is_labelled_with_version_revision_and_licence() -> None:
    labels = json.loads(docker("inspect", "--format", "{{json .Config.Labels}}", WORKER))
    prefix = "org.opencontainers.image"
    assert labels[f"{prefix}.version"] == __version__
    assert len(labels[f"{prefix}.revision"]) == 40
    assert labels[f"{prefix}.licenses"] == "Apache-2.0"


def test_it_runs_as_a_user_with_a_fixed_number_that_is_not_root() -> None:
    assert docker("inspect", "--format", "{{.Config.User}}", WORKER) == "10001:10001"
    assert inside("id", "-u") == "10001"


def test_nothing_of_its_making_is_left_in_it() -> None:
    look = "for it in gcc cc make git; do command -v $it; done; ls -d /build /root/.cache; true"
    assert inside("sh", "-c", f"({look}) 2>/dev/null") == ""
    packages = inside("sh", "-c", "ls /opt/order-projector/lib/python*/site-packages").split()
    assert {"order_projector", "aiokafka"} <= set(packages)
    for left_out in ("pip", "setuptools", "hatchling", "secantus", "calfkit", "pytest", "mypy"):
        assert [name for name in packages if name.lower().startswith(left_out)] == []


def test_it_has_the_exporter_of_traces() -> None:
    exporter = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
    inside("/opt/order-projector/bin/python", "-c", f"import {exporter}")


def test_it_projects_without_network_and_on_a_read_only_root(tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text(json.dumps(EVENT))
    alone = ("--read-only", "--network=none", "--interactive")
    with events.open("rb") as lines:
        order = docker("run", "--rm", *alone, WORKER, "project", "-", stdin=lines)
    assert json.loads(order)["amount"] == 10


def test_wrong_configuration_ends_it_with_a_line_and_status_2() -> None:
    with container("--env=ORDERS_BATCH_SIZE=none") as name:
        assert docker("wait", name) == "2"
        assert words_of(name).startswith("order-projector: ORDERS_BATCH_SIZE: ")


def test_a_worker_without_its_services_is_healthy_and_ends_with_0_when_it_is_stopped() -> None:
    with container(*NOBODY_THERE, "--health-interval=1s") as name:
        until(lambda: health(name) == "healthy", "it is healthy", within=60)
        docker("stop", "--time", "30", name)
        assert state(name)["ExitCode"] == 0
        assert "SIGTERM" in words_of(name)


def test_a_worker_that_stands_still_is_unhealthy() -> None:
    checks = ("--health-interval=1s", "--health-timeout=2s", "--health-retries=2")
    with container(*NOBODY_THERE, *checks) as name:
        until(lambda: health(name) == "healthy", "it is healthy", within=60)
        docker("kill", "--signal=STOP", name)
        until(lambda: health(name) == "unhealthy", "it is unhealthy", within=60)
        docker("kill", "--signal=CONT", name)
        until(lambda: health(name) == "healthy", "it is healthy again", within=60)


@pytest.mark.parametrize("port", ["9000", "0"])
def test_the_health_check_follows_the_port_of_the_settings(port: str) -> None:
    with container(*NOBODY_THERE, "--health-interval=1s", f"--env=ORDERS_HTTP_PORT={port}") as name:
        until(lambda: health(name) == "healthy", "it is healthy", within=60)


def test_an_api_without_its_services_is_healthy_and_ends_with_0_when_it_is_stopped() -> None:
    options = (*NOBODY_THERE, "--env=ORDERS_API_OPEN=true", "--health-interval=1s")
    with container(*options, command="serve") as name:
        until(lambda: health(name) == "healthy", "it is healthy", within=60)
        docker("stop", "--time", "30", name)
        assert state(name)["ExitCode"] == 0
        assert "SIGTERM" in words_of(name)


def test_an_api_without_a_key_ends_with_a_line_and_status_2() -> None:
    with container(*NOBODY_THERE, command="serve") as name:
        assert docker("wait", name) == "2"
        assert words_of(name).startswith("order-projector: ORDERS_API_KEYS_FILE: required")
