"""The worker and the API in containers, with Apache Kafka and MongoDB on a network of their own.

Requires a Docker engine and the extra ``testing``.
"""

import os
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from types import TracebackType
from typing import Final, Self
from urllib.error import HTTPError
from urllib.request import urlopen

from docker.errors import DockerException
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

from order_projector import __version__
from order_projector.keys import ALL_SCOPES, new_key
from order_projector.testing.running import NotReady, OrderApi, tail

__all__ = ["Images", "OrderProjectorContainer"]

_USAGE: Final = "an OrderProjectorContainer is used as `with OrderProjectorContainer() as running:`"
_LOOK_AGAIN: Final = 0.2
_GRACE: Final = 30.0
_ADDRESS: Final = "/tmp/address"  # noqa: S108 - inside the container
_WITH_ADDRESS: Final = (
    f"until grep -qs '^# complete' {_ADDRESS}; do sleep 0.1; done; . {_ADDRESS}; exec "
)
"""The broker and the API must know their port on the host, which is known only once the container
runs: they wait for a file that sets a variable to it."""
_KEYS: Final = "/tmp/api-keys.jsonl"  # noqa: S108 - inside the container

_KAFKA: Final = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:29093",
    "KAFKA_LISTENERS": "INSIDE://:19092,OUTSIDE://:9092,CONTROLLER://:29093",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": (
        "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT"
    ),
    "KAFKA_INTER_BROKER_LISTENER_NAME": "INSIDE",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
}
_OURS: Final = {
    "ORDERS_KAFKA_BOOTSTRAP_SERVERS": "kafka:19092",
    "ORDERS_MONGODB_URI": "mongodb://mongodb:27017/?directConnection=true",
    "ORDERS_HTTP_HOST": "0.0.0.0",  # noqa: S104 - inside the container
    "ORDERS_HTTP_PORT": "8000",
    "ORDERS_API_HOST": "0.0.0.0",  # noqa: S104 - inside the container
    "ORDERS_API_PORT": "8080",
    "ORDERS_API_KEYS_FILE": _KEYS,
}


@dataclass(frozen=True, slots=True)
class Images:
    """The names of the container images."""

    order_projector: str = f"order-projector:{__version__}"
    kafka: str = "apache/kafka:4.1.1"
    mongodb: str = "mongo:8.0"

    @classmethod
    def from_environment(cls) -> Self:
        """Read ORDER_PROJECTOR_IMAGE, KAFKA_IMAGE and MONGODB_IMAGE; each has a default."""
        usual = cls()
        return cls(
            order_projector=os.environ.get("ORDER_PROJECTOR_IMAGE", usual.order_projector),
            kafka=os.environ.get("KAFKA_IMAGE", usual.kafka),
            mongodb=os.environ.get("MONGODB_IMAGE", usual.mongodb),
        )


