"""The API in a child process, as a user runs it."""

import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from order_projector.keys import ALL_SCOPES, NewKey, new_key
from order_projector.local.ports import HOST, free_port
from order_projector.local.server import Server, ServerSpec, serving
from order_projector.local.stack import LocalStack
from order_projector.local.worker import is_ready

SERVE: Final = ("order_projector", "serve")


@dataclass(frozen=True, slots=True)
class LocalApi:
    """A running API, and a key that may do everything."""

    server: Server
    key: NewKey

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return f"http://{HOST}:{self.server.port}"


@asynccontextmanager
async def local_api(stack: LocalStack, app_id: str) -> AsyncIterator[LocalApi]:
    """Serve the orders of a stack over HTTP for the duration of a `with` block, with a new key."""
    key = new_key(ALL_SCOPES, app_id)
    keys = stack.data_dir / "api-keys.jsonl"
    keys.write_text(f"{key.line}\n")
    environment = stack.environment() | {"ORDERS_API_KEYS_FILE": str(keys)}
    async with serving(api_spec(environment, stack.data_dir / "api.log")) as server:
        yield LocalApi(server, key)


def api_spec(environment: Mapping[str, str], log: Path, *, port: int | None = None) -> ServerSpec:
    """Return the spec of an API with these settings; without a port it serves on a free one.

    Without a file of keys anyone may use it. Its working directory is that of the log.
    """
    port = port or free_port()
    usual = {"PYTHONUNBUFFERED": "1", "ORDERS_API_PORT": str(port)}
    if "ORDERS_API_KEYS_FILE" not in environment:
        usual["ORDERS_API_OPEN"] = "true"
    if path := os.environ.get("PYTHONPATH"):  # else it could run another copy of this package
        usual["PYTHONPATH"] = path
    return ServerSpec(
        name="API",
        command=(sys.executable, "-m", *SERVE),
        port=port,
        log=log,
        answers=is_ready,
        environment={**usual, **environment},
        start_within=60.0,
        stop_within=30.0,
    )
