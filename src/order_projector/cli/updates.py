"""`order-projector updates`: print the records of `order.updated`."""

from contextlib import aclosing
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from order_projector.cli.running import ExitCode, run

if TYPE_CHECKING:
    from order_projector.operations.updates import Update
    from order_projector.settings import Settings


class Start(StrEnum):
    """Where to begin reading."""

    EARLIEST = "earliest"
    LATEST = "latest"


def updates(
    order: Annotated[
        str | None,
        typer.Option("--order", metavar="ID", help="Only those of this order.", show_default="all"),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Continue with new records until Ctrl-C.")
    ] = False,
    start: Annotated[
        Start, typer.Option("--from", help="Begin with the first record kept, or with new ones.")
    ] = Start.EARLIEST,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print place, time, key and headers of each record too.")
    ] = False,
) -> None:
    """Print the records of order.updated, each value as JSON in one line.

    A record without a value, that of an erased order, is printed with "erased": true. Exits with
    3 if no broker answers.
    """

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.cli.printing import print_json
        from order_projector.operations.updates import updates_from, updates_so_far

        if follow:
            found = updates_from(settings, order, start.value)
        elif start is Start.LATEST:
            return ExitCode.DONE
        else:
            found = updates_so_far(settings, order)
        async with aclosing(found):  # printing ends the loop once standard output is closed
            async for update in found:
                print_json(_whole(update) if as_json else update.as_json())
        return ExitCode.DONE

    run(work)


def _whole(update: "Update") -> dict[str, Any]:
    from order_projector.domain.clock import format_time

    record = update.record
    return {
        "topic": record.coordinates.topic,
        "partition": record.coordinates.partition,
        "offset": record.coordinates.offset,
        "time": format_time(max(record.timestamp, 0)),
        "key": update.order_id,
        "headers": [
            [name, None if value is None else value.decode(errors="replace")]
            for name, value in record.headers
        ],
        "value": update.value,
    }
