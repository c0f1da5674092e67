"""The command `order-projector`.

Each command imports what it runs inside its own function: `--help` stays fast, and an extra that
is not installed only affects the commands that need it.
"""

import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from order_projector import __version__
from order_projector.cli.asyncapi import asyncapi
from order_projector.cli.breaker import breaker
from order_projector.cli.demo import demo
from order_projector.cli.explain import explain
from order_projector.cli.keys import keys
from order_projector.cli.local import local
from order_projector.cli.openapi import openapi
from order_projector.cli.project import project
from order_projector.cli.rehearse import rehearse
from order_projector.cli.run import run
from order_projector.cli.schema import schema
from order_projector.cli.serve import serve
from order_projector.cli.settings import settings
from order_projector.cli.topics import topics

app = typer.Typer(
    name="order-projector",
    help="Project redemption and payment events into exact order documents.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals can contain a password
)


def main() -> None:
    """Run the command line."""
    app()


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"order-projector {__version__}")
        raise typer.Exit


@app.callback()
def _options(
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


app.command()(local)
app.command()(demo)
app.command()(rehearse)
app.command()(project)
app.command()(run)
app.command()(serve)
app.command()(settings)
app.command()(asyncapi)
app.command()(openapi)
app.command()(schema)
app.command()(explain)
app.add_typer(topics, name="topics")
app.add_typer(breaker, name="breaker")
app.add_typer(keys, name="keys")
