"""The local database: secantusd-rs, from the package SecantusDB, which speaks MongoDB's protocol.

Its licence is the GPL-2.0, so it only ever runs as a separate process.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from order_projector.local.installed import program
from order_projector.local.ports import HOST, free_port
from order_projector.local.server import Server, ServerSpec, accepts_connections, serving


def database_spec(
    folder: Path, port: int | None = None, *, sync_on_commit: bool = False
) -> ServerSpec:
    """Return the spec of a database that keeps its data and its log in this folder.

    Without `sync_on_commit`, a database that is killed loses acknowledged writes, even journaled
    ones. With it, the database keeps them but is several times slower.
    """
    port = port or free_port()
    # An explicit, empty file keeps the server from loading a configuration file of the user.
    settings = folder / "database.toml"
    settings.touch()
    return ServerSpec(
        name="database",
        command=(
            str(program("SecantusDB", "secantusd-rs")),
            *("--config", str(settings)),
            *("--host", HOST),
            *("--port", str(port)),
            *("--storage-path", str(folder / "database")),
            *("--log-level", "WARNING"),
            *("--log-file-max", "64MB"),  # with the default of 2GB, a restart takes many seconds
            *(("--sync-on-commit",) if sync_on_commit else ()),
        ),
        port=port,
        log=folder / "database.log",
        answers=answers_mongodb,
        stop_within=10.0,
    )


@asynccontextmanager
async def running_database(
    folder: Path, *, port: int | None = None, sync_on_commit: bool = False
) -> AsyncIterator[Server]:
    """Run a database for the duration of a `with` block."""
    async with serving(database_spec(folder, port, sync_on_commit=sync_on_commit)) as server:
        yield server


async def answers_mongodb(port: int) -> bool:
    """Return whether a database answers `ping` on this port."""
    if not await accepts_connections(port):
        return False
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        HOST, port, serverSelectionTimeoutMS=2_000
    )
    try:
        await client.admin.command("ping")
    except PyMongoError:
        return False
    finally:
        await client.close()
    return True
