"""`order-projector breaker`: show and close open breakers."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from order_projector.cli.errors import print_error
from order_projector.cli.running import ExitCode, Refusal, run

if TYPE_CHECKING:
    from order_projector.operations.audit import AuditEntry
    from order_projector.projection.ports import BreakerControl, BreakerState
    from order_projector.settings import Settings

breaker = typer.Typer(
    help="Show or close the open breakers of partitions.",
    no_args_is_help=True,
)

_UNLESS: Final = "unless too many records after them cannot be read either"

_log: Final = logging.getLogger("order_projector.breaker")


@breaker.command()
def show(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show each open breaker of the consumer group, and what it holds back.

    A partition is stopped between the first and the last record that would have been dead
    letters: nothing in between is published or committed. Other partitions continue. Exits with 3
    if the database does not answer.
    """

    async def work(settings: "Settings") -> ExitCode:
        async with _control(settings) as control:
            states = await _open_breakers(control)
        (_print_json if as_json else _print_table)(settings, states)
        return ExitCode.DONE

    run(work)


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
        raise typer.Exit(ExitCode.WRONG_USE)

    async def work(settings: "Settings") -> ExitCode:
        from order_projector.operations.audit import recorded

        closed = list["BreakerState"]()
        async with (
            _control(settings) as control,
            recorded(lambda: _entry(settings, closed), partial(_report, settings, closed)),
        ):
            for state in await _open_breakers(control):
                of_those = topic in {None, state.held.topic}
                of_those &= partition in {None, state.held.partition}
                if of_those and await control.close(state, datetime.now(UTC)):
                    closed.append(state)
        if not closed:
            raise Refusal("no such breaker is open")
        return ExitCode.DONE

    run(work)


def _entry(settings: "Settings", closed: "Sequence[BreakerState]") -> "AuditEntry | None":
    """Return the audit record of what was closed; None if nothing was."""
    from order_projector.operations.audit import AuditEntry

    if not closed:
        return None
    partitions = ", ".join(f"{_place(state)}, {_range(state)}" for state in closed)
    what = {"group": settings.consumer_group, "partitions": partitions}
    return AuditEntry("breaker close", what)


async def _report(
    settings: "Settings", closed: "Sequence[BreakerState]", entry: "AuditEntry"
) -> None:
    """Print and log the closed breakers, and keep who closed them."""
    from order_projector.operations.audit import current_operator, keep
    from order_projector.operations.services import audit_record

    for state in closed:
        typer.echo(f"closed {_place(state)}: {_range(state)} are released, {_UNLESS}")
    _log.warning(
        "closed manually in the group %s: %s",
        settings.consumer_group,
        "; ".join(f"{_place(state)}, {_range(state)}" for state in closed),
    )
    async with audit_record(settings) as kept:
        await keep(entry, kept, current_operator())


async def _open_breakers(control: "BreakerControl") -> "Sequence[BreakerState]":
    return [state for state in await control.states() if state.is_open]


@asynccontextmanager
async def _control(settings: "Settings") -> "AsyncIterator[BreakerControl]":
    """Open where the breakers of the consumer group are kept."""
    from order_projector.operations.services import database

    async with database(settings) as store:
        yield store.control(settings.consumer_group)


def _print_json(settings: "Settings", states: "Sequence[BreakerState]") -> None:
    from order_projector.cli.printing import print_json

    print_json([_described(settings, state) for state in states])


def _described(settings: "Settings", state: "BreakerState") -> dict[str, Any]:
    from order_projector.domain.clock import format_moment

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
        "opened_at": format_moment(state.opened_at),
    }


def _print_table(settings: "Settings", states: "Sequence[BreakerState]") -> None:
    from order_projector.cli.printing import print_table
    from order_projector.domain.clock import format_moment

    if not states:
        typer.echo(f"no breaker is open in the group {settings.consumer_group}")
        return
    rows = (
        (
            _place(state),
            state.held.first,
            state.held.last,
            format_moment(state.opened_at),
            state.held.reason,
        )
        for state in states
    )
    print_table(("partition", "first", "last", "since", "why"), rows)


def _place(state: "BreakerState") -> str:
    return f"{state.held.topic}-{state.held.partition}"


def _range(state: "BreakerState") -> str:
    return f"offsets {state.held.first} to {state.held.last}"
