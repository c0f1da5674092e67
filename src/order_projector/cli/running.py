"""Run an operator's command: its settings, its services, its exit code."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from order_projector.cli.errors import print_error
from order_projector.cli.progress import STATUS_LINE
from order_projector.cli.stopping import Stop, Stopped

if TYPE_CHECKING:
    from order_projector.projection.ports import Unavailable
    from order_projector.settings import Settings

_INTERRUPTED = 128 + signal.SIGINT


class ExitCode(IntEnum):
    """Exit codes of all commands."""

    DONE = 0
    NO = 1
    WRONG_USE = 2
    NO_ANSWER = 3


class Refusal(Exception):
    """The answer of a command is no; the message says why, in one line."""


class WrongUse(Exception):
    """An argument that cannot be used; the message names it."""


def run(work: "Callable[[Settings], Coroutine[Any, Any, ExitCode]]") -> NoReturn:
    """Do the work with the settings of this process, and exit with its code.

    A service that does not answer, wrong settings and a refusal are one line each.
    """
    from order_projector.settings import exit_on_configuration_error, load
    from order_projector.telemetry.logging import configure, silence

    with exit_on_configuration_error():
        settings = load()
        configure(settings.log_format, settings.log_level, settings.mask)
        silence("aiokafka")  # our own line reports errors
        code = _answered(work(settings), settings)
    raise typer.Exit(code)


@contextmanager
def ending_with_ctrl_c() -> Iterator[None]:
    """Exit in one line on Ctrl-C, in a command that needs no settings."""
    try:
        yield
    except KeyboardInterrupt:
        print_error("stopped by Ctrl-C")
        raise typer.Exit(_INTERRUPTED) from None


def _answered(work: Coroutine[Any, Any, ExitCode], settings: "Settings") -> int:
    from order_projector.projection.ports import AccessDenied, Unavailable
    from order_projector.projection.unexpected_errors import SafeError

    try:
        return asyncio.run(_stoppable(work))
    except KeyboardInterrupt:
        print_error("stopped by Ctrl-C")
        return _INTERRUPTED
    except Stopped as stopped:
        print_error(f"stopped by {stopped.number.name}")
        return 128 + stopped.number
    except (AccessDenied, WrongUse) as wrong:
        print_error(wrong)
        return ExitCode.WRONG_USE
    except Unavailable as away:
        print_error(f"the {away.service} does not answer: {_with_address(away, settings)}")
        return ExitCode.NO_ANSWER
    except (Refusal, SafeError) as no:
        print_error(no)
        return ExitCode.NO
    finally:
        STATUS_LINE.leave()


def _with_address(away: "Unavailable", settings: "Settings") -> str:
    """Return why a service is away, with an address: few errors of the database name one."""
    from order_projector.adapters.mongo.uri import hosts

    reason, addresses = str(away), hosts(settings.mongodb_uri)
    is_named = any(address in reason for address in addresses.split(","))
    return reason if away.service != "database" or is_named else f"{addresses}: {reason}"


async def _stoppable(work: Coroutine[Any, Any, ExitCode]) -> ExitCode:
    """Do the work; SIGTERM and SIGHUP cancel it, as Ctrl-C does: raises `Stopped`."""
    from order_projector.cli.waits import Waits
    from order_projector.projection.waiting import observe_waits
    from order_projector.telemetry.logging import ignore_unretrieved

    observe_waits(Waits())
    ignore_unretrieved(asyncio.get_running_loop(), "aiokafka")
    stop = Stop()
    try:
        return await work
    except asyncio.CancelledError:
        if stop.received is None:
            raise
        raise Stopped(stop.received) from None
