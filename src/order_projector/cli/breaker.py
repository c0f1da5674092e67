"""`order-projector breaker`: show and close open breakers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

import typer

from order_projector.cli.errors import print_error

if TYPE_CHECKING:
    from order_projector.projection.ports import BreakerControl, BreakerState
    from order_projector.settings import Settings

T = TypeVar("T")

breaker = typer.Typer(
    help="Show or close the open breakers of partitions.",
    no_args_is_help=True,
)

SILENT_FOR: Final = 1.0
"""Seconds without an answer after which a command prints what it is waiting for."""

_UNLESS: Final = "unless too many records after them cannot be read either"

_log: Final = logging.getLogger("order_projector.breaker")


class BreakerExitCode(IntEnum):
    """Exit codes of the breaker commands."""

    DONE = 0
    NONE_OPEN = 1
    WRONG_USE = 2
    NO_ANSWER = 3


@breaker.command()
def show(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show each open breaker of the consumer group, and what it holds back.

    A partition is stopped between the first and the last record that would have been dead
    letters: nothing in between is published or committed. Other partitions continue. Exits with 3
    if the database does not answer.
    """
    from order_projector.settings import exit_on_configuration_error, load

    with exit_on_configuration_error():
        settings = load()
    states = _query_database(settings, _open_breakers)
    (_print_json if as_json else _print_table)(settings, states)


@breaker.command()
def close(
    topic: Annotated[
        str | None, typer.Option(help="Close only breakers of this topic.", show_default="all")
    ] = None,
    partition: Annotated[
        int | None,
        typer.Option(
            min=0, help="Close only the breaker of this partition of --topic.", show_default="all"
        ),
    ] = None,
) -> None:
    """Close open breakers: records held back that cannot be read become dead letters.

    Running workers notice within seconds, and count dead letters from zero after those records. If
    too many that came after them cannot be read either, what has not passed yet is held back again
    with those. Exits with 1 if no such breaker is open, with 3 if the database does not answer.
    """
    if partition is not None and topic is None:
        print_error("--partition: requires --topic")
        raise typer.Exit(BreakerExitCode.WRONG_USE)
    from order_projector.settings import exit_on_configuration_error, load
    from order_projector.telemetry.logging import configure

    with exit_on_configuration_error():
        settings = load()
    configure(settings.log_format, settings.log_level, settings.mask)

    async def close_those(control: "BreakerControl") -> "Sequence[BreakerState]":
        return [
            state
            for state in await _open_breakers(control)
            if topic in {None, state.held.topic}
            and partition in {None, state.held.partition}
            and await control.close(state, datetime.now(UTC))
        ]

    closed = _query_database(settings, close_those)
    _report_closed(closed, settings.consumer_group)
    asyncio.run(_keep_audit(settings, closed))


def _report_closed(closed: "Sequence[BreakerState]", group: str) -> None:
    """Print and log the closed breakers. Raises Exit if there are none."""
    for state in closed:
        typer.echo(f"closed {_place(state)}: {_range(state)} are released, {_UNLESS}")
    if not closed:
        print_error("no such breaker is open")
        raise typer.Exit(BreakerExitCode.NONE_OPEN)
    _log.warning(
        "closed manually in the group %s: %s",
        group,
        "; ".join(f"{_place(state)}, {_range(state)}" for state in closed),
    )


async def _keep_audit(settings: "Settings", closed: "Sequence[BreakerState]") -> None:
    """Keep who closed them; the line of the log says so already."""
    from order_projector.operations.audit import AuditEntry, current_operator, keep
    from order_projector.operations.services import audit_record

    partitions = ", ".join(f"{_place(state)}, {_range(state)}" for state in closed)
    what = {"group": settings.consumer_group, "partitions": partitions}
    async with audit_record(settings) as kept:
        await keep(AuditEntry("breaker close", what), kept, current_operator())


async def _open_breakers(control: "BreakerControl") -> "Sequence[BreakerState]":
    return [state for state in await control.states() if state.is_open]


def _query_database(settings: "Settings", query: "Callable[[BreakerControl], Awaitable[T]]") -> T:
    """Return the database's answer; exit if it denies access or does not answer."""
    from order_projector.adapters.mongo import configured_store
    from order_projector.projection.ports import AccessDenied, Unavailable
    from order_projector.settings import exit_on_configuration_error

    with exit_on_configuration_error():
        store = configured_store(settings)

    async def ask() -> T:
        waiting = asyncio.get_running_loop().call_later(
            SILENT_FOR, lambda: typer.echo("waiting for the database", err=True)
        )
        try:
            return await query(store.control(settings.consumer_group))
        finally:
            waiting.cancel()
            await store.close()

    try:
        return asyncio.run(ask())
    except AccessDenied as denied:
        print_error(denied)
        raise typer.Exit(BreakerExitCode.WRONG_USE) from None
    except Unavailable as error:
        print_error(f"the database does not answer: {error}")
        raise typer.Exit(BreakerExitCode.NO_ANSWER) from None


def _print_json(settings: "Settings", states: "Sequence[BreakerState]") -> None:
    from order_projector.cli.printing import print_json

    print_json([_described(settings, state) for state in states])


def _described(settings: "Settings", state: "BreakerState") -> dict[str, Any]:
    from order_projector.cli.printing import printed_time

    held = state.held
    return {
        "group": settings.consumer_group,
        "topic": held.topic,
        "partition": held.partition,
        "first_offset": held.first,
        "last_offset": held.last,
        "first_code": held.codes[0],
        "last_code": held.codes[1],
        "reason": held.reason,
        "opened_at": printed_time(state.opened_at),
    }


def _print_table(settings: "Settings", states: "Sequence[BreakerState]") -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from order_projector.settings import shown

    if not states:
        typer.echo(f"no breaker is open in the group {settings.consumer_group}")
        return
    table = Table("partition", "first", "last", "since", "why", box=None, pad_edge=False)
    for state in states:
        table.add_row(
            _place(state),
            str(state.held.first),
            str(state.held.last),
            state.opened_at.isoformat(timespec="seconds"),
            escape(shown(state.held.reason)),
        )
    terminal = Console()
    (terminal if terminal.is_terminal else Console(width=480)).print(table)


def _place(state: "BreakerState") -> str:
    return f"{state.held.topic}-{state.held.partition}"


def _range(state: "BreakerState") -> str:
    return f"offsets {state.held.first} to {state.held.last}"
