"""The local stack: a broker with the worker's topics, and a database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from order_projector.local.broker import running_broker
from order_projector.local.database import running_database
from order_projector.local.ports import HOST
from order_projector.local.server import Server
from order_projector.local.temporary import temporary_folder

TOPICS = ("redemptions", "payments", "order.updated", "order.dead-letters")


@dataclass(frozen=True, slots=True)
class LocalStack:
    """A running broker and a running database."""

    broker: Server
    database: Server
    data_dir: Path

    @property
    def bootstrap_servers(self) -> str:
        """The address for Kafka clients."""
        return f"{HOST}:{self.broker.port}"

    @property
    def mongodb_uri(self) -> str:
        """The URI for MongoDB clients."""
        return f"mongodb://{HOST}:{self.database.port}"

    def environment(self) -> dict[str, str]:
        """Return the environment variables that point a worker at this stack."""
        return {
            "ORDERS_KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "ORDERS_KAFKA_ENABLE_IDEMPOTENCE": "false",
            "ORDERS_MONGODB_URI": self.mongodb_uri,
        }


@asynccontextmanager
async def local_stack(
    *,
    data_dir: Path | None = None,
    topics: Sequence[str] = TOPICS,
    partitions: int = 6,
    kafka_port: int | None = None,
    mongodb_port: int | None = None,
    sync_on_commit: bool = False,
) -> AsyncIterator[LocalStack]:
    """Run both servers for the duration of a `with` block.

    If a data folder is given, the documents in it are kept; otherwise they are deleted with a
    temporary folder, at the next start if this process is killed. The broker's records are in
    memory, and never kept.
    """
    async with AsyncExitStack() as exits:
        if data_dir is None:
            data_dir = exits.enter_context(temporary_folder())
        data_dir = data_dir.resolve()
        data_dir.mkdir(parents=True, exist_ok=True)
        database = await exits.enter_async_context(
            running_database(data_dir, port=mongodb_port, sync_on_commit=sync_on_commit)
        )
        broker = await exits.enter_async_context(
            running_broker(data_dir, port=kafka_port, topics=topics, partitions=partitions)
        )
        yield LocalStack(broker, database, data_dir)
