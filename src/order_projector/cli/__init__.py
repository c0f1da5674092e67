"""The command `order-projector`.

Each command imports what it runs inside its own function: `--help` stays fast, and an extra that
is not installed only affects the commands that need it.
"""

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from order_projector import __version__
from order_projector.cli.asyncapi import asyncapi
from order_projector.cli.breaker import breaker
from order_projector.cli.dead_letters import dead_letters
from order_projector.cli.demo import demo
from order_projector.cli.doctor import doctor
from order_projector.cli.documents import compare, reconcile, refold, verify
from order_projector.cli.explain import explain
from order_projector.cli.export import export
from order_projector.cli.keys import keys
from order_projector.cli.local import local
from order_projector.cli.openapi import openapi
from order_projector.cli.orders import orders
from order_projector.cli.pausing import pause, resume
from order_projector.cli.project import project
from order_projector.cli.rehearse import rehearse
from order_projector.cli.retract import erase, void
from order_projector.cli.run import run
from order_projector.cli.schema import schema
from order_projector.cli.send import backfill, send
from order_projector.cli.serve import serve
from order_projector.cli.settings import settings
from order_projector.cli.standard_output import ending_with_standard_output
from order_projector.cli.topics import topics
from order_projector.cli.updates import updates
from order_projector.cli.usage import OneLineGroup

app = typer.Typer(
    name="order-projector",
    cls=OneLineGroup,
    help="Project redemption and payment events into exact order documents.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals can contain a password
)


def main() -> None:
    """Run the command line."""
    with ending_with_standard_output():
        app()


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"order-projector {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    del version
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # its encoding may lack a character
    if context.invoked_subcommand != "run":  # it logs the warning
        _warn_of_unknown_variables()


def _warn_of_unknown_variables() -> None:
    if (
        not any(name.upper().startswith("ORDERS_") for name in os.environ)
        and not Path(".env").exists()
    ):
        return  # the usual case, in which the settings need not be imported
    from order_projector.settings import unknown_variables_warning

    if warning := unknown_variables_warning():
        typer.echo(f"order-projector: warning: {warning}", err=True)


app.command()(local)
app.command()(demo)
app.command()(rehearse)
app.command()(project)
app.command()(run)
app.command()(serve)
app.command()(export)
app.command()(settings)
app.command()(send)
app.command()(backfill)
app.command()(orders)
app.command()(updates)
app.command()(doctor)
app.command()(void)
app.command()(erase)
app.command()(verify)
app.command()(refold)
app.command()(compare)
app.command()(reconcile)
app.command()(asyncapi)
app.command()(openapi)
app.command()(schema)
app.command()(explain)
app.command()(pause)
app.command()(resume)
app.add_typer(topics, name="topics")
app.add_typer(breaker, name="breaker")
app.add_typer(dead_letters, name="dead-letters")
app.add_typer(keys, name="keys")
