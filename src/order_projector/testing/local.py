"""The worker, a broker, a database and, if asked for, the API as local processes, without Docker.

Requires the extra ``local``. The broker and the database speak the protocols of Kafka and MongoDB,
and persist nothing.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from order_projector.local.api import local_api
from order_projector.local.ports import HOST
from order_projector.local.server import Server, serving
from order_projector.local.stack import LocalStack, local_stack
from order_projector.local.worker import worker_spec
from order_projector.testing.running import OrderApi

__all__ = ["LocalOrderProjector"]

T = TypeVar("T")

_QUICK: Final = {"ORDERS_KAFKA_SESSION_TIMEOUT": "3"}
"""The broker makes the first member of a group wait for half the session timeout."""


class LocalOrderProjector:
    """A ready worker, for the duration of a ``with`` block."""

    def __init__(self, *, partitions: int = 3) -> None:
        """Keep the options; `start` starts the processes."""
        self._partitions: Final = partitions
        self._thread: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="local")
        self._runner: Final = asyncio.Runner()
        self._exits: Final = AsyncExitStack()
        self._servers: tuple[LocalStack, Server] | None = None
        self._api: OrderApi | None = None

    @property
    def bootstrap_servers(self) -> str:
        """The address for Kafka clients."""
        return self._started[0].bootstrap_servers

    @property
    def mongodb_uri(self) -> str:
        """The URI for MongoDB clients."""
        return self._started[0].mongodb_uri

    @property
    def http_url(self) -> str:
        """The URL of the worker's health, metrics and docs."""
        return f"http://{HOST}:{self._started[1].port}"

    def logs(self) -> str:
        """Return what the worker has logged so far."""
        return _log(self._started[1])

    def start_api(self) -> OrderApi:
        """Run `order-projector serve` next to the worker; return the same one when asked again.

        Raises LocalStackError if it does not start.
        """
        if self._api is None:
            self._api = self._run(self._start_api(self._started[0]))
        return self._api

    def start(self) -> Self:
        """Start everything; return once the worker is ready.

        Raises LocalStackError, after stopping everything again, if a process does not start.
        """
        try:
            self._run(self._start())
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop everything."""
        self._run(self._exits.aclose())
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()

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

    @property
    def _started(self) -> tuple[LocalStack, Server]:
        if self._servers is None:
            raise RuntimeError("a LocalOrderProjector is used as `with LocalOrderProjector():`")
        return self._servers

    async def _start(self) -> None:
        stack = await self._exits.enter_async_context(local_stack(partitions=self._partitions))
        spec = worker_spec(stack.environment() | _QUICK, stack.data_dir / "worker.log")
        worker = await self._exits.enter_async_context(serving(spec))
        self._servers = stack, worker

    async def _start_api(self, stack: LocalStack) -> OrderApi:
        api = await self._exits.enter_async_context(local_api(stack, "tests"))
        return OrderApi(api.url, api.key.app_id, api.key.token, partial(_log, api.server))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on a loop in its own thread: the test may run a loop in this one."""
        return self._thread.submit(self._runner.run, work).result()


def _log(server: Server) -> str:
    return server.spec.log.read_text(errors="replace")
