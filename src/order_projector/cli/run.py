"""`order-projector run`: the worker, in the foreground."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from importlib import import_module
from importlib.util import find_spec
from types import FrameType
from typing import Any, NoReturn


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
        _loop_runner()(configured().run())


def _loop_runner() -> Callable[[Coroutine[Any, Any, None]], None]:
    """Return what runs the worker: uvloop where the extra of that name is installed."""
    if find_spec("uvloop") is None:
        return asyncio.run
    run_on_uvloop: Callable[[Coroutine[Any, Any, None]], None] = import_module("uvloop").run
    return run_on_uvloop


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Exit: there is nothing to drain until the worker runs and sets handlers of its own."""
    del number, frame
    raise SystemExit(0)
