"""Run an operator's command: its settings, its services, its exit code."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from order_projector.cli.errors import print_error

if TYPE_CHECKING:
    from order_projector.settings import Settings

_INTERRUPTED = 130


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
    from order_projector.telemetry.logging import configure

    with exit_on_configuration_error():
        settings = load()
        configure(settings.log_format, settings.log_level, settings.mask)
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # our own line reports errors
        code = _answered(work(settings))
    raise typer.Exit(code)


def _answered(work: Coroutine[Any, Any, ExitCode]) -> int:
    from order_projector.projection.ports import AccessDenied, Unavailable
    from order_projector.projection.unexpected_errors import SafeError

    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except AccessDenied as denied:
        print_error(denied)
        return ExitCode.WRONG_USE
    except Unavailable as away:
        print_error(f"the {away.service} does not answer: {away}")
        return ExitCode.NO_ANSWER
    except WrongUse as wrong:
        print_error(wrong)
        return ExitCode.WRONG_USE
    except (Refusal, SafeError) as no:
        print_error(no)
        return ExitCode.NO
