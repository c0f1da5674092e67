"""Options that several commands share."""

import time
from typing import Annotated, Final

import typer

_UNITS: Final = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000}

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def parse_moment(text: str) -> int:
    """Return a time as milliseconds: ISO 8601, or how long ago, such as 7d, 36h or 90m."""
    from order_projector.domain.clock import parse_time

    number, unit = text[:-1], text[-1:]
    if number.isdecimal() and number.isascii() and unit in _UNITS:
        return round(time.time() * 1_000) - int(number) * _UNITS[unit]
    try:
        return parse_time(f"{text}T00:00:00Z" if len(text) == 10 else text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}, nor a time ago such as 7d, 36h or 90m") from None


def moment(*names: str, help_text: str) -> typer.models.OptionInfo:
    """Return an option that holds a time in milliseconds."""
    option: typer.models.OptionInfo = typer.Option(
        *names, parser=parse_moment, metavar="TIME", help=help_text
    )
    return option
