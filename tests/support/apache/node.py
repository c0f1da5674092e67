"""One Apache Kafka process: its configuration, its storage and its command."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from order_projector.local.broker import answers_kafka
from order_projector.local.errors import ServerFailed
from order_projector.local.ports import HOST, free_port
from order_projector.local.server import ServerSpec
from tests.support.apache.jars import java, kafka_jars

PLAIN: Final = "PLAINTEXT"
"""The listener that every broker has, for the other brokers and for the tests' own access."""
CONTROLLER: Final = "CONTROLLER"
HEAP: Final = "512m"


@dataclass(frozen=True, slots=True)
class Listener:
    """An additional listener of a broker."""

    name: str
    protocol: str
    """PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Named as in Kafka's documentation, without the prefix `listener.name.<name>.`."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the brokers of a test differ from the default."""

    listeners: Sequence[Listener] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    """Lines of server.properties; they override the default ones."""
    format_arguments: Sequence[str] = ()
    """Further arguments for the storage tool's `format`, such as `--add-scram` and its value."""


@dataclass(frozen=True, slots=True)
class Node:
    """A broker that is a controller as well, with its number and its ports."""

    number: int
    folder: Path
    ports: Mapping[str, int]
    """By listener."""

    @property
    def voter(self) -> str:
        """The entry of the node in `controller.quorum.voters`."""
        return f"{self.number}@{HOST}:{self.ports[CONTROLLER]}"

    @property
    def properties(self) -> Path:
        """The path of the configuration file."""
        return self.folder / "server.properties"


def new_node(number: int, folder: Path, listeners: Sequence[Listener]) -> Node:
    """Return a node with free ports of its own, which it keeps over restarts."""
    folder.mkdir(parents=True)
    names = (PLAIN, CONTROLLER, *(each.name for each in listeners))
    return Node(number, folder, {name: free_port() for name in names})


async def formatted(node: Node, voters: Sequence[Node], cluster: str, recipe: Recipe) -> ServerSpec:
    """Write the node's configuration and format its storage; return the spec of its process."""
    lines = _properties(node, voters, recipe)
    node.properties.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    await _format(node, cluster, recipe.format_arguments)
    return ServerSpec(
        name=f"Apache Kafka {node.number}",
        command=_java("kafka.Kafka", str(node.properties), heap=HEAP),
        port=node.ports[PLAIN],
        log=node.folder / "broker.log",
        answers=answers_kafka,
        start_within=90.0,
        stop_within=30.0,
    )


def _properties(node: Node, voters: Sequence[Node], recipe: Recipe) -> dict[str, str]:
    protocols = {PLAIN: "PLAINTEXT", CONTROLLER: "PLAINTEXT"}
    protocols |= {each.name: each.protocol for each in recipe.listeners}
    addresses = {name: f"{name}://{HOST}:{port}" for name, port in node.ports.items()}
    clients = [address for name, address in addresses.items() if name != CONTROLLER]
    copies = str(len(voters))
    enough = str(len(voters) // 2 + 1)
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.number),
        "controller.quorum.voters": ",".join(each.voter for each in voters),
        "controller.listener.names": CONTROLLER,
        "inter.broker.listener.name": PLAIN,
        "listeners": ",".join(addresses.values()),
        "advertised.listeners": ",".join(clients),
        "listener.security.protocol.map": ",".join(map(":".join, protocols.items())),
        "log.dirs": str(node.folder / "data"),
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": enough,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": "6",
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": enough,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": enough,
        "group.initial.rebalance.delay.ms": "0",
        "broker.session.timeout.ms": "6000",  # a killed broker cannot rejoin before this timeout
        "num.network.threads": "2",
        "num.io.threads": "4",
        "log.cleaner.dedupe.buffer.size": str(16 * 2**20),
        **{
            f"listener.name.{each.name.lower()}.{name}": value
            for each in recipe.listeners
            for name, value in each.settings.items()
        },
        **recipe.settings,
    }


async def _format(node: Node, cluster: str, arguments: Sequence[str]) -> None:
    command = _java(
        "kafka.tools.StorageTool",
        *("format", "--cluster-id", cluster, "--config", str(node.properties)),
        *arguments,
        heap="128m",
    )
    tool = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env={}
    )
    said, _ = await tool.communicate()
    if tool.returncode:
        raise ServerFailed(f"the storage of {node.folder} is not formatted:\n{said.decode()}")


def _java(main: str, *arguments: str, heap: str) -> tuple[str, ...]:
    return (
        *(str(java()), f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        *("-cp", f"{kafka_jars()}/*", main, *arguments),
    )
