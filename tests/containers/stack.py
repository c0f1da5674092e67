"""The services of `docker-compose.yml`, brought up without changes."""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from order_projector.local.ports import free_port
from tests.containers.engine import compose, docker, has_image, words_of
from tests.containers.images import GRAFANA

_ROOT: Final = Path(__file__).parents[2]
_PROFILES: Final = {"": (), "observe": ("prometheus", "console")}
_PORTS: Final = (
    *("API_PORT", "KAFKA_PORT", "MONGODB_PORT"),
    *("PROMETHEUS_PORT", "GRAFANA_PORT", "CONSOLE_PORT"),
)


@dataclass(frozen=True, slots=True)
class Feed:
    """A demo that sends its stream to the workers, in a container of the service `demo`."""

    container: str

    def produced(self) -> int:
        """Return how many records it has sent."""
        counts = re.findall(r"produced ([\d,]+) of", words_of(self.container))
        return int(counts[-1].replace(",", "")) if counts else 0

    def until_produced(self, records: int) -> None:
        """Wait until it has sent this many records."""
        until(lambda: self.produced() >= records, f"{records} records are produced", within=60)

    def ended(self) -> bool:
        """Return whether it has sent and checked everything."""
        return bool(state(self.container)["Status"] == "exited")

    def verdict(self) -> tuple[int, str]:
        """Wait until it ends; return its exit status and its output."""
        status = docker("wait", self.container, within=280)
        return int(status), words_of(self.container)


@dataclass(frozen=True, slots=True)
class Stack:
    """The services of one compose project, isolated from other projects."""

    project: str
    ports: dict[str, str]
    workers: int
    profile: str = ""
    """The profile whose services run in addition to the default ones."""

    def compose(self, *arguments: str, **settings: str) -> str:
        """Run compose on the file, with these variables in addition to those of the project."""
        environment = {**os.environ, **self.ports, **settings}
        return compose("--project-name", self.project, *arguments, env=environment, folder=_ROOT)

    def up(self) -> None:
        """Start all services, and wait until they are healthy. Grafana needs its image here."""
        services = ["kafka", "mongodb", "worker", "api", *_PROFILES[self.profile]]
        has_grafana = self.profile == "observe" and has_image(GRAFANA)
        services += ["grafana"] * has_grafana
        # Without names, compose pulls the image of every service of the profile.
        names = services if self.profile else ()
        self.compose(*self._profile(), "up", "-d", "--scale", f"worker={self.workers}", *names)
        until(lambda: all(map(self.is_well, services)), "all services are healthy", within=120)

    def remove(self) -> None:
        """Remove all services, including their data."""
        self.compose(*self._profile(), "down", "--volumes", "--remove-orphans", "--timeout", "30")

    def feed(self, *, orders: int, rate: int, seed: int = 1) -> Feed:
        """Start to send a stream."""
        wanted = {"DEMO_ORDERS": str(orders), "DEMO_RATE": str(rate), "DEMO_SEED": str(seed)}
        output = self.compose("run", "-d", "--no-deps", "demo", **wanted)
        return Feed(output.split()[-1])

    def _profile(self) -> tuple[str, ...]:
        return ("--profile", self.profile) if self.profile else ()

    def containers(self, service: str) -> list[str]:
        """Return the containers of a service, running or not, by their numbers."""
        labels = {"project": self.project, "service": service, "oneoff": "False"}
        filters = [f"--filter=label=com.docker.compose.{name}={it}" for name, it in labels.items()]
        number = '{{.Label "com.docker.compose.container-number"}}'
        lines = docker("ps", "--all", *filters, "--format", f"{number} {{{{.ID}}}}").splitlines()
        return [line.split()[1] for line in sorted(lines)]

    def is_well(self, service: str) -> bool:
        """Return whether every container of a service is healthy."""
        return all(state(it)["Health"]["Status"] == "healthy" for it in self.containers(service))


def state(container: str) -> dict[str, Any]:
    """Return the engine's state of a container."""
    known: dict[str, Any] = json.loads(docker("inspect", "--format", "{{json .State}}", container))
    return known


def until(condition: Callable[[], bool], what: str, *, within: float) -> None:
    """Wait until the condition holds; otherwise fail with the expectation as the message."""
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {within:g} s: {what}")
        time.sleep(0.3)


@contextmanager
def running_stack(*, workers: int, profile: str = "") -> Iterator[Stack]:
    """Run a separate stack for the length of a `with` block, and remove all of it at the end."""
    ports = {name: str(free_port()) for name in _PORTS}
    stack = Stack(f"order-projector-{uuid4().hex[:8]}", ports, workers, profile)
    try:
        stack.up()
        yield stack
    finally:
        stack.remove()
