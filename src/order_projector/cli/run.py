"""`order-projector run`: the worker, in the foreground."""

import asyncio
import signal
from types import FrameType
from typing import NoReturn


def run() -> None:
    """Run the worker until SIGTERM or Ctrl-C; both drain it. A second one ends it at once.

    It waits for a broker or a database that is not there yet.
    """
    # Linux drops signals to PID 1 of a container that have no handler, so set one before imports.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _end)

    from order_projector.settings import exit_on_configuration_error
    from order_projector.worker import configured

    with exit_on_configuration_error():
        asyncio.run(configured().run())


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Exit: there is nothing to drain until the worker runs and sets handlers of its own."""
    del number, frame
    raise SystemExit(0)
