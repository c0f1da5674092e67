"""`Dockerfile`, `docker-compose.yml` and the tests name the same versions."""

import re
from pathlib import Path

import yaml

from order_projector import __version__
from tests.containers.images import GRAFANA, KAFKA, MONGODB, PROMETHEUS, PYTHON, WORKER

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "docker-compose.yml").read_text()


def defaults(text: str) -> dict[str, str]:
    """Return the variables of a compose file with their default values."""
    return dict(re.findall(r"\$\{(\w+):-([^}]*)\}", text))


def test_the_image_is_labelled_with_this_version_unless_it_is_told_another() -> None:
    assert re.findall(r"^ARG VERSION=(.*)$", DOCKERFILE, re.MULTILINE) == [__version__]


def test_compose_runs_the_images_that_are_tested_unless_it_is_told_others() -> None:
    images = defaults(COMPOSE)
    assert images["ORDER_PROJECTOR_IMAGE"] == WORKER
    assert (images["KAFKA_IMAGE"], images["MONGODB_IMAGE"]) == (KAFKA, MONGODB)
    assert (images["PROMETHEUS_IMAGE"], images["GRAFANA_IMAGE"]) == (PROMETHEUS, GRAFANA)
    assert images["PYTHON_IMAGE"] == PYTHON
    assert f"ARG PYTHON_IMAGE={PYTHON}" in DOCKERFILE


def test_compose_opens_no_port_to_other_machines_and_gives_the_workers_none() -> None:
    published = re.findall(r'^    ports: \["(.*)"\]$', COMPOSE, re.MULTILINE)
    assert len(published) == COMPOSE.count("ports:") == 6
    for port in published:
        assert re.fullmatch(r"127\.0\.0\.1:\$\{\w+_PORT:-\d+\}:\d+", port)
    assert "container_name" not in COMPOSE


def test_an_api_on_a_read_only_root_has_a_folder_for_temporary_files() -> None:
    """Exports of the ledger by date are sorted in one."""
    api = yaml.safe_load(COMPOSE)["services"]["api"]
    assert (api["read_only"], api["tmpfs"]) == (True, ["/tmp"])  # noqa: S108 - a container's
    docs = "\n".join(file.read_text() for file in sorted((ROOT / "docs").rglob("*.md")))
    commands = re.findall(r"^docker run .*--read-only.* serve$", docs, re.MULTILINE)
    assert len(commands) == 1
    assert all("--tmpfs /tmp " in command for command in commands)
