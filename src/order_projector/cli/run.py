"""`order-projector run`: the worker, in the foreground."""

import asyncio
import signal
from types import FrameType
from typing import NoReturn


def run() -> None:
    """Run the worker until SIGTERM or Ctrl-C; both drain it. A second one ends it at once.

    It waits for a broker or a database that is not there yet.
    """
    # Process 1 of a container never hears of a signal that it has no handler for.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, _end)

    from order_projector.settings import exit_on_configuration_error
    from order_projector.worker import configured

    with exit_on_configuration_error():
        asyncio.run(configured().run())


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """There is nothing to drain before the worker runs; then it has handlers of its own."""
    del number, frame
    raise SystemExit(0)
