"""`order-projector run`: the worker, in the foreground."""

import asyncio
from collections.abc import Callable, Coroutine
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from order_projector.hosting.signals import exiting_on_signals


def run() -> None:
    """Run the worker until SIGTERM, SIGHUP or Ctrl-C: each drains it. A second one ends it at once.

    It waits for a broker or a database that is not there yet.
    """
    exiting_on_signals()

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
