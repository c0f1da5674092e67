"""SIGTERM, SIGINT, SIGHUP: the first drains within a deadline, a second ends the process at once.

Until there is something to drain, the first ends the process, too. A second SIGHUP does nothing: a
terminal that is closed sends one, and the shell in it another one.
"""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final, NoReturn, Protocol

_log: Final = logging.getLogger(__name__)

_NEXT: Final = {signal.SIGHUP: signal.SIG_IGN}
"""What a signal does after the first one, where it does not end the process."""
LINGER: Final = 1.0
"""Seconds that the threads of client libraries have to end after the worker has stopped."""


def stop_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that stop this process: SIGHUP not where `nohup` has it ignored."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return (signal.SIGTERM, signal.SIGINT)
    return (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def exiting_on_signals() -> None:
    """Let the first signal end the process with 0, until `stopping_on_signals` takes over.

    Linux drops a signal to process 1 of a container that has no handler, so call this before slow
    imports. It raises no `SystemExit`: a finalizer or `__set_name__` that is being called at that
    moment would swallow it or make another error of it.
    """
    for each in stop_signals():
        signal.signal(each, _exit)


def _exit(_number: int, _frame: FrameType | None) -> NoReturn:
    os._exit(0)


class Budget(Protocol):
    """How many seconds the process has to stop, and after how many it is ended."""

    @property
    def total(self) -> float: ...

    @property
    def deadline(self) -> float: ...


@contextmanager
def stopping_on_signals(stop: Callable[[], None], budget: Budget) -> Iterator[None]:
    """Call `stop` on the first signal; the process ends at the budget's deadline at the latest.

    Ending it loses nothing: the offsets of unfinished work are not committed.
    Outside the main thread, where Python cannot set signal handlers, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, signals = asyncio.get_running_loop(), stop_signals()
    asked = list[signal.Signals]()

    def on_signal(number: signal.Signals) -> None:
        asked.append(number)
        _log.info(
            "%s: stopping within %g s; a second signal exits at once", number.name, budget.total
        )
        for each in signals:
            loop.remove_signal_handler(each)
            signal.signal(each, _NEXT.get(each, signal.SIG_DFL))
        _end_after(budget.deadline)
        stop()

    for each in signals:
        loop.add_signal_handler(each, on_signal, each)
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)
        if asked:
            _end_after(LINGER)


def _end_after(seconds: float) -> None:
    """End the process from a thread of its own, as the event loop may be blocked."""
    timer = threading.Timer(seconds, _end)
    timer.daemon = True
    timer.start()


def _end() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(0)  # sys.exit would only end this thread
