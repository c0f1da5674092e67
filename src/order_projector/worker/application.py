"""FastStream's application, run the way this worker wants to be run."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from faststream.asgi import AsgiFastStream

from order_projector import __version__
from order_projector.settings import Settings, refusing
from order_projector.worker.http import serving
from order_projector.worker.signals import stopping_on_signals

_log: Final = logging.getLogger(__name__)


class WorkerApp(AsgiFastStream):
    """Listens on the port of the settings, and is the same under `faststream run`.

    HTTP is up before broker and database are, and until both are let go: FastStream's own `run`
    ends it first, takes host and port from its command line only, and ends with the signal's exit
    code.
    """

    def __init__(self, *args: Any, settings: Settings, **options: Any) -> None:
        super().__init__(*args, **options)
        self._settings = settings
        self._stop: Callable[[], None] = lambda: None

    async def run(
        self, log_level: int = logging.INFO, run_extra_options: dict[str, Any] | None = None
    ) -> None:
        """Runs until a signal, or `exit`; the options of FastStream's command do not matter."""
        del log_level, run_extra_options
        settings, stopped = self._settings, asyncio.Event()
        self._stop = stopped.set
        _log.info(
            "order-projector %s starts: %s of %s, into %s",
            __version__,
            " and ".join(settings.inbound_topics),
            settings.kafka_bootstrap_servers,
            settings.mongodb_uri,
        )
        with refusing(), stopping_on_signals(stopped.set, settings.shutdown_timeout):
            async with (
                serving(self, settings.http_host, settings.http_port),
                self.start_lifespan_context(),
            ):
                await stopped.wait()
        _log.info("stopped")

    def exit(self) -> None:
        """Drains and stops, as a signal does."""
        self._stop()
