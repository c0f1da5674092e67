"""One process of Apache Kafka: its configuration, its storage, and how it is run."""

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
"""The listener that every broker has, for the other brokers and for looking at it."""
CONTROLLER: Final = "CONTROLLER"
HEAP: Final = "512m"


@dataclass(frozen=True, slots=True)
class Listener:
    """One more way into a broker."""

    name: str
    protocol: str
    """PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """As Kafka's documentation names them, without `listener.name.<name>.` before them."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes the brokers of a test different from others."""

    listeners: Sequence[Listener] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    """Lines of server.properties; they win over ours."""
    format_arguments: Sequence[str] = ()
    """More for the tool that formats the storage, as `--add-scram` and its value."""


@dataclass(frozen=True, slots=True)
class Node:
    """A broker that is a controller as well, with its number and its ports."""

    number: int
    folder: Path
    ports: Mapping[str, int]
    """By listener."""

    @property
    def voter(self) -> str:
        """How the other controllers find it."""
        return f"{self.number}@{HOST}:{self.ports[CONTROLLER]}"

    @property
    def properties(self) -> Path:
        """Its configuration file."""
        return self.folder / "server.properties"


def new_node(number: int, folder: Path, listeners: Sequence[Listener]) -> Node:
    """A node with ports of its own, to which it can come back after a crash."""
    folder.mkdir(parents=True)
    names = (PLAIN, CONTROLLER, *(each.name for each in listeners))
    return Node(number, folder, {name: free_port() for name in names})


async def formatted(node: Node, voters: Sequence[Node], cluster: str, recipe: Recipe) -> ServerSpec:
    """Writes the node's configuration, formats its storage, and says how to run it."""
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
        "broker.session.timeout.ms": "6000",  # a broker that is killed comes back no sooner
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
