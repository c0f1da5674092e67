"""FastStream's application, run the way this worker wants to be run."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from faststream import FastStream
from faststream.asgi import AsgiFastStream

from order_projector import __version__
from order_projector.adapters.kafka import ShutdownBudget
from order_projector.settings import (
    ConfigurationError,
    Settings,
    exit_on_configuration_error,
    variable,
)
from order_projector.worker.http import ASGIApp, serving
from order_projector.worker.signals import stopping_on_signals

HIGHEST_PORT: Final = 65_535

_log: Final = logging.getLogger(__name__)


class WorkerApp(FastStream):
    """Listens on the port of the settings, and is the same under `faststream run`.

    HTTP is up before broker and database are, and until both are let go: FastStream's own `run` of
    an application with HTTP ends it first, takes host and port from its command line only, and ends
    with the signal's exit code. With several workers it would not even call `run`, so this is an
    application without HTTP that has one with it inside.
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
        """Runs until a signal, or `exit`.

        Of the options of FastStream's command only the number of this process among its
        ``--workers`` matters.
        """
        del log_level, sleep_time
        settings, stopped = self._settings, asyncio.Event()
        self._stop = stopped.set
        _log.info(
            "order-projector %s starts: %s of %s, into %s",
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
        """Drains and stops, as a signal does."""
        self._stop()


def port_of(settings: Settings, worker_id: int | None) -> int:
    """The port of the worker of that number, from 0: each process has its own probes and metrics.

    Raises `ConfigurationError` where there are more workers than ports above the first.
    """
    first = settings.http_port
    if first == 0 or worker_id is None:
        return first
    if first + worker_id > HIGHEST_PORT:
        name = variable("http_port")
        raise ConfigurationError(f"{name}: {first} leaves no port for worker {worker_id}")
    return first + worker_id
