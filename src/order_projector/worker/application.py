"""The FastStream application, with the worker's own start, signals and shutdown."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from faststream import FastStream
from faststream.asgi import AsgiFastStream

from order_projector import __version__
from order_projector.adapters.kafka import ShutdownBudget
from order_projector.hosting.server import ASGIApp
from order_projector.hosting.signals import stopping_on_signals
from order_projector.settings import (
    ConfigurationError,
    Settings,
    exit_on_configuration_error,
    variable,
)
from order_projector.worker.http import serving

HIGHEST_PORT: Final = 65_535

_log: Final = logging.getLogger(__name__)


class WorkerApp(FastStream):
    """FastStream application that serves HTTP itself, the same way under `faststream run`.

    HTTP starts before the broker and the database are connected, and stops after both are closed.
    `AsgiFastStream.run` cannot do that: it stops HTTP first, takes host and port only from its
    command line, and exits with the signal's exit code; with several workers, FastStream does not
    even call it. So this class is an application without HTTP that holds one with HTTP.
    """

    def __init__(
        self,
        *brokers: Any,
        settings: Settings,
        asgi_routes: Sequence[tuple[str, ASGIApp]],
        **options: Any,
    ) -> None:
        super().__init__(*brokers, **options)
        self._http = AsgiFastStream(*brokers, asgi_routes=asgi_routes, **options)
        self._settings = settings
        self._stop: Callable[[], None] = lambda: None

    async def run(
        self,
        log_level: int = logging.INFO,
        run_extra_options: dict[str, Any] | None = None,
        sleep_time: float = 0.1,
    ) -> None:
        """Run until a signal arrives or `exit` is called.

        Of FastStream's command-line options, only the index of this process among its
        ``--workers`` is used.
        """
        del log_level, sleep_time
        settings, stopped = self._settings, asyncio.Event()
        self._stop = stopped.set
        _log.info(
            "starting order-projector %s: from %s at %s into %s",
            __version__,
            " and ".join(settings.inbound_topics),
            settings.kafka_bootstrap_servers,
            settings.mongodb_uri,
        )
        with (
            exit_on_configuration_error(),
            stopping_on_signals(stopped.set, ShutdownBudget(settings.shutdown_timeout)),
        ):
            port = port_of(settings, (run_extra_options or {}).get("worker_id"))
            async with (
                serving(self._http, settings.http_host, port),
                self._http.start_lifespan_context(),
            ):
                await stopped.wait()
        _log.info("stopped")

    def exit(self) -> None:
        """Drain and stop, as on a signal."""
        self._stop()


def port_of(settings: Settings, worker_id: int | None) -> int:
    """Return the HTTP port of a worker process; its id counts from 0.

    Each process has its own port, as it has its own probes and metrics.
    Raises `ConfigurationError` if that port would be above `HIGHEST_PORT`.
    """
    first = settings.http_port
    if first == 0 or worker_id is None:
        return first
    if first + worker_id > HIGHEST_PORT:
        name = variable("http_port")
        raise ConfigurationError(f"{name}: {first} leaves no port for worker {worker_id}")
    return first + worker_id
