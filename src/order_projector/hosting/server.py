"""uvicorn inside a process that owns its own signals and its own end."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import uvicorn

from order_projector.hosting.targets import in_origin_form
from order_projector.settings import ConfigurationError, variable

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]

BACKLOG: Final = 128
_ERRORS_OF_HOSTS: Final = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


@dataclass(frozen=True, slots=True)
class Variables:
    """The settings that name the host and the port, for messages."""

    host: str
    port: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int
    variables: Variables


class _Server(uvicorn.Server):
    """uvicorn without signal handling: the process owns SIGTERM and shuts the server down.

    uvicorn has no option for this.
    """

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no signal handlers."""
        yield


@asynccontextmanager
async def listening(
    app: ASGIApp, address: Address, close_within: int, options: Mapping[str, Any]
) -> AsyncIterator[None]:
    """Serve the app for the duration of a `with` block, with these options of uvicorn.

    When it ends, requests in hand have ``close_within`` seconds to finish. Raises
    `ConfigurationError` if it cannot listen on the host and port.
    """
    listener = _bound(address)

    async def by_path(scope: Any, receive: Any, send: Any) -> None:
        await app(in_origin_form(scope), receive, send)

    config = uvicorn.Config(
        by_path,
        lifespan="off",  # the process starts and stops what it is made of, not the ASGI lifespan
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=close_within,
        server_header=False,
        **options,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait({task}, timeout=close_within + 1)


def _bound(address: Address) -> socket.socket:
    """Bind here, to report an error as a wrong setting: uvicorn would log it and exit with 3."""
    host, port = address.host, address.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.create_server(found[4][:2], family=found[0], backlog=BACKLOG)
        # a socket made from the descriptor knows its protocol: else asyncio sets no TCP_NODELAY
        return socket.socket(fileno=bound.detach())
    except OSError as error:
        field = _field_of(error, address.variables)
        reason = error.strerror or str(error)
        raise ConfigurationError(f"{variable(field)}: {host}:{port}: {reason}") from None


def _field_of(error: OSError, names: Variables) -> str:
    """Return the setting that is wrong: whether it is the host does not depend on the port."""
    is_host = isinstance(error, socket.gaierror) or error.errno in _ERRORS_OF_HOSTS
    return names.host if is_host else names.port
