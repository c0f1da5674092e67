"""The API in a child process, as a user runs it."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from order_projector.local.ports import free_port
from order_projector.local.server import ServerSpec
from order_projector.local.worker import is_ready

SERVE: Final = ("order_projector", "serve")


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
