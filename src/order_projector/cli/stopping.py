"""SIGTERM and SIGHUP end a command as Ctrl-C does: it reports what it has done by then."""

import asyncio
import os
import signal
import threading
from contextlib import suppress
from typing import Any, Final

from order_projector.hosting.signals import stop_signals

_CANCELS_WITHIN: Final = 5.0
"""Seconds after which the process of a command that does not notice a signal ends all the same."""


class Stopped(Exception):
    """A signal has ended the work."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number.name)
        self.number: Final = number


class Stop:
    """Cancels the current task on SIGTERM or SIGHUP; SIGTERM ends the process the next time."""

    def __init__(self) -> None:
        """Heed the signals from now on, in the main thread; outside it, none arrives."""
        self.received: signal.Signals | None = None
        self._loop: Final = asyncio.get_running_loop()
        self._task: Final[asyncio.Task[Any] | None] = asyncio.current_task()
        # a loop that waits for standard input cannot cancel anything
        self._end: Final = threading.Timer(_CANCELS_WITHIN, os.kill, (os.getpid(), signal.SIGTERM))
        self._end.daemon = True
        with suppress(ValueError):  # not in the main thread
            for number in stop_signals():
                if number is not signal.SIGINT:  # asyncio heeds that one
                    signal.signal(number, self._stop)

    def _stop(self, number: int, _frame: object) -> None:
        self.received = signal.Signals(number)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a closed terminal and its shell send two
        self._end.start()
        self._loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        self._end.cancel()
        if self._task is not None:
            self._task.cancel()
