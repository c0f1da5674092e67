"""`order-projector serve`: the API over HTTP, in the foreground."""

import asyncio
import signal
from types import FrameType
from typing import NoReturn


def serve() -> None:
    """Serve the orders over HTTP until SIGTERM or Ctrl-C; requests in hand are finished.

    Reads the orders from MongoDB, and writes them by publishing events to Kafka, which a worker
    folds. Needs a file of keys (ORDERS_API_KEYS_FILE, `order-projector keys create`); without a
    good key it exits with 2, unless ORDERS_API_OPEN=true.
    """
    # Linux drops signals to PID 1 of a container that have no handler, so set one before imports.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _end)

    from order_projector.api import configured
    from order_projector.settings import exit_on_configuration_error

    with exit_on_configuration_error():
        asyncio.run(configured().run())


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Exit: there is nothing to finish until the API runs and sets handlers of its own."""
    del number, frame
    raise SystemExit(0)
