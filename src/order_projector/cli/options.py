"""Options that several commands share."""

import time
from typing import Annotated, Final

import typer

from order_projector.cli.errors import print_error
from order_projector.cli.running import ExitCode

_UNITS: Final = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000}

_TIMES: Final = (
    "give one such as 2026-03-01, 2026-03-01T12:00:00Z, or how long ago, as 7d, 36h or 90m"
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def parse_moment(text: str) -> int:
    """Return a time as milliseconds: ISO 8601, or how long ago, such as 7d, 36h or 90m."""
    from order_projector.domain.clock import format_time, parse_time

    number, unit = text[:-1], text[-1:]
    try:
        if number.isdecimal() and number.isascii() and unit in _UNITS:
            moment = round(time.time() * 1_000) - int(number) * _UNITS[unit]
            format_time(moment)
            return moment
        return parse_time(f"{text}T00:00:00Z" if len(text) == 10 else text)
    except ValueError:
        raise typer.BadParameter(f"{text!r:.100} is not a time; {_TIMES}") from None


def moment(*names: str, help_text: str) -> typer.models.OptionInfo:
    """Return an option that holds a time in milliseconds."""
    option: typer.models.OptionInfo = typer.Option(
        *names, parser=parse_moment, metavar="TIME", help=help_text
    )
    return option


def why(help_text: str = "Why; it is recorded.") -> typer.models.OptionInfo:
    """Return the option `--reason`; if it is given, it says something."""
    option: typer.models.OptionInfo = typer.Option(
        "--reason", metavar="TEXT", help=help_text, callback=_not_blank
    )
    return option


def _not_blank(reason: str | None) -> str | None:
    if reason is not None and not reason.strip():
        print_error("--reason: it is blank: say why, as in --reason 'a test event'")
        raise typer.Exit(ExitCode.WRONG_USE)
    return reason