class OrderProjectorContainer:
    """A ready worker, for the duration of a ``with`` block.

    The worker's own command creates the topics, waiting up to ``servers_within`` seconds for Kafka;
    then the worker has ``ready_within`` seconds to become ready. ``environment`` overrides its
    settings, and those of the API. Your own containers can join `network`, where Kafka is at
    ``kafka:19092`` and the API at ``http://api:8080``.
    """

    def __init__(
        self,
        images: Images | None = None,
        *,
        partitions: int = 3,
        environment: Mapping[str, str] | None = None,
        servers_within: float = 120.0,
        ready_within: float = 120.0,
    ) -> None:
        """Keep the options; `start` starts the containers."""
        self._images: Final = images or Images.from_environment()
        self._partitions: Final = partitions
        self._environment: Final = _OURS | dict(environment or {})
        self._servers_within: Final = servers_within
        self._ready_within: Final = ready_within
        self._exits: Final = ExitStack()
        self._running: Final = dict[str, DockerContainer]()
        self._network: Network | None = None
        self._api: OrderApi | None = None

    @property
    def bootstrap_servers(self) -> str:
        """The address for Kafka clients on this machine."""
        return self._address("kafka", 9092)

    @property
    def mongodb_uri(self) -> str:
        """The URI for MongoDB clients on this machine."""
        return f"mongodb://{self._address('mongodb', 27017)}/?directConnection=true"

    @property
    def http_url(self) -> str:
        """The URL of the worker's health, metrics and docs."""
        return f"http://{self._address('worker', 8000)}"

    @property
    def network(self) -> Network:
        """The network of the containers. Raises RuntimeError if they are not started."""
        if self._network is None:
            raise RuntimeError(_USAGE)
        return self._network

    def logs(self) -> str:
        """Return what the worker has logged so far."""
        return _log(self._started("worker"))

    def start_api(self) -> OrderApi:
        """Run `order-projector serve` next to the worker; return the same one when asked again.

        Raises NotReady if its container does not start, or it is not ready in time.
        """
        if self._api is None:
            self._api = self._start_api()
        return self._api

    def start(self) -> Self:
        """Start everything; return once the worker is ready.

        Raises NotReady, after stopping everything again, if no Docker engine answers, a container
        does not start, the topics cannot be created, or the worker is not ready in time.
        """
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop and remove all containers, including their data."""
        self._exits.close()
        self._running.clear()
        self._network = None
        self._api = None

    def __enter__(self) -> Self:
        """Start everything; see `start`."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop everything; see `stop`."""
        self.stop()

    def _start(self) -> Self:
        try:
            self._network = self._exits.enter_context(Network())
        except DockerException as error:
            raise NotReady(f"no Docker engine answers: {error}") from None
        kafka = self._container("kafka", self._images.kafka).with_envs(**_KAFKA)
        self._run(
            "kafka",
            kafka.with_exposed_ports(9092).with_command(
                ["sh", "-c", f"{_WITH_ADDRESS}/etc/kafka/docker/run"]
            ),
        )
        _release(kafka, "KAFKA_ADVERTISED_LISTENERS", self._listeners())
        mongodb = self._container("mongodb", self._images.mongodb).with_exposed_ports(27017)
        self._run("mongodb", mongodb)
        self._make_topics()
        worker = self._container("worker", self._images.order_projector).with_exposed_ports(8000)
        self._run("worker", worker.with_envs(**self._environment))
        self._wait_until_ready("worker", self.http_url)
        return self

    def _start_api(self) -> OrderApi:
        key = new_key(ALL_SCOPES, "tests")
        api = self._container("api", self._images.order_projector).with_exposed_ports(8080)
        api.with_envs(**self._environment).with_kwargs(entrypoint=["sh", "-c"])
        self._run("api", api.with_command([f"{_WITH_ADDRESS}order-projector serve"]))
        url = f"http://{self._address('api', 8080)}"
        api.copy_into_container(f"{key.line}\n".encode(), _KEYS)
        _release(api, "ORDERS_API_PUBLIC_URL", url)
        self._wait_until_ready("api", url)
        return OrderApi(url, key.app_id, key.token, partial(_log, api))

    def _container(self, alias: str, image: str) -> DockerContainer:
        return DockerContainer(image).with_network(self.network).with_network_aliases(alias)

    def _run(self, name: str, container: DockerContainer) -> None:
        try:
            self._running[name] = self._exits.enter_context(container)
        except DockerException as error:
            raise NotReady(f"{container.image} did not start: {error}") from None

    def _listeners(self) -> str:
        return f"INSIDE://kafka:19092,OUTSIDE://{self.bootstrap_servers}"

    def _make_topics(self) -> None:
        """Create the topics. Raises NotReady with the end of the logs if that fails."""
        within = self._servers_within
        command = ["topics", "create", "--partitions", str(self._partitions)]
        command += ["--within", f"{within:g}"]
        topics = self._container("topics", self._images.order_projector).with_command(command)
        self._run("topics", topics.with_envs(**self._environment))
        ended = topics.get_wrapped_container().wait(timeout=within + _GRACE)
        if ended["StatusCode"] != 0:
            raise NotReady(f"the topics were not created{self._last_words()}")

    def _wait_until_ready(self, name: str, url: str) -> None:
        deadline = time.monotonic() + self._ready_within
        container = self._running[name].get_wrapped_container()
        while (said := _readiness(url)) != "ready":
            container.reload()
            if container.status != "running" or time.monotonic() > deadline:
                raise NotReady(
                    f"the {name} was not ready within {self._ready_within:g} s "
                    f"({container.status}; {said}){self._last_words()}"
                )
            time.sleep(_LOOK_AGAIN)

    def _last_words(self) -> str:
        logs = (f"\n--- {name}:\n{tail(_log(it))}" for name, it in self._running.items())
        return "".join(logs)

    def _started(self, name: str) -> DockerContainer:
        if name not in self._running:
            raise RuntimeError(_USAGE)
        return self._running[name]

    def _address(self, name: str, port: int) -> str:
        container = self._started(name)
        return f"{container.get_container_host_ip()}:{container.get_exposed_port(port)}"


def _log(container: DockerContainer) -> str:
    return b"".join(container.get_logs()).decode(errors="replace")


def _release(container: DockerContainer, variable: str, value: str) -> None:
    """Release a container that waits for its address."""
    container.copy_into_container(f"export {variable}={value}\n# complete\n".encode(), _ADDRESS)


def _readiness(url: str) -> str:
    """Return ``ready``, or why the process at this URL is not."""
    try:
        with urlopen(f"{url}/readyz", timeout=5.0):  # noqa: S310 - it is our own
            return "ready"
    except HTTPError as error:
        return error.read().decode(errors="replace")
    except (OSError, HTTPException) as error:
        return f"no answer: {error}"
